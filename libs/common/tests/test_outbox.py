"""The outbox's own work: what is sent again when, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from followup_common.contracts import SweepRequested
from followup_common.db import Database, Transaction
from followup_common.messaging import outbox
from sqlalchemy import Connection, text

MINUTE = timedelta(minutes=1)


def store(tx: Transaction, number: int = 1) -> list[str]:
    events = [SweepRequested(sweep_id=n + 1) for n in range(number)]
    stored = outbox.store(tx, events, source="followup/test", redrive_after=timedelta(0))
    return [str(envelope.id) for envelope in stored]


def made_in_2022(tx: Transaction, ids: list[str]) -> list[str]:
    """Let the time in the ids be long ago; they are what they were otherwise."""
    tx.execute(text("UPDATE outbox SET id = overlay(id::text PLACING '0180' FROM 1 FOR 4)::uuid"))
    return ["0180" + event_id[4:] for event_id in ids]


def test_an_event_is_sent_again_after_twice_as_long_each_time_up_to_an_hour(tx: Connection) -> None:
    store(tx)
    waits = []
    for _ in range(8):
        assert len(outbox.redrive(tx, redrive_after=MINUTE)) == 1
        assert outbox.redrive(tx, redrive_after=MINUTE) == []
        waits.append(tx.execute(text("SELECT available_at - now() FROM outbox")).scalar_one())
        tx.execute(text("UPDATE outbox SET available_at = now()"))
    assert [wait / MINUTE for wait in waits] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(outbox.redrive(tx, redrive_after=MINUTE, at_most=5 * MINUTE)) == 1
    assert tx.execute(text("SELECT available_at - now() FROM outbox")).scalar_one() == 5 * MINUTE


def test_an_event_that_a_handler_holds_is_passed_over_and_holds_up_no_other(database_url: str) -> None:
    database = Database(database_url, lock_timeout=timedelta(seconds=5))
    with database.transaction() as tx:
        held, free = store(tx, 2)
    with database.transaction() as handler:
        handler.execute(text("SELECT FROM outbox WHERE id = :id FOR UPDATE"), {"id": held})
        with database.transaction() as redrive:
            assert [str(envelope.id) for envelope in outbox.redrive(redrive)] == [free]
    database.close()


def test_handled_events_are_forgotten_after_their_time_and_no_others(tx: Connection) -> None:
    old, young, unhandled, dead = made_in_2022(tx, store(tx, 4))
    for event_id, handled in ((old, 8), (young, 6)):
        tx.execute(
            text("UPDATE outbox SET handled_at = now() - :days * interval '1 day' WHERE id = :id"),
            {"id": event_id, "days": handled},
        )
    tx.execute(text("UPDATE outbox SET created_at = now() - interval '30 days'"))
    tx.execute(text("UPDATE outbox SET failed_at = now() - interval '20 days' WHERE id = :id"), {"id": dead})
    assert outbox.prune(tx, older_than=timedelta(days=7)) == 1
    left = {str(event_id) for event_id in tx.execute(text("SELECT id FROM outbox")).scalars()}
    assert left == {young, unhandled, dead}


def test_what_was_handled_in_the_future_is_forgotten_with_what_is_old(tx: Connection) -> None:
    """PostgreSQL's clock was ahead, by however much."""
    ahead, of_today = made_in_2022(tx, store(tx, 2))
    for event_id, when in ((ahead, "now() + interval '50 years'"), (of_today, "now()")):
        tx.execute(text(f"UPDATE outbox SET handled_at = {when} WHERE id = :id"), {"id": event_id})
    assert outbox.prune(tx, older_than=timedelta(days=7)) == 1
    assert str(tx.execute(text("SELECT id FROM outbox")).scalar_one()) == of_today


def test_what_a_host_ahead_of_its_time_has_made_is_forgotten_too(tx: Connection) -> None:
    [event_id] = store(tx)
    tx.execute(
        text("UPDATE outbox SET id = overlay(id::text PLACING '0fff' FROM 1 FOR 4)::uuid, handled_at = now()")
    )
    assert outbox.prune(tx, older_than=timedelta(days=7)) == 0
    tx.execute(text("UPDATE outbox SET handled_at = now() - interval '8 days'"))
    assert outbox.prune(tx, older_than=timedelta(days=7)) == 1
    assert event_id


