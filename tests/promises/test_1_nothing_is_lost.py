"""Promise 1: nothing is lost, and promise 5: PostgreSQL is the truth, a message is only a hint."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

import dramatiq
import pytest
from followup_common.contracts import OutboxTick, SweepTick
from followup_common.db import Transaction
from followup_common.db.wakeups import wake_inboxes
from followup_notifier import inbox
from psycopg import errors
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from tests.support.pipeline import Pipeline

HOUR = timedelta(hours=1)


def redrive_until_quiet(pipeline: Pipeline, *, rounds: int = 12) -> None:
    """The outbox ticks that a few minutes bring."""
    for _ in range(rounds):
        pipeline.make_due()
        pipeline.tick(OutboxTick())
        pipeline.work()


def test_every_message_may_be_lost_once_at_every_hop(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 50, overdue=HOUR)
    seen: set[str] = set()
    enqueue = pipeline.broker.enqueue

    def lose_the_first(message: dramatiq.Message[None], *, delay: int | None = None) -> object:
        if message.actor_name.endswith(".tick.v1") or message.message_id in seen:
            return enqueue(message, delay=delay)
        seen.add(message.message_id)
        return message

    monkeypatch.setattr(pipeline.broker, "enqueue", lose_the_first)
    pipeline.tick(SweepTick())
    redrive_until_quiet(pipeline)
    assert len(seen) >= 3
    with pipeline.company() as company:
        assert company.count("notifications") == company.count("activities") == 50
        assert company.tx.execute(text("SELECT status, escalated, notified FROM sweeps")).one() == (
            "completed",
            50,
            50,
        )


def test_a_handler_that_dies_before_its_commit_leaves_nothing_and_is_repeated(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 10, overdue=HOUR)
    wake, deaths = wake_inboxes, iter([True, True])

    def die_twice(tx: Connection, user_ids: set[int]) -> None:
        if next(deaths, False):
            raise OperationalError("COMMIT", {}, errors.AdminShutdown("terminating connection"))
        wake(tx, user_ids)

    monkeypatch.setattr(inbox, "wake_inboxes", die_twice)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == company.count("activities") == 10


def test_a_state_change_and_its_event_commit_together_or_not_at_all(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The escalator advances follow-ups only together with the event that announces it."""
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 10, overdue=HOUR)
        company.tx.execute(text("REVOKE INSERT ON outbox FROM followup_escalator"))
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("escalations") == 0
        assert company.tx.execute(text("SELECT max(step) FROM escalation_states")).scalar() == 0
        company.tx.execute(text("GRANT INSERT ON outbox TO followup_escalator"))
    redrive_until_quiet(pipeline, rounds=3)
    with pipeline.company() as company:
        assert company.count("notifications") == 10


def test_a_sweep_claims_everything_however_many_batches_it_takes(database_url: str) -> None:
    pipeline = Pipeline(database_url, sweep_batch_size=7, sweep_lanes=3)
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 200, overdue=HOUR)
    sweep_id = pipeline.request_sweep()
    pipeline.work(threads=4)
    with pipeline.company() as company:
        sweep = company.sweep(sweep_id)
        assert company.count("notifications") == 200
    assert (sweep["status"], sweep["escalated"], sweep["notified"], sweep["lanes"]) == (
        "completed",
        200,
        200,
        0,
    )
    pipeline.close()


def test_a_rate_limit_delays_and_never_drops(database_url: str) -> None:
    pipeline = Pipeline(database_url, escalations_per_minute=30, sweep_batch_size=20)
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 70, overdue=HOUR)
    sweep_id = pipeline.request_sweep()
    pipeline.work()
    counts = []
    for _ in range(4):
        with pipeline.company() as company:
            counts.append(company.count("notifications"))
            a_minute_passes(company.tx)
        pipeline.make_due()
        pipeline.tick(OutboxTick())
        pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == 70
        assert company.sweep(sweep_id)["status"] == "completed"
    assert counts == [30, 60, 70, 70]
    pipeline.close()


def test_what_could_not_be_routed_is_raised_again_within_the_limit(database_url: str) -> None:
    pipeline = Pipeline(database_url, escalations_per_minute=30)
    with pipeline.company() as company:
        nobody = company.person("Eve", active=False)
        company.follow_ups(nobody, 50, overdue=HOUR)
    for _ in range(2):
        pipeline.request_sweep()
        pipeline.work()
        with pipeline.company() as company:
            a_minute_passes(company.tx)
        redrive_until_quiet(pipeline, rounds=1)
    with pipeline.company() as company:
        waiting = text("SELECT count(*) FROM escalations WHERE status = 'unroutable'")
        assert company.tx.execute(waiting).scalar_one() == 50
        company.tx.execute(text("UPDATE users SET active = true"))
        a_minute_passes(company.tx)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == 30
        a_minute_passes(company.tx)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == 50
    pipeline.close()


def a_minute_passes(tx: Transaction) -> None:
    tx.execute(
        text("""
            UPDATE rate_windows SET spent_at =
                ARRAY(SELECT at - interval '61 seconds' FROM unnest(spent_at) WITH ORDINALITY AS a (at, n)
                ORDER BY n)
        """)
    )


def test_an_outage_of_postgresql_longer_than_all_tries_leaves_no_dead_letter(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 10, overdue=HOUR)
    refused = OperationalError("BEGIN", {}, errors.ConnectionFailure("connection refused"))
    monkeypatch.setattr(pipeline.notifier, "database", Away(refused))
    pipeline.tick(SweepTick())
    pipeline.work()
    assert pipeline.broker.dead_letters == []
    monkeypatch.undo()
    redrive_until_quiet(pipeline, rounds=2)
    with pipeline.company() as company:
        assert company.count("notifications") == 10


class Away:
    """A database that does not answer."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def transaction(self) -> NoReturn:
        raise self.error
