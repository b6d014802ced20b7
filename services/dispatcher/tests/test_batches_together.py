"""Two connections record what they have begun together, for the same people, at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from threading import Thread

import pytest
from followup_common.db import Database
from followup_dispatcher.circuits import Circuits
from followup_dispatcher.mail_deliveries import ForMail
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.support.pipeline import Pipeline
from tests.support.postgres import role_url
from tests.support.waiting import eventually

MAILS = ForMail("email")
PUT_OFF = Outcome(Result.PUT_OFF, "450 later")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """As the dispatcher."""
    database = Database(role_url(database_url, "followup_dispatcher"))
    yield database
    database.close()


def announce(pipeline: Pipeline, people: Sequence[int]) -> None:
    """Tell each of a follow-up, and let nothing else be due."""
    with pipeline.owner.transaction() as tx:
        tx.execute(text("UPDATE deliveries SET next_at = now() + interval '1 hour' WHERE ended_at IS NULL"))
    with pipeline.company() as company:
        for person in people:
            company.follow_up(person, overdue=timedelta(hours=1), title="Call Ada")
    pipeline.request_sweep()
    pipeline.work()


def begun(database: Database) -> list[Delivery]:
    with database.transaction() as tx:
        found = [each for each in MAILS.take_some(tx, {}) if isinstance(each, Delivery)]
    return sorted(found, key=lambda each: each.destination_id or 0)


def test_those_who_record_for_the_same_people_wait_for_no_one_that_waits_for_them(
    pipeline: Pipeline, database: Database
) -> None:
    with pipeline.owner.transaction() as tx:
        tx.execute(text("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)"))
    with pipeline.company() as company:
        people = [company.person("Ada"), company.person("Bob")]
    announce(pipeline, people)
    first = begun(database)
    announce(pipeline, people)
    second = begun(database)[::-1]
    assert [each.destination_id for each in first] == [each.destination_id for each in second[::-1]]
    with database.transaction() as tx:
        Circuits("email").note(tx, first[0].address, PUT_OFF)

    failed: list[Exception] = []

    def record(batch: Sequence[Delivery]) -> None:
        try:
            with database.transaction() as tx:
                MAILS.record_some(tx, [(batch[0], PUT_OFF), (batch[1], PUT_OFF)])
        except OperationalError as error:
            failed.append(error)

    recording = [Thread(target=record, args=[batch]) for batch in (first, second)]
    with pipeline.owner.transaction() as tx:
        tx.execute(text("SELECT FROM circuits FOR UPDATE"))
        for thread in recording:
            thread.start()
        waiting = text("""
            SELECT count(*) FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND datname = current_database()
        """)

        def both_wait() -> bool:
            with pipeline.owner.transaction() as other:
                return other.execute(waiting).scalar() == len(recording)

        eventually(both_wait, what="both wait")
    for thread in recording:
        thread.join(60)
    assert failed == []
    with pipeline.owner.transaction() as tx:
        states = tx.execute(text("SELECT state, attempts FROM deliveries")).all()
    assert [tuple(row) for row in states] == [("queued", 1)] * 4