def test_a_time_that_no_event_is_ever_held_back_for_is_due_now(tx: Connection) -> None:
    store(tx, 3)
    legitimate = outbox.LONGEST_DELAY - MINUTE
    waits = [timedelta(days=3), legitimate, timedelta(hours=-1)]
    for wait, event_id in zip(waits, tx.execute(text("SELECT id FROM outbox")).scalars().all(), strict=True):
        tx.execute(
            text("UPDATE outbox SET available_at = now() + :wait WHERE id = :id"),
            {"wait": wait, "id": event_id},
        )
    assert len(outbox.redrive(tx)) == 2
    assert outbox.redrive(tx) == []


def test_a_redrive_that_is_set_to_come_late_is_not_taken_for_a_wrong_clock(tx: Connection) -> None:
    store(tx)
    day = timedelta(days=1)
    for _ in range(3):
        tx.execute(text("UPDATE outbox SET available_at = now(), attempts = 20"))
        assert len(outbox.redrive(tx, redrive_after=MINUTE, at_most=day)) == 1
        assert outbox.redrive(tx, redrive_after=MINUTE, at_most=day) == []


def test_nothing_is_held_back_for_longer_than_the_redrive_believes() -> None:
    with pytest.raises(outbox.DelayTooLong):
        outbox.Later(SweepRequested(sweep_id=1), outbox.LONGEST_DELAY + MINUTE)


def test_an_event_that_failed_first_in_the_future_fails_since_now(tx: Connection) -> None:
    [event_id] = store(tx)
    tx.execute(text("UPDATE outbox SET first_failed_at = now() + interval '3 days'"))
    assert outbox.record_error(tx, UUID(event_id), "away").failing_for == timedelta(0)


def test_what_was_handled_becomes_no_dead_letter_and_gets_no_error(tx: Connection) -> None:
    """One delivery fails, slowly, while another one has done the work."""
    [envelope] = outbox.store(tx, [SweepRequested(sweep_id=1)], source="followup/test")
    assert outbox.claim(tx, envelope)
    assert not outbox.mark_failed(tx, envelope.id, "too late")
    assert outbox.record_error(tx, envelope.id, "too late") == outbox.History(0, timedelta(0))
    assert outbox.waiting(tx, envelope.id) is None
    [(failed_at, error)] = tx.execute(text("SELECT failed_at, error FROM outbox")).all()
    assert (failed_at, error) == (None, None)


def test_a_dead_letter_that_is_handled_after_all_is_none_any_more(tx: Connection) -> None:
    [envelope] = outbox.store(tx, [SweepRequested(sweep_id=1)], source="followup/test")
    assert outbox.mark_failed(tx, envelope.id, "away")
    assert outbox.claim(tx, envelope)
    assert tx.execute(text("SELECT failed_at FROM outbox")).scalar_one() is None


def test_neither_what_was_handled_nor_a_dead_letter_is_sent_again(tx: Connection) -> None:
    handled, dead, waiting = outbox.store(
        tx,
        [SweepRequested(sweep_id=n) for n in (1, 2, 3)],
        source="followup/test",
        redrive_after=timedelta(0),
    )
    outbox.claim(tx, handled)
    outbox.mark_failed(tx, dead.id, "away")
    assert [envelope.id for envelope in outbox.redrive(tx)] == [waiting.id]


def test_forgetting_passes_over_what_somebody_holds(database_url: str) -> None:
    database = Database(database_url, lock_timeout=timedelta(seconds=5))
    with database.transaction() as tx:
        held, _ = made_in_2022(tx, store(tx, 2))
        tx.execute(text("UPDATE outbox SET handled_at = now() - interval '8 days'"))
    with database.transaction() as holder:
        holder.execute(text("SELECT FROM outbox WHERE id = :id FOR UPDATE"), {"id": held})
        with database.transaction() as tx:
            assert outbox.prune(tx, older_than=timedelta(days=7)) == 1
    database.close()
