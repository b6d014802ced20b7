"""Promise 9: due, overdue and step follow PostgreSQL's clock, whatever the host believes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from followup_common.contracts import (
    EscalationsDelivered,
    EscalationsRaised,
    Event,
    FollowUpReassigned,
    OutboxTick,
    PoliciesPublished,
    SweepRequested,
    SweepTick,
)
from followup_common.messaging.handlers import AnyHandler, Emitted
from followup_escalator.settlement import settle_delivery
from followup_escalator.sweeps import run_sweep
from followup_notifier.escalations import write_inbox
from sqlalchemy import text

from tests.support.clock import DatabaseClock
from tests.support.pipeline import Pipeline
from tests.support.policies import STEP, publish

HOUR = timedelta(hours=1)
UNREADABLE = '[{"after": "PT0S", "audience": ["nobody"], "label": "x", "severity": "overdue"}]'
"""Steps of a policy that tells nobody whom this release knows."""
THREE_DAYS = timedelta(days=3)
RIGHT = timedelta(0)


@pytest.fixture
def clock(database_url: str) -> Iterator[DatabaseClock]:
    """PostgreSQL's clock, to be moved."""
    moved = DatabaseClock(database_url)
    yield moved
    moved.close()


@pytest.mark.parametrize("skew", [-200 * HOUR, 200 * HOUR])
def test_a_host_whose_clock_is_off_by_days_changes_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, skew: timedelta
) -> None:
    with pipeline.company() as company:
        manager = company.person("Max", role="manager")
        assignee = company.person("Eve", manager=manager)
        due, soon, late = (company.follow_up(assignee, overdue=h * HOUR) for h in (1, -1, 50))
    real = time.time
    with monkeypatch.context() as patched:
        # dramatiq holds delayed messages by this clock; nothing else may ask it.
        patched.setattr(time, "time", lambda: real() + skew.total_seconds())
        pipeline.tick(SweepTick())
        pipeline.work()
    with pipeline.company() as company:
        assert company.told(due) == [(1, assignee)]
        assert company.told(soon) == []
        assert company.told(late) == sorted([(2, manager), (2, assignee)])


def in_the_future(pipeline: Pipeline, what: str) -> int:
    with pipeline.owner.transaction() as tx:
        return int(
            tx.execute(text(f"SELECT count(*) FROM {what} > now() + interval '2 minutes'")).scalar_one()
        )


def handled(pipeline: Pipeline, service: str, handler: AnyHandler, event: Event) -> list[Emitted]:
    """What a handler emits, in a transaction of its own."""
    consumer = pipeline.escalator if service == "escalator" else pipeline.notifier
    with pipeline.databases[service].transaction() as tx:
        return list(handler(event, tx, consumer.settings))


def test_the_moved_clock_moves_everything_that_is_written(pipeline: Pipeline, clock: DatabaseClock) -> None:
    """The tests below would prove nothing else."""
    clock.set_off(THREE_DAYS)
    with pipeline.company() as company:
        assignee = company.person("Eve", manager=company.person("Max", role="manager"))
        company.follow_up(assignee, overdue=HOUR)
    pipeline.request_sweep()
    pipeline.tick(SweepTick())
    pipeline.work()
    clock.set_off(RIGHT)
    for written in ("users WHERE created_at", "follow_ups WHERE created_at", "follow_ups WHERE updated_at"):
        assert in_the_future(pipeline, written), written
    for written in ("sweeps WHERE requested_at", "sweeps WHERE started_at", "sweeps WHERE finished_at"):
        assert in_the_future(pipeline, written) == 2, written
    for written in ("outbox WHERE created_at", "outbox WHERE available_at", "outbox WHERE handled_at"):
        assert in_the_future(pipeline, written) >= 4, written
    for written in ("escalations WHERE raised_at", "notifications WHERE created_at"):
        assert in_the_future(pipeline, written) == 1, written
    assert in_the_future(pipeline, "activities WHERE created_at") == 1


