"""A sweep: one for each slot, batch after batch in lanes until nothing is due, within the limit."""

from __future__ import annotations

from datetime import timedelta

from followup_common.contracts import BatchRequested, EscalationsRaised, SweepRequested, SweepTick
from followup_common.messaging.handlers import Emitted
from followup_common.messaging.outbox import Later
from followup_escalator.sweeps import continue_sweep, open_sweep, run_sweep
from sqlalchemy import text

from tests.support.company import Company, raised
from tests.support.handlers import Run, announce

HOUR = timedelta(hours=1)


def batches(events: list[Emitted]) -> list[BatchRequested]:
    """The further batches that were asked for."""
    return [event for event in events if isinstance(event, BatchRequested)]


def held_back(events: list[Emitted]) -> list[Later]:
    """What is to come later."""
    return [event for event in events if isinstance(event, Later)]


def test_a_tick_opens_the_sweep_of_its_slot_once(company: Company, run: Run) -> None:
    [requested] = run(open_sweep, SweepTick())
    assert run(open_sweep, SweepTick()) == []
    assert isinstance(requested, SweepRequested)
    assert company.count("sweeps") == 1
    assert company.sweep(requested.sweep_id)["trigger"] == "schedule"


def test_a_sweep_that_finds_nothing_is_done_at_once(company: Company, run: Run) -> None:
    company.follow_up(company.person("Eve"), overdue=-HOUR)
    sweep_id = company.new_sweep()
    assert run(run_sweep, SweepRequested(sweep_id=sweep_id)) == []
    assert company.sweep(sweep_id)["status"] == "completed"


def test_a_sweep_runs_until_what_it_raised_was_delivered(company: Company, run: Run) -> None:
    company.follow_ups(company.person("Eve"), 3, overdue=HOUR)
    sweep_id = company.new_sweep()
    events = run(run_sweep, SweepRequested(sweep_id=sweep_id))
    assert company.sweep(sweep_id)["status"] == "running"
    announce(run, events)
    done = company.sweep(sweep_id)
    assert (done["status"], done["escalated"], done["delivered"], done["notified"]) == ("completed", 3, 3, 3)


def test_a_full_batch_opens_lanes_and_each_closes_when_it_finds_less(company: Company, run: Run) -> None:
    company.follow_ups(company.person("Eve"), 9, overdue=HOUR)
    sweep_id = company.new_sweep()
    limits = {"sweep_batch_size": 2, "sweep_lanes": 3}
    emitted = run(run_sweep, SweepRequested(sweep_id=sweep_id), **limits)
    waiting = batches(emitted)
    assert (len(raised(emitted)), len(waiting)) == (2, 3)
    while waiting:
        more = run(continue_sweep, waiting.pop(), **limits)
        assert len(raised(more)) <= 2
        assert len(batches(more)) <= 1
        waiting += batches(more)
        emitted += more
    keys = raised(emitted)
    assert len({key.follow_up_id for key in keys}) == len(keys) == 9
    assert company.sweep(sweep_id)["status"] == "running"
    announce(run, emitted)
    assert company.sweep(sweep_id)["status"] == "completed"


def test_a_batch_is_no_larger_than_the_limit_leaves_and_the_rest_comes_later(
    company: Company, run: Run
) -> None:
    company.follow_ups(company.person("Eve"), 5, overdue=HOUR)
    sweep_id = company.new_sweep()
    limits = {"sweep_batch_size": 2, "sweep_lanes": 1, "escalations_per_minute": 3}
    first = run(run_sweep, SweepRequested(sweep_id=sweep_id), **limits)
    [second] = batches(first)
    assert len(raised(first)) == 2
    throttled = run(continue_sweep, second, **limits)
    assert (len(raised(throttled)), batches(throttled)) == (1, [])
    [later] = held_back(throttled)
    assert later.event == BatchRequested(sweep_id=sweep_id, since=second.since)
    assert timedelta(0) < later.delay <= timedelta(seconds=61)
    announce(run, [*first, *throttled])
    assert company.sweep(sweep_id)["status"] == "running"


def test_a_sweep_that_the_limit_holds_back_goes_on_in_one_lane_and_ends(company: Company, run: Run) -> None:
    company.follow_ups(company.person("Eve"), 5, overdue=HOUR)
    sweep_id = company.new_sweep()
    limits = {"sweep_batch_size": 4, "sweep_lanes": 3, "escalations_per_minute": 2}
    emitted = run(run_sweep, SweepRequested(sweep_id=sweep_id), **limits)
    while waiting := held_back(emitted):
        [later] = waiting
        announce(run, emitted)
        company.tx.execute(text("UPDATE rate_windows SET spent_at = '{}', spent = '{}'"))  # a minute passes
        assert isinstance(later.event, BatchRequested)
        emitted = run(continue_sweep, later.event, **limits)
        assert batches(emitted) == []
    announce(run, emitted)
    assert company.sweep(sweep_id)["status"] == "completed"
    assert company.count("notifications") == 5


def test_a_sweep_that_is_asked_for_again_raises_nothing_again(company: Company, run: Run) -> None:
    company.follow_ups(company.person("Eve"), 3, overdue=HOUR)
    requested = SweepRequested(sweep_id=company.new_sweep())
    events = run(run_sweep, requested)
    assert [type(event) for event in events] == [EscalationsRaised]
    assert run(run_sweep, requested) == []
