"""Promise 2: nothing is said twice, however often a message comes, and no matter who ticks."""

from __future__ import annotations

from datetime import timedelta

import dramatiq
import pytest
from followup_common.contracts import EscalationKey, EscalationsRaised, SweepTick
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.support.company import Company
from tests.support.handlers import acting_as
from tests.support.pipeline import Pipeline

HOUR = timedelta(hours=1)


def test_every_message_may_come_three_times(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 60, overdue=HOUR)
    enqueue = pipeline.broker.enqueue

    def repeat(message: dramatiq.Message[None], *, delay: int | None = None) -> object:
        for _ in range(2):
            enqueue(message, delay=delay)
        return enqueue(message, delay=delay)

    monkeypatch.setattr(pipeline.broker, "enqueue", repeat)
    pipeline.tick(SweepTick())
    pipeline.work(threads=6)
    with pipeline.company() as company:
        assert company.count("notifications") == company.count("activities") == 60
        counts = text("SELECT sum(escalated), sum(delivered), sum(notified) FROM sweeps")
        assert company.tx.execute(counts).one() == (60, 60, 60)


def test_an_event_is_handled_once_even_if_its_effect_has_no_key(pipeline: Pipeline) -> None:
    """The counts of a sweep are sums: only the handled mark keeps a repeated event from adding again."""
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 5, overdue=HOUR)
    sweep_id = pipeline.request_sweep()
    pipeline.work()
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    with pipeline.company() as company:
        sweep = company.sweep(sweep_id)
    assert (sweep["escalated"], sweep["delivered"], sweep["notified"]) == (5, 5, 5)


def test_the_same_step_in_two_different_events_is_announced_once(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        call = company.follow_up(company.person("Eve"), overdue=HOUR)
    key = EscalationKey(follow_up_id=call, run=1, step=1)
    twice = [EscalationsRaised.of(None, (key, key)) for _ in range(2)]
    pipeline.publish(pipeline.emit(*twice))
    pipeline.work()
    with pipeline.company() as company:
        assert len(company.told(call)) == 1
        assert len(company.activities(call)) == 1
        unhandled = text("SELECT count(*) FROM outbox WHERE handled_at IS NULL OR failed_at IS NOT NULL")
        assert company.tx.execute(unhandled).scalar() == 0  # a repetition is no failure either


@pytest.mark.parametrize(
    "row",
    [
        "notifications (follow_up_id, run, step, user_id, policy_version_id, due_at, audience)"
        " VALUES (1, 1, 1, 1, 1, now(), 'assignee')",
        "activities (follow_up_id, run, step, repeat, kind) VALUES (1, 1, 1, 0, 'escalated')",
    ],
)
def test_a_unique_key_says_so(pipeline: Pipeline, row: str) -> None:
    with pipeline.company() as company:
        company.tx.execute(text(f"INSERT INTO {row}"))
        with pytest.raises(IntegrityError):
            company.tx.execute(text(f"INSERT INTO {row}"))
        company.tx.rollback()


def test_two_schedulers_in_one_slot_make_one_sweep(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 5, overdue=HOUR)
    pipeline.tick(SweepTick())
    pipeline.tick(SweepTick())
    pipeline.work()
    with pipeline.company() as company:
        slots = company.tx.execute(text("SELECT count(*), count(DISTINCT slot) FROM sweeps")).one()
        assert slots[0] == slots[1] <= 2  # 2 only when the minute turned between the ticks
        assert company.count("notifications") == 5


def changed_by(company: Company, person: int, follow_up: int, **columns: object) -> None:
    """Change a follow-up as a person does through the API."""
    company.tx.execute(text("SELECT set_config('followup.undo_by', :id, true)"), {"id": str(person)})
    company.set(follow_up, **columns)


def undo(company: Company, person: int, follow_up: int) -> str:
    """Undo a person's last change, with the API's rights; returns what came of it."""
    statement = text("SELECT outcome FROM follow_ups_undo(ARRAY[CAST(:id AS bigint)], :person)")
    with acting_as(company.tx, "followup_api"):
        return str(company.tx.execute(statement, {"id": follow_up, "person": person}).scalar_one())


def sweep(pipeline: Pipeline) -> None:
    pipeline.request_sweep()
    pipeline.work()


@pytest.mark.parametrize(
    "change",
    [
        "completed_at = now()",
        "due_at = now() + interval '1 day'",
        "due_at = now() - interval '1 day'",
        "assignee_id = :other",
        "title = 'Write', due_at = now(), assignee_id = :other, completed_at = now()",
    ],
)
@pytest.mark.parametrize("hours", [1, 50, 100])
def test_an_undo_is_no_new_run(pipeline: Pipeline, hours: int, change: str) -> None:
    with pipeline.company() as company:
        company.person("Ada", role="admin")
        manager = company.person("Max", role="manager")
        eve, other = company.person("Eve", manager=manager), company.person("Otto", manager=manager)
        call = company.follow_up(eve, overdue=hours * HOUR)
    sweep(pipeline)
    with pipeline.company() as company:
        before, told = company.get(call), company.told(call)
        company.tx.execute(text("SELECT set_config('followup.undo_by', :id, true)"), {"id": str(manager)})
        company.tx.execute(text(f"UPDATE follow_ups SET {change}"), {"other": other})
    with pipeline.company() as company:
        assert undo(company, manager, call) == "undone"
    sweep(pipeline)
    with pipeline.company() as company:
        after = company.get(call)
        assert company.told(call) == told
        for column in ("due_at", "assignee_id", "completed_at", "run", "step", "wake_at"):
            assert after[column] == before[column], column


def test_what_was_told_in_an_undone_run_does_not_keep_the_next_one_quiet(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        eve = company.person("Eve")
        call = company.follow_up(eve, overdue=-HOUR)
    for again in (False, True):
        with pipeline.company() as company:
            changed_by(company, eve, call, due_at=company.get(call)["now"] - HOUR)
        sweep(pipeline)
        if not again:
            with pipeline.company() as company:
                assert undo(company, eve, call) == "undone"
    with pipeline.company() as company:
        assert company.get(call)["run"] == 3
        assert company.told(call) == [(1, eve), (1, eve)]