def test_what_a_clock_that_was_days_ahead_left_unsent_is_due_now(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    with pipeline.company() as company:
        boss, eve = company.person("Max", role="admin"), company.person("Eve")
        follow_up = company.follow_up(eve, overdue=HOUR)
        given = company.follow_up(eve, overdue=-HOUR)
        sweep = company.new_sweep()
    clock.set_off(THREE_DAYS)
    pipeline.emit(
        SweepRequested(sweep_id=sweep),
        FollowUpReassigned(follow_up_id=given, assignee_id=eve, assignment=1, actor_id=boss),
    )
    clock.set_off(RIGHT)
    pipeline.tick(OutboxTick())
    pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == [(1, eve)]
        assert company.told(given) == [(0, eve)]
        assert company.sweep(sweep)["status"] == "completed"


def test_slots_that_were_taken_ahead_of_their_time_are_free_when_it_comes(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    clock.set_off(THREE_DAYS)
    pipeline.tick(SweepTick())
    pipeline.work()
    clock.set_off(RIGHT)
    assert in_the_future(pipeline, "sweeps WHERE slot") == 1
    pipeline.tick(SweepTick())
    pipeline.work()
    assert in_the_future(pipeline, "sweeps WHERE slot") == 0
    with pipeline.company() as company:
        assert company.count("sweeps") == 2


@pytest.mark.parametrize("when_settled", [THREE_DAYS, RIGHT])
def test_a_step_that_was_overtaken_only_by_a_clock_ahead_is_announced_when_it_is_set_back(
    pipeline: Pipeline, clock: DatabaseClock, when_settled: timedelta
) -> None:
    with pipeline.company() as company:
        eve = company.person("Eve", manager=company.person("Max", role="manager"))
        follow_up = company.follow_up(eve, overdue=HOUR)
        sweep = company.new_sweep()
    events = handled(pipeline, "escalator", run_sweep, SweepRequested(sweep_id=sweep))
    [raised] = [event for event in events if isinstance(event, EscalationsRaised)]
    clock.set_off(THREE_DAYS)
    events = handled(pipeline, "notifier", write_inbox, raised)
    [delivered] = [event for event in events if isinstance(event, EscalationsDelivered)]
    assert len(delivered.superseded) == 1
    clock.set_off(when_settled)
    handled(pipeline, "escalator", settle_delivery, delivered)
    clock.set_off(RIGHT)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == [(1, eve)]
        assert company.escalations(follow_up) == {1: "raised"}
        row = company.get(follow_up)
        assert (row["step"], row["wake_at"]) == (1, row["due_at"] + 48 * HOUR)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert len(company.activities(follow_up)) == 1


@pytest.mark.parametrize("when_settled", [THREE_DAYS, RIGHT])
def test_a_step_that_came_and_was_overtaken_by_a_clock_ahead_is_announced_though_it_is_not_due(
    pipeline: Pipeline, clock: DatabaseClock, when_settled: timedelta
) -> None:
    """It was raised, and does not wait for its due time to be looked at again: that may be weeks ahead."""
    with pipeline.company() as company:
        eve = company.person("Eve", manager=company.person("Max", role="manager"))
        follow_up = company.follow_up(eve, overdue=-HOUR)
        sweep = company.new_sweep()
    clock.set_off(2 * HOUR)
    events = handled(pipeline, "escalator", run_sweep, SweepRequested(sweep_id=sweep))
    [raised] = [event for event in events if isinstance(event, EscalationsRaised)]
    clock.set_off(THREE_DAYS)
    events = handled(pipeline, "notifier", write_inbox, raised)
    [delivered] = [event for event in events if isinstance(event, EscalationsDelivered)]
    assert len(delivered.superseded) == 1
    clock.set_off(when_settled)
    handled(pipeline, "escalator", settle_delivery, delivered)
    clock.set_off(RIGHT)
    for _ in range(2):
        pipeline.request_sweep()
        pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == [(1, eve)]
        assert company.escalations(follow_up) == {1: "raised"}
        row = company.get(follow_up)
        assert (row["step"], row["wake_at"]) == (1, row["due_at"] + 48 * HOUR)


def test_whom_a_step_tells_after_a_reassignment_hears_of_it_though_a_clock_ahead_said_that_a_later_one_came(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    """The later one did not come: the clock was set back before any sweep."""
    with pipeline.company() as company:
        admin, max_, mia = (company.person(name, role="admin") for name in ("Ada", "Max", "Mia"))
        old, new = company.person("Old", manager=max_), company.person("New", manager=mia)
        follow_up = company.follow_up(old, overdue=50 * HOUR)
    pipeline.request_sweep()
    pipeline.work()
    clock.set_off(THREE_DAYS)
    with pipeline.company() as company:
        company.set(follow_up, assignee_id=new)
    given = FollowUpReassigned(follow_up_id=follow_up, assignee_id=new, assignment=2, actor_id=admin)
    pipeline.publish(pipeline.emit(given))
    pipeline.work()
    clock.set_off(RIGHT)
    for _ in range(2):
        pipeline.publish(pipeline.everything_sent())
        pipeline.request_sweep()
        pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == [(0, new), (2, max_), (2, mia), (2, old)]


def test_a_step_that_came_by_a_clock_ahead_is_told_to_whom_it_tells_after_reassignments_of_later(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    """By the right clock it is still to come, and it has been announced."""
    with pipeline.company() as company:
        admin, max_, mia = (company.person(name, role="admin") for name in ("Ada", "Max", "Mia"))
        old, new = company.person("Old", manager=max_), company.person("New", manager=mia)
        follow_up = company.follow_up(old, overdue=-HOUR)
    clock.set_off(THREE_DAYS)
    pipeline.request_sweep()
    pipeline.work()
    clock.set_off(RIGHT)
    for assignment, assignee in ((2, admin), (3, new)):
        with pipeline.company() as company:
            company.set(follow_up, assignee_id=assignee)
        pipeline.emit(
            FollowUpReassigned(
                follow_up_id=follow_up, assignee_id=assignee, assignment=assignment, actor_id=admin
            )
        )
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == [(0, new), (2, max_), (2, mia), (2, old)]


def test_what_came_by_a_clock_ahead_stays_and_is_not_said_again(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    with pipeline.company() as company:
        max_, eve = company.person("Max", role="manager"), 0
        eve = company.person("Eve", manager=max_)
        follow_up = company.follow_up(eve, overdue=HOUR)
    for off in (RIGHT, THREE_DAYS, RIGHT, RIGHT):
        clock.set_off(off)
        pipeline.tick(OutboxTick())
        pipeline.request_sweep()
        pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == [(1, eve), (2, max_), (2, eve)]
        assert company.get(follow_up)["step"] == 2


def test_what_is_to_be_looked_at_at_once_by_a_clock_ahead_is_when_that_is_set_back(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    """As after a publication, a change of a calendar, or the end of a hold."""
    with pipeline.company() as company:
        eve = company.person("Eve")
        follow_up = company.follow_up(eve, overdue=HOUR)
        version = publish(company, STEP)
    pipeline.tick(OutboxTick())
    pipeline.work()
    clock.set_off(THREE_DAYS)
    pipeline.publish(pipeline.emit(PoliciesPublished(policy_version_id=version, actor_id=eve)))
    pipeline.work()
    clock.set_off(RIGHT)
    with pipeline.company() as company:
        assert company.get(follow_up)["run"] == 2
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == [(1, eve)]


def test_what_a_clock_ahead_has_told_another_policy_repeats_no_more_when_it_is_set_back(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    """By the right clock nothing had come yet when the other one took over."""
    with pipeline.company() as company:
        eve = company.person("Eve", manager=company.person("Max", role="manager"))
        follow_up = company.follow_up(eve, overdue=-HOUR)
    clock.set_off(THREE_DAYS)
    pipeline.request_sweep()
    pipeline.work()
    clock.set_off(RIGHT)
    with pipeline.company() as company:
        told = company.told(follow_up)
        version = publish(company, STEP, STEP | {"after": "PT96H", "severity": "breach"})
    pipeline.publish(pipeline.emit(PoliciesPublished(policy_version_id=version, actor_id=eve)))
    pipeline.work()
    for off in (RIGHT, 2 * HOUR, 100 * HOUR):
        pipeline.request_sweep()
        pipeline.work()
        with pipeline.company() as company:
            assert company.told(follow_up) == told
        clock.set_off(off)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.told(follow_up) == sorted([*told, (2, eve)])


def test_what_was_set_aside_by_a_clock_ahead_is_looked_at_again(
    pipeline: Pipeline, clock: DatabaseClock
) -> None:
    with pipeline.company() as company:
        company.tx.execute(
            text(
                f"INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 2, '{UNREADABLE}')"
            )
        )
        eve = company.person("Eve")
        follow_up = company.follow_up(eve, overdue=HOUR)
    clock.set_off(THREE_DAYS)
    pipeline.request_sweep()
    pipeline.work()
    clock.set_off(RIGHT)
    with pipeline.company() as company:
        row = company.get(follow_up)
        assert row["wake_at"] > row["now"] + 2 * HOUR
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        row = company.get(follow_up)
        assert row["wake_at"] < row["now"] + 2 * HOUR
        assert row["step"] == 0
