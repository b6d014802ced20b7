"""What is no message of ours never reaches a handler, and is recorded with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dramatiq.errors import DecodeError
from followup_common.contracts import FollowUpReassigned, SweepRequested, wrap
from followup_common.db import Database
from followup_common.messaging import in_process_broker
from followup_common.messaging.broker import declare_actors, message_of
from followup_common.messaging.strict_encoder import LARGEST_BYTES, StrictEncoder, Unreadable
from followup_common.metrics import Meter
from sqlalchemy import text

EVENT = FollowUpReassigned(follow_up_id=1, assignee_id=1, assignment=1, actor_id=None)
REASONS = text("SELECT error FROM outbox WHERE type = 'unreadable' AND failed_at IS NOT NULL")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def encoder(database: Database) -> StrictEncoder:
    """The notifier's, which knows one event type of its own and one of another queue."""
    broker = in_process_broker()
    declare_actors(broker, {FollowUpReassigned.type: lambda _: None, SweepRequested.type: lambda _: None})
    return StrictEncoder(broker, database, queue="notifier", meter=Meter())


def message(**changes: Any) -> bytes:
    fields = json.loads(message_of(wrap(EVENT, source="test")).encode())
    return json.dumps({**fields, **changes}).encode()


def test_a_message_of_ours_is_read_and_so_is_its_retry(encoder: StrictEncoder) -> None:
    assert encoder.decode(message())["actor_name"] == EVENT.type
    retry = message(options={"retries": 2, "traceback": "...", "eta": 1}, queue_name="notifier.DQ")
    assert encoder.decode(retry)["options"]["retries"] == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[]", "a JSON object"),
        (b"no JSON", "DecodeError"),
        (b" " * (LARGEST_BYTES + 1), "read at most"),
        (message(args=[]), "one argument"),
        (message(args=[{}, {}]), "one argument"),
        (message(kwargs={"more": 1}), "one argument"),
        (message(options={"pipe_target": {}}), "no options"),
        (message(options={"retries": "two"}), "no options"),
        (message(actor_name="os.system"), "unknown event type"),
        (message(queue_name="escalator"), "meant for queue 'escalator'"),
    ],
    ids=["list", "text", "large", "nothing", "two", "named", "foreign", "no number", "actor", "queue"],
)
def test_what_is_none_is_refused_and_says_why(
    encoder: StrictEncoder, database: Database, body: bytes, reason: str
) -> None:
    with pytest.raises((Unreadable, DecodeError)):
        encoder.decode(body)
    with database.transaction() as tx:
        [said] = tx.execute(REASONS).scalars()
    assert reason in said


def test_while_the_database_is_away_it_is_refused_all_the_same() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    encoder = StrictEncoder(in_process_broker(), nowhere, queue="notifier", meter=Meter())
    with pytest.raises(Unreadable):
        encoder.decode(b"[]")
    nowhere.close()
