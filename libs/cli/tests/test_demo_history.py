"""What the demo company was told before it was added, compared with what its policies would have told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from followup_api.followups.scopes import Scope
from followup_api.policies.candidates import in_force
from followup_api.policies.comparison import compare
from followup_api.policies.schemas import Replay
from followup_cli.local.demo.company import follow_ups, past_follow_ups
from followup_cli.local.demo.history import ENDED
from followup_cli.local.demo.seed import ensure_demo
from followup_common.db import Database
from followup_common.messaging import Publisher, in_process_broker
from sqlalchemy import text

from tests.support.pipeline import Pipeline
from tests.support.postgres import role_url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database of an installation to which the demo company was just added."""
    database = Database(role_url(database_url, "followup_api"))
    publisher = Publisher(in_process_broker())
    assert ensure_demo(database, publisher, database_url, others_reach_it=False).present
    yield database
    database.close()


def looked_back(database: Database) -> Replay:
    with database.transaction() as tx:
        *_, found = compare(tx, in_force(tx), Scope(None))
    assert isinstance(found, Replay)
    return found


def test_what_sweeps_looked_at_is_done() -> None:
    now = datetime.now(UTC)
    assert min(each.due_at for each in follow_ups(now) if not each.completed_at) > now - ENDED
    assert max(each.completed_at or now for each in past_follow_ups(now)) < now - ENDED


def test_its_policies_would_have_told_what_was_recorded(database: Database, database_url: str) -> None:
    expect_months(database)
    before = looked_back(database)
    assert before.told > 100
    assert {each.policy for each in before.by_step} == {"Important", "Meetings", "standard"}
    pipeline = Pipeline(database_url)
    pipeline.request_sweep()
    pipeline.work()
    pipeline.close()
    after = looked_back(database)
    assert after.told > before.told
    for found in (before, after):
        assert [found.avoided, found.added, found.uncounted, found.examples] == [0, 0, 0, []]
        assert [each for each in found.by_step if each.told != each.would_tell] == []


def expect_months(database: Database) -> None:
    """The history is that of months: asked in the one test, because the demo takes seconds to add."""
    with database.transaction() as tx:
        [spans] = tx.execute(
            text(
                "SELECT count(DISTINCT follow_up_id) AS follow_ups, "
                "count(DISTINCT created_at::date) AS days, "
                "now() - min(created_at) > interval '60 days' AS long, "
                "bool_and(read_at IS NOT NULL) AS read FROM notifications"
            )
        )
        [calendars] = tx.execute(text("SELECT count(*) FROM calendars WHERE first_day IS NOT NULL"))
        [now] = tx.execute(text("SELECT now()"))
    assert 50 < spans.follow_ups <= len(past_follow_ups(now[0]))
    assert spans.days > 40
    assert (spans.long, spans.read) == (True, True)
    assert calendars[0] == 2
