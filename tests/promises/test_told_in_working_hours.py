"""A step that tells in working hours: each person in theirs, and nobody whom a stop came before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from followup_common.contracts import EscalationsRaised, FollowUpReassigned
from followup_common.messaging.outbox import LONGEST_DELAY, Later
from followup_notifier.assignments import announce_assignment
from followup_notifier.escalations import write_inbox
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, claim
from tests.support.policies import STEP, give, open_for, publish

HOUR = timedelta(hours=1)
STEPS = [
    STEP | {"audience": ["assignee", "manager"], "tell": "working_hours"},
    STEP | {"after": "PT30H", "severity": "breach"},
]


@pytest.fixture
def people(company: Company) -> tuple[int, int]:
    """Eve, who works now, and her manager Max, who begins in 90 minutes."""
    max_ = company.person("Max", role="manager")
    eve = company.person("Eve", manager=max_)
    give(company, max_, open_for(company, his=(1.5 * HOUR, 9 * HOUR)))
    give(company, eve, open_for(company, hers=(-HOUR, 9 * HOUR)))
    publish(company, *STEPS)
    return eve, max_


def deliver(company: Company, run: Run, events: Any) -> list[Later]:
    """What the notifier holds back of what was raised."""
    emitted = [
        each for event in events if isinstance(event, EscalationsRaised) for each in run(write_inbox, event)
    ]
    return [each for each in emitted if isinstance(each, Later)]


def open_now(company: Company, person: int) -> None:
    statement = text("""
        UPDATE calendar_spans SET starts_at = now() - interval '1 minute'
        WHERE calendar_id = (SELECT calendar_id FROM users WHERE id = :id)
    """)
    company.tx.execute(statement, {"id": person})
    company.tx.execute(text("UPDATE calendars SET name = name"))


def test_one_is_told_at_once_and_the_other_when_their_hours_begin(
    company: Company, run: Run, people: tuple[int, int]
) -> None:
    eve, max_ = people
    call = company.follow_up(eve, overdue=HOUR)
    [later] = deliver(company, run, claim(company, run))
    assert company.told(call) == [(1, eve)]
    [activity] = company.activities(call)
    opens = company.get(call)["now"] + 1.5 * HOUR
    named = {told["user_id"]: told.get("tells_at") for told in activity["details"]["recipients"]}
    assert named[eve] is None
    assert datetime.fromisoformat(named[max_]) == opens
    assert later.delay == 1.5 * HOUR
    # Before it has come, it is held back again.
    [again] = deliver(company, run, [later.event])
    assert (again.event, company.told(call)) == (later.event, [(1, eve)])
    open_now(company, max_)
    assert deliver(company, run, [again.event]) == []
    assert deliver(company, run, [again.event]) == []  # delivered twice
    assert company.told(call) == sorted([(1, eve), (1, max_)])
    assert len(company.activities(call)) == 1


def test_a_whole_weekend_is_waited_for_in_pieces(company: Company, run: Run, people: tuple[int, int]) -> None:
    eve, max_ = people
    give(company, max_, open_for(company, monday=(60 * HOUR, 99 * HOUR)))
    company.follow_up(eve, overdue=HOUR)
    [later] = deliver(company, run, claim(company, run))
    assert later.delay == LONGEST_DELAY


@pytest.mark.parametrize(
    "stop", ["completed_at = now()", "due_at = now() + interval '1 day'", "overtaken", "deleted"]
)
def test_one_that_was_stopped_or_overtaken_meanwhile_tells_nobody(
    company: Company, run: Run, people: tuple[int, int], stop: str
) -> None:
    eve, max_ = people
    call = company.follow_up(eve, overdue=HOUR)
    [later] = deliver(company, run, claim(company, run))
    if stop == "overtaken":
        company.let_pass(30 * HOUR)
    elif stop == "deleted":
        company.delete(call)
    else:
        company.tx.execute(text(f"UPDATE follow_ups SET {stop} WHERE id = {call}"))
    open_now(company, max_)
    assert run(write_inbox, later.event) == []
    assert (1, max_) not in company.told(call)


def test_a_step_that_tells_at_once_does_so_at_night(
    company: Company, run: Run, people: tuple[int, int]
) -> None:
    _, max_ = people
    publish(company, STEP)
    call = company.follow_up(max_, overdue=HOUR)
    assert deliver(company, run, claim(company, run)) == []
    assert company.told(call) == [(1, max_)]


def test_who_has_no_usable_calendar_is_told_at_once(
    company: Company, run: Run, people: tuple[int, int]
) -> None:
    eve, max_ = people
    company.tx.execute(text("DELETE FROM calendar_spans"))
    company.tx.execute(text("UPDATE calendars SET name = name"))
    call = company.follow_up(eve, overdue=HOUR)
    assert deliver(company, run, claim(company, run)) == []
    assert company.told(call) == sorted([(1, eve), (1, max_)])


def test_the_manager_of_a_new_assignee_is_told_in_their_hours_too(
    company: Company, run: Run, people: tuple[int, int]
) -> None:
    _, max_ = people
    otto, new = company.person("Otto"), company.person("New", manager=max_)
    call = company.follow_up(otto, overdue=HOUR)
    assert deliver(company, run, claim(company, run)) == []
    company.set(call, assignee_id=new)
    event = FollowUpReassigned(follow_up_id=call, assignee_id=new, assignment=2, actor_id=otto)
    [later] = run(announce_assignment, event)
    assert isinstance(later, Later)
    assert (later.event, later.delay) == (event, 1.5 * HOUR)
    assert company.told(call) == sorted([(0, new), (1, otto)])
    open_now(company, max_)
    assert run(announce_assignment, event) == []
    assert company.told(call) == sorted([(0, new), (1, otto), (1, max_)])


def test_another_policy_counts_what_nobody_has_heard_yet_as_untold(
    company: Company, run: Run, people: tuple[int, int]
) -> None:
    eve, _ = people
    give(company, eve, open_for(company, tomorrow=(20 * HOUR, 30 * HOUR)))
    call = company.follow_up(eve, overdue=HOUR)
    deliver(company, run, claim(company, run))
    assert company.told(call) == []
    statement = text("SELECT escalation_states_move(ARRAY[CAST(:id AS bigint)], ARRAY[:version], false)")
    company.tx.execute(statement, {"id": call, "version": publish(company, STEP)})
    assert company.get(call)["already_told"] is None
    deliver(company, run, claim(company, run))
    assert company.told(call) == [(1, eve)]
