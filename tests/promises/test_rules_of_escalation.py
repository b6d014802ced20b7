"""The rules of escalation, end to end through both handlers, at exact times of the database's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, announce, claim, sweep

HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("overdue", "step"),
    [
        (-INSTANT, 0),
        (timedelta(0), 1),
        (INSTANT, 1),
        (48 * HOUR - INSTANT, 1),
        (48 * HOUR, 2),
        (48 * HOUR + INSTANT, 2),
        (96 * HOUR - INSTANT, 2),
        (96 * HOUR, 3),
        (96 * HOUR + INSTANT, 3),
    ],
)
def test_each_bound_is_exact(company: Company, run: Run, overdue: timedelta, step: int) -> None:
    admin = company.person("Ada", role="admin")
    manager = company.person("Max", role="manager", manager=admin)
    assignee = company.person("Eve", manager=manager)
    call = company.follow_up(assignee, overdue=overdue)
    sweep(company, run)
    told = {0: [], 1: [(1, assignee)], 2: [(2, manager), (2, assignee)], 3: [(3, admin), (3, assignee)]}[step]
    row = company.get(call)
    assert row["step"] == step
    assert company.told(call) == sorted(told)
    assert len(company.activities(call)) == (1 if step else 0)
    after = (0, 48, 96, None)[step]
    assert row["wake_at"] == (None if after is None else row["due_at"] + after * HOUR)


def test_a_second_sweep_adds_nothing(company: Company, run: Run) -> None:
    assignee = company.person("Eve", manager=company.person("Max", role="manager"))
    company.follow_ups(assignee, 30, overdue=50 * HOUR)
    sweep(company, run)
    before = (company.count("notifications"), company.count("activities"), company.count("escalations"))
    sweep(company, run)
    assert before == (
        company.count("notifications"),
        company.count("activities"),
        company.count("escalations"),
    )
    assert before == (60, 30, 60)


def test_no_manager_tells_the_admins(company: Company, run: Run) -> None:
    admin = company.person("Ada", role="admin")
    assignee = company.person("Eve")
    call = company.follow_up(assignee, overdue=50 * HOUR)
    sweep(company, run)
    assert company.told(call) == sorted([(2, admin), (2, assignee)])
    [activity] = company.activities(call)
    assert {"user_id": admin, "audience": "manager", "fallback": "admins"} in activity["details"][
        "recipients"
    ]


def test_an_inactive_manager_is_passed_over_up_the_line(company: Company, run: Run) -> None:
    director = company.person("Dora", role="manager")
    manager = company.person("Max", role="manager", manager=director, active=False)
    assignee = company.person("Eve", manager=manager)
    call = company.follow_up(assignee, overdue=50 * HOUR)
    sweep(company, run)
    assert company.told(call) == sorted([(2, director), (2, assignee)])


def test_a_role_does_not_decide_who_is_told(company: Company, run: Run) -> None:
    """Those who are told may see it too: `test_who_is_told_may_see.py`."""
    director = company.person("Dora", role="manager")
    manager = company.person("Max", role="employee", manager=director)
    assignee = company.person("Eve", manager=manager)
    call = company.follow_up(assignee, overdue=50 * HOUR)
    sweep(company, run)
    assert company.told(call) == sorted([(2, manager), (2, assignee)])


def test_levels_passed_during_an_outage_are_recorded_as_skipped_and_not_sent(
    company: Company, run: Run
) -> None:
    """And the assignee, whom they would have told, hears of the current one."""
    admin = company.person("Ada", role="admin")
    assignee = company.person("Eve", manager=company.person("Max", role="manager"))
    call = company.follow_up(assignee, overdue=100 * HOUR)
    sweep(company, run)
    assert company.escalations(call) == {1: "skipped", 2: "skipped", 3: "raised"}
    assert company.told(call) == [(3, admin), (3, assignee)]


def test_a_step_announced_late_gives_way_to_the_current_one(company: Company, run: Run) -> None:
    """Claimed at the first step; by the time the notifier gets to it, the second has been reached."""
    manager = company.person("Max", role="manager")
    assignee = company.person("Eve", manager=manager)
    call = company.follow_up(assignee, overdue=HOUR)
    stuck = claim(company, run)
    company.let_pass(48 * HOUR)
    announce(run, stuck)
    assert company.told(call) == []
    assert company.escalations(call) == {1: "skipped"}
    sweep(company, run)
    assert company.told(call) == sorted([(2, manager), (2, assignee)])


@pytest.mark.parametrize("change", ["completed_at = now()", "due_at = now() + interval '1 day'"])
def test_what_is_completed_or_rescheduled_between_claim_and_notification_is_not_announced(
    company: Company, run: Run, change: str
) -> None:
    assignee = company.person("Eve")
    call = company.follow_up(assignee, overdue=HOUR)
    other = company.follow_up(assignee, overdue=HOUR)
    events = claim(company, run)
    company.tx.execute(text(f"UPDATE follow_ups SET {change} WHERE id = {call}"))
    announce(run, events)
    assert company.told(call) == []
    assert company.activities(call) == []
    assert company.told(other) == [(1, assignee)]


def test_what_is_deleted_between_claim_and_notification_leaves_nothing(company: Company, run: Run) -> None:
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    events = claim(company, run)
    company.tx.execute(text(f"DELETE FROM follow_ups WHERE id = {call}"))
    announce(run, events)
    assert company.count("notifications") == company.count("activities") == company.count("escalations") == 0


def test_what_is_reassigned_between_claim_and_notification_goes_to_the_new_assignee(
    company: Company, run: Run
) -> None:
    old, new = company.person("Old"), company.person("New")
    call = company.follow_up(old, overdue=HOUR)
    events = claim(company, run)
    company.set(call, assignee_id=new)
    announce(run, events)
    assert company.told(call) == [(1, new)]


def test_rescheduling_starts_over(company: Company, run: Run) -> None:
    assignee = company.person("Eve", manager=company.person("Max", role="manager"))
    call = company.follow_up(assignee, overdue=50 * HOUR)
    sweep(company, run)
    row = company.get(call)
    company.set(call, due_at=row["now"] - HOUR)
    again = company.get(call)
    assert (again["step"], again["run"]) == (0, row["run"] + 1)
    sweep(company, run)
    assert company.told(call).count((1, assignee)) == 1
    assert company.get(call)["step"] == 1


def test_reopening_starts_over_from_the_due_time(company: Company, run: Run) -> None:
    assignee = company.person("Eve")
    call = company.follow_up(assignee, overdue=HOUR)
    sweep(company, run)
    row = company.get(call)
    company.set(call, completed_at=row["now"])
    assert company.get(call)["wake_at"] is None
    company.set(call, completed_at=None)
    reopened = company.get(call)
    assert (reopened["step"], reopened["wake_at"]) == (0, row["due_at"])
    assert reopened["run"] == row["run"] + 1
    sweep(company, run)
    assert company.told(call) == [(1, assignee), (1, assignee)]


def test_a_follow_up_keeps_the_policy_under_which_its_due_time_was_set(company: Company, run: Run) -> None:
    assignee = company.person("Eve")
    old = company.follow_up(assignee, overdue=2 * HOUR)
    company.tx.execute(
        text("""
            INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 2,
            '[{"after": "PT1H", "audience": ["assignee"], "label": "soon", "severity": "overdue"},
              {"after": "PT2H", "audience": ["assignee"], "label": "again", "severity": "overdue"}]')
        """)
    )
    new = company.follow_up(assignee, overdue=2 * HOUR)
    sweep(company, run)
    assert (company.get(old)["step"], company.get(new)["step"]) == (1, 2)
    company.set(old, due_at=company.get(old)["now"] - 3 * HOUR)
    sweep(company, run)
    assert company.get(old)["step"] == 2


def test_each_step_says_when_it_ended(company: Company, run: Run) -> None:
    """At most one goes on: the step at which the follow-up is."""
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    sweep(company, run)
    assert ends(company, call) == {(1, 1): None}
    company.let_pass(99 * HOUR)
    sweep(company, run)
    assert ends(company, call) == {(1, 1): "ended", (1, 2): "ended", (1, 3): None}
    company.set(call, completed_at=company.get(call)["now"])
    assert set(ends(company, call).values()) == {"ended"}


def ends(company: Company, follow_up: int) -> dict[tuple[int, int], str | None]:
    """Of each recorded step, by run and number, whether it has ended."""
    statement = text("SELECT run, step, ended_at FROM escalations WHERE follow_up_id = :id")
    rows = company.tx.execute(statement, {"id": follow_up})
    return {(row.run, row.step): row.ended_at and "ended" for row in rows}
