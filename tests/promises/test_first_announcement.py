"""The first announcement of a run also tells the assignee, where a step that was passed over would have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from followup_common.contracts import EscalationsRaised, FollowUpReassigned
from followup_common.messaging.outbox import Later
from followup_notifier.assignments import announce_assignment
from followup_notifier.escalations import write_inbox
from sqlalchemy import event, text

from tests.support.company import Company
from tests.support.handlers import Run, announce, claim, sweep
from tests.support.policies import STEP, give, open_for, publish

HOUR = timedelta(hours=1)
ADMINS = {"audience": ["admins"], "severity": "breach"}


def test_whom_nothing_was_told_before_hears_of_an_import_that_is_late(company: Company, run: Run) -> None:
    """Not so the manager, and not where the assignee knows of it, or another policy has told as much."""
    admin = company.person("Ada", role="admin")
    eve = company.person("Eve", manager=company.person("Max", role="manager"))
    known = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.let_pass(99 * HOUR)
    late = company.follow_up(eve, overdue=100 * HOUR)
    sweep(company, run)
    assert company.told(known) == [(1, eve), (3, admin)]
    assert company.told(late) == [(3, admin), (3, eve)]
    audiences = {
        told["user_id"]: told["audience"] for told in company.activities(late)[0]["details"]["recipients"]
    }
    assert audiences == {admin: "admins", eve: "assignee"}


def test_what_was_overtaken_before_anybody_was_told_counts_as_not_announced(
    company: Company, run: Run
) -> None:
    """The notifier was away from the first step until after the last one."""
    admin = company.person("Ada", role="admin")
    eve = company.person("Eve", manager=company.person("Max", role="manager"))
    call = company.follow_up(eve, overdue=HOUR)
    stuck = claim(company, run)
    company.let_pass(48 * HOUR)
    stuck += claim(company, run)
    company.let_pass(48 * HOUR)
    stuck += claim(company, run)
    announce(run, stuck)
    assert company.told(call) == [(3, admin), (3, eve)]
    announce(run, stuck)  # again
    assert company.told(call) == [(3, admin), (3, eve)]


def test_a_new_due_time_begins_a_run_that_was_never_announced(company: Company, run: Run) -> None:
    admin, eve = company.person("Ada", role="admin"), company.person("Eve")
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.set(call, due_at=company.get(call)["now"] - 100 * HOUR)
    sweep(company, run)
    assert company.told(call) == [(1, eve), (3, admin), (3, eve)]


@pytest.mark.parametrize("told_before", [True, False])
def test_another_policy_tells_the_assignee_only_where_nobody_was_told_before(
    company: Company, run: Run, told_before: bool
) -> None:
    admin = company.person("Ada", role="admin")
    eve, otto = company.person("Eve"), company.person("Otto")
    call = company.follow_up(eve, overdue=HOUR)
    if told_before:
        sweep(company, run)
    version = publish(company, STEP, STEP | ADMINS | {"after": "PT30M"})
    moved = text(
        "SELECT escalation_states_move(ARRAY[CAST(:id AS bigint)], ARRAY[CAST(:to AS bigint)], false)"
    )
    company.tx.execute(moved, {"id": call, "to": version})
    company.set(call, assignee_id=otto)
    sweep(company, run)
    assert company.told(call) == ([(1, eve), (2, admin)] if told_before else [(2, admin), (2, otto)])


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([STEP | {"audience": ["manager"]}, STEP | ADMINS | {"after": "PT1H"}], {"Ada"}),
        ([STEP | ADMINS, STEP | {"after": "PT48H"}], {"Ada"}),  # it comes later
        ([STEP, STEP | {"audience": ["manager"], "after": "PT1H"}], {"Max", "Eve"}),
        ([STEP, STEP | {"audience": ["assignee", "manager"], "after": "PT1H"}], {"Max", "Eve"}),
        (
            [STEP | {"after": "-PT24H", "severity": "reminder"}, STEP | ADMINS],
            {"Ada", "Eve"},
        ),
    ],
)
def test_only_a_step_above_that_names_the_assignee_lets_them_be_told(
    company: Company, run: Run, steps: list[dict[str, Any]], expected: set[str]
) -> None:
    people = {"Ada": company.person("Ada", role="admin"), "Max": company.person("Max", role="manager")}
    people["Eve"] = company.person("Eve", manager=people["Max"])
    publish(company, *steps)
    call = company.follow_up(people["Eve"], overdue=2 * HOUR)
    sweep(company, run)
    assert {user for _, user in company.told(call)} == {people[name] for name in expected}


def test_the_repeats_of_a_step_that_was_announced_first_tell_its_own_audience(
    company: Company, run: Run
) -> None:
    admin, eve = company.person("Ada", role="admin"), company.person("Eve")
    again = {"repeat": {"every": {"after": "PT1H"}, "times": 5}}
    publish(company, STEP, STEP | ADMINS | again | {"after": "PT1H"})
    call = company.follow_up(eve, overdue=2.5 * HOUR)
    sweep(company, run)
    assert company.told(call) == [(2, admin), (2, eve)]  # the first repeat, as nothing came before it
    company.let_pass(HOUR)
    sweep(company, run)
    assert company.told(call) == sorted([(2, admin), (2, eve), (2, admin)])


def test_of_two_steps_that_come_together_only_the_first_tells_the_assignee(
    company: Company, run: Run
) -> None:
    """As an undo brings them, once hours or a clock that were moved say that the second has not come yet."""
    boss = company.person("Max", role="manager")
    eve = company.person("Eve", manager=boss)
    publish(company, STEP, STEP | {"audience": ["manager"], "after": "PT1H"})
    call = company.follow_up(eve, overdue=HOUR / 2)
    raised = [*claim(company, run)]
    company.let_pass(HOUR)
    raised += claim(company, run)
    company.let_pass(-HOUR)
    keys = [key for each in raised if isinstance(each, EscalationsRaised) for key in each.escalations]
    assert [key.step for key in keys] == [1, 2]
    run(write_inbox, EscalationsRaised.of(None, reversed(keys)))
    assert company.told(call) == [(1, eve), (2, boss)]


def test_where_they_are_told_in_their_hours_it_is_then(company: Company, run: Run) -> None:
    admin, eve = company.person("Ada", role="admin"), company.person("Eve")
    give(company, eve, open_for(company, hers=(HOUR, 9 * HOUR)))
    publish(company, STEP, STEP | ADMINS | {"after": "PT1H", "tell": "working_hours"})
    call = company.follow_up(eve, overdue=2 * HOUR)
    [raised] = [each for each in claim(company, run) if isinstance(each, EscalationsRaised)]
    [later] = [each for each in run(write_inbox, raised) if isinstance(each, Later)]
    assert company.told(call) == [(2, admin)]
    company.tx.execute(text("UPDATE calendar_spans SET starts_at = now() - interval '1 minute'"))
    company.tx.execute(text("UPDATE calendars SET name = name"))
    for _ in range(2):
        run(write_inbox, later.event)
    assert company.told(call) == [(2, admin), (2, eve)]


def test_who_is_away_finds_it_and_their_substitute_is_told(company: Company, run: Run) -> None:
    """So it is for the one to whom it is handed on then."""
    admin, sam, tom = company.person("Ada", role="admin"), company.person("Sam"), company.person("Tom")
    eve, otto = company.person("Eve"), company.person("Otto")
    company.away(eve, substitute=sam)
    company.away(otto, substitute=tom)
    call = company.follow_up(eve, overdue=100 * HOUR)
    sweep(company, run)
    assert company.told(call) == sorted([(3, admin), (3, eve), (3, sam)])
    company.set(call, assignee_id=otto)
    given = FollowUpReassigned(follow_up_id=call, assignee_id=otto, assignment=2, actor_id=admin)
    run(announce_assignment, given)
    assert company.told(call) == sorted([(0, otto), (3, admin), (3, eve), (3, sam), (3, tom)])


def test_what_is_asked_of_the_past_is_asked_once_a_batch_and_only_where_it_matters(
    company: Company, run: Run
) -> None:
    """Those at the first two steps cost no statement for it, those at the third one statement together."""
    company.person("Ada", role="admin")
    eve = company.person("Eve", manager=company.person("Max", role="manager"))
    counted = []
    for early, late in ((5, 0), (5, 1), (5, 50)):
        company.follow_ups(eve, early, overdue=HOUR)
        company.follow_ups(eve, early, overdue=50 * HOUR)
        company.follow_ups(eve, late, overdue=100 * HOUR)
        [raised] = [each for each in claim(company, run) if isinstance(each, EscalationsRaised)]
        with _asked(company) as asked:
            run(write_inbox, raised)
        counted.append(asked)
    assert counted == [[], [1], [50]]


@contextmanager
def _asked(company: Company) -> Iterator[list[int]]:
    """Of how many follow-ups each statement asks meanwhile whether they were announced before."""
    found: list[int] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if "LATERAL" in statement and "activities" in statement:
            found.append(len(values["ids"].split(",")))

    event.listen(company.tx, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(company.tx, "before_cursor_execute", note)
