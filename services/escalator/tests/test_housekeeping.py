"""What each tick of the outbox forgets, by which clock, and that it waits for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from followup_common.contracts import OutboxTick, SweepRequested
from followup_common.db import slow_clock
from sqlalchemy import Connection, text

from tests.support.clock import DatabaseClock
from tests.support.pipeline import Pipeline

DAYS = timedelta(days=1)
RIGHT = timedelta(0)
TABLES = ("undoable_changes", "deleted_follow_ups", "outbox")


@pytest.fixture
def pipeline(database_url: str) -> Iterator[Pipeline]:
    pipeline = Pipeline(database_url, redrive_after_seconds=0, lock_timeout_seconds=0.05)
    yield pipeline
    pipeline.close()


def fill(pipeline: Pipeline) -> None:
    """A follow-up that was changed a moment ago, one that was deleted, and an event that was handled."""
    with pipeline.company() as company:
        eve = company.person("Eve")
        company.tx.execute(text("SELECT set_config('followup.undo_by', '1', true)"))
        company.set(company.follow_up(eve, overdue=-DAYS), title="Another")
        company.tx.execute(
            text("DELETE FROM follow_ups WHERE id = :id"), {"id": company.follow_up(eve, overdue=-DAYS)}
        )
    pipeline.request_sweep()
    pipeline.work()


def left(pipeline: Pipeline) -> dict[str, int]:
    with pipeline.company() as company:
        return {table: company.count(table) for table in TABLES}


def tick(pipeline: Pipeline) -> None:
    pipeline.tick(OutboxTick())
    pipeline.work()


@pytest.mark.parametrize("host", [RIGHT, 40 * DAYS])
def test_a_clock_that_is_weeks_ahead_for_a_while_forgets_nothing(
    pipeline: Pipeline, database_url: str, monkeypatch: pytest.MonkeyPatch, host: timedelta
) -> None:
    """Alone, or together with that of the escalator's machine, which may be the same."""
    fill(pipeline)
    tick(pipeline)
    before = left(pipeline)
    assert before == dict.fromkeys(TABLES, 1)
    clock = DatabaseClock(database_url)
    pipeline.databases["escalator"].engine.dispose()
    with monkeypatch.context() as patched:
        patched.setattr(slow_clock, "host_now", lambda: datetime.now(UTC) + host)
        clock.set_off(40 * DAYS)
        tick(pipeline)
    kept = left(pipeline)
    clock.set_off(RIGHT)
    clock.close()
    assert kept == before
    with pipeline.company() as company:
        restored = text("SELECT outcome FROM deleted_follow_ups d, follow_ups_restore(d.id)")
        assert company.tx.execute(restored).scalar_one() == "restored"


def test_what_is_old_is_forgotten_except_what_somebody_holds_and_all_else_goes_on(pipeline: Pipeline) -> None:
    fill(pipeline)
    with pipeline.company() as company:
        waiting = company.new_sweep()
        for column in ("undoable_changes SET changed_at", "deleted_follow_ups SET deleted_at"):
            company.tx.execute(text(f"UPDATE {column} = now() - interval '31 days'"))
    pipeline.emit(SweepRequested(sweep_id=waiting))
    pipeline.make_due()
    with pipeline.company() as holder:
        for table in ("undoable_changes", "deleted_follow_ups", "sweeps"):
            holder.tx.execute(text(f"SELECT FROM {table} FOR UPDATE"))
        pipeline.tick(OutboxTick())
        pipeline.escalator_only()
        with pipeline.company() as company:
            sent = text("SELECT attempts FROM outbox WHERE handled_at IS NULL")
            assert company.tx.execute(sent).scalar_one() == 1
    assert left(pipeline) == {"undoable_changes": 1, "deleted_follow_ups": 1, "outbox": 2}
    pipeline.make_due()
    tick(pipeline)
    assert left(pipeline) == {"undoable_changes": 0, "deleted_follow_ups": 0, "outbox": 2}
    with pipeline.company() as company:
        assert company.sweep(waiting)["status"] == "completed"


def slow_time(tx: Connection) -> timedelta:
    """How far the slow clock is from PostgreSQL's."""
    off: timedelta = tx.execute(text("SELECT at - now() FROM slow_clock")).scalar_one()
    return off


def test_the_slow_clock_goes_no_faster_than_ticks_and_never_ahead(
    tx: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tx.execute(text(f"SELECT {slow_clock.SLOW_NOW} = now()")).scalar()
    slow_clock.go_on(tx)
    assert slow_time(tx) == RIGHT
    for behind, after in ((40 * DAYS, 40 * DAYS - slow_clock.STEP), (-DAYS, RIGHT), (slow_clock.STEP, RIGHT)):
        tx.execute(text("UPDATE slow_clock SET at = now() - :behind"), {"behind": behind})
        slow_clock.go_on(tx)
        assert slow_time(tx) == -after
    now = tx.execute(text("SELECT now()")).scalar_one()
    monkeypatch.setattr(slow_clock, "host_now", lambda: now - DAYS)
    slow_clock.go_on(tx)
    assert slow_time(tx) == -DAYS
