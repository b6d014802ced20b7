"""Reassigning keeps the clock, tells the new assignee, and whom the step that has been reached tells now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from followup_common.contracts import FollowUpReassigned
from followup_notifier.assignments import announce_assignment
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, announce, claim, sweep

HOUR = timedelta(hours=1)


def test_reassigning_keeps_the_clock_and_tells_the_new_assignee_at_once(company: Company, run: Run) -> None:
    old, new, boss = company.person("Old"), company.person("New"), company.person("Max", role="manager")
    call = company.follow_up(old, overdue=HOUR)
    sweep(company, run)
    before = company.get(call)
    company.set(call, assignee_id=new)
    after = company.get(call)
    for kept in ("step", "severity", "wake_at", "run"):
        assert after[kept] == before[kept]
    event = FollowUpReassigned(
        follow_up_id=call, assignee_id=new, assignment=after["assignment"], actor_id=boss
    )
    for _ in range(2):
        run(announce_assignment, event)
    assert company.told(call) == [(0, new), (1, old)]


def test_who_takes_a_follow_up_is_not_told_that_it_is_theirs(company: Company, run: Run) -> None:
    old, new = company.person("Old"), company.person("New")
    call = company.follow_up(old, overdue=-HOUR)
    company.set(call, assignee_id=new)
    run(
        announce_assignment,
        FollowUpReassigned(follow_up_id=call, assignee_id=new, assignment=2, actor_id=new),
    )
    assert company.told(call) == []


def test_an_assignment_is_told_once_though_a_new_due_time_comes_between_two_events_of_it(
    company: Company, run: Run
) -> None:
    """Such as the event, and the one of an undo that found it untold."""
    old, new, boss = company.person("Old"), company.person("New"), company.person("Max", role="manager")
    call = company.follow_up(old, overdue=-HOUR)
    company.set(call, assignee_id=new)
    event = FollowUpReassigned(follow_up_id=call, assignee_id=new, assignment=2, actor_id=boss)
    run(announce_assignment, event)
    company.set(call, due_at=company.get(call)["now"] + 2 * HOUR)
    run(announce_assignment, event)
    assert company.told(call) == [(0, new)]


def test_an_overtaken_assignment_is_not_announced(company: Company, run: Run) -> None:
    first, second, third = (company.person(name) for name in ("A", "B", "C"))
    call = company.follow_up(first, overdue=-HOUR)
    company.set(call, assignee_id=second)
    company.set(call, assignee_id=third)
    stale = FollowUpReassigned(follow_up_id=call, assignee_id=second, assignment=2, actor_id=first)
    run(announce_assignment, stale)
    assert company.told(call) == []


def test_who_gets_it_again_hears_it_from_who_gave_it_the_last_time(company: Company, run: Run) -> None:
    first, second, giver = (company.person(name) for name in ("A", "B", "C"))
    call = company.follow_up(first, overdue=-HOUR)
    for assignee in (second, first, second):
        company.set(call, assignee_id=assignee)
    earlier, last = (
        FollowUpReassigned(follow_up_id=call, assignee_id=second, assignment=number, actor_id=actor)
        for number, actor in ((2, first), (4, giver))
    )
    run(announce_assignment, earlier)
    assert company.told(call) == []
    run(announce_assignment, last)
    assert company.tx.execute(text("SELECT actor_id FROM notifications")).scalars().all() == [giver]


@dataclass
class Teams:
    """Two teams, and a follow-up of the first one; whom its reassignments tell."""

    company: Company
    run: Run
    overdue: timedelta

    def __post_init__(self) -> None:
        self.admin = self.company.person("Ada", role="admin")
        self.manager = self.company.person("Max", role="manager")
        self.other_manager = self.company.person("Mia", role="manager")
        self.old, self.mate = (self.company.person(name, manager=self.manager) for name in ("Old", "Mate"))
        self.new = self.company.person("New", manager=self.other_manager)
        self.call = self.company.follow_up(self.old, overdue=self.overdue)

    def hand_to(self, assignee: int, *, actor: int | None = None) -> FollowUpReassigned:
        """What the API does, up to the event."""
        self.company.set(self.call, assignee_id=assignee)
        return FollowUpReassigned(
            follow_up_id=self.call,
            assignee_id=assignee,
            assignment=self.company.get(self.call)["assignment"],
            actor_id=actor or self.admin,
        )

    def tell(self, event: FollowUpReassigned) -> list[tuple[int, int]]:
        """Whom the event tells, by step; and it says nothing twice."""
        before = self.company.told(self.call)
        self.run(announce_assignment, event)
        after = self.company.told(self.call)
        self.run(announce_assignment, event)
        assert self.company.told(self.call) == after
        return sorted((Counter(after) - Counter(before)).elements())

    def history(self) -> list[tuple[str, int | None, list[int]]]:
        """Kind, step and recipients of what the system wrote into the history."""
        rows = self.company.tx.execute(
            text("SELECT kind, step, details FROM activities WHERE follow_up_id = :id ORDER BY id"),
            {"id": self.call},
        )
        return [(row.kind, row.step, [told["user_id"] for told in row.details["recipients"]]) for row in rows]


def test_handed_to_another_team_the_step_reached_is_told_to_its_audience_now_once(
    company: Company, run: Run
) -> None:
    teams = Teams(company, run, 60 * HOUR)
    sweep(company, run)
    assert teams.tell(teams.hand_to(teams.new)) == sorted([(0, teams.new), (2, teams.other_manager)])
    assert teams.history() == [
        ("escalated", 2, [teams.manager, teams.old]),
        ("assignment_announced", 0, [teams.other_manager]),
    ]
    assert teams.tell(teams.hand_to(teams.old)) == [(0, teams.old)]  # its manager has been told
    assert teams.tell(teams.hand_to(teams.new)) == [(0, teams.new)]
    sweep(company, run)
    assert len(company.told(teams.call)) == 6


def test_a_clock_that_was_set_back_keeps_nobody_from_hearing_of_the_step_reached(
    company: Company, run: Run
) -> None:
    teams = Teams(company, run, 60 * HOUR)
    sweep(company, run)
    # By the clock of today, the step that was announced is still to come.
    company.set(teams.call, due_at=datetime.now(UTC) - 40 * HOUR)
    company.tx.execute(
        text("UPDATE escalation_states SET step = 2 WHERE follow_up_id = :id"), {"id": teams.call}
    )
    run_now = company.get(teams.call)["run"]
    company.tx.execute(
        text("UPDATE activities SET run = :run WHERE follow_up_id = :id AND step = 2"),
        {"id": teams.call, "run": run_now},
    )
    assert (2, teams.other_manager) in teams.tell(teams.hand_to(teams.new))


def test_within_a_team_the_manager_is_not_told_again(company: Company, run: Run) -> None:
    teams = Teams(company, run, 60 * HOUR)
    sweep(company, run)
    assert teams.tell(teams.hand_to(teams.mate)) == [(0, teams.mate)]
    assert [kind for kind, *_ in teams.history()] == ["escalated"]


@pytest.mark.parametrize("hours", [-1, 1])
def test_before_a_step_tells_anybody_else_only_the_assignee_is_told(
    company: Company, run: Run, hours: int
) -> None:
    teams = Teams(company, run, hours * HOUR)
    sweep(company, run)
    assert teams.tell(teams.hand_to(teams.new)) == [(0, teams.new)]


def test_who_takes_a_follow_up_of_another_team_is_not_told_and_their_manager_is(
    company: Company, run: Run
) -> None:
    teams = Teams(company, run, 60 * HOUR)
    sweep(company, run)
    assert teams.tell(teams.hand_to(teams.new, actor=teams.new)) == [(2, teams.other_manager)]


def test_who_hands_it_to_their_own_report_is_told_like_any_manager(company: Company, run: Run) -> None:
    """A policy's promise does not depend on who did something."""
    teams = Teams(company, run, 60 * HOUR)
    sweep(company, run)
    event = teams.hand_to(teams.new, actor=teams.other_manager)
    assert teams.tell(event) == sorted([(0, teams.new), (2, teams.other_manager)])


@pytest.mark.parametrize("change", ["completed_at = now()", "due_at = now() + interval '1 day'"])
def test_what_has_stopped_or_started_over_since_tells_no_step(
    company: Company, run: Run, change: str
) -> None:
    teams = Teams(company, run, 60 * HOUR)
    sweep(company, run)
    event = teams.hand_to(teams.new)
    company.tx.execute(text(f"UPDATE follow_ups SET {change} WHERE id = {teams.call}"))
    assert (2, teams.other_manager) not in teams.tell(event)


def test_a_step_that_is_still_to_be_announced_is_announced_once_to_the_new_audience(
    company: Company, run: Run
) -> None:
    teams = Teams(company, run, 60 * HOUR)
    events = claim(company, run)
    assert teams.tell(teams.hand_to(teams.new)) == [(0, teams.new)]
    announce(run, events)
    assert company.told(teams.call) == sorted([(0, teams.new), (2, teams.new), (2, teams.other_manager)])


def test_a_step_that_was_passed_meanwhile_gives_way_to_the_next_one(company: Company, run: Run) -> None:
    teams = Teams(company, run, 60 * HOUR)
    sweep(company, run)
    event = teams.hand_to(teams.new)
    company.let_pass(40 * HOUR)
    assert teams.tell(event) == [(0, teams.new)]
    sweep(company, run)
    assert (3, teams.admin) in company.told(teams.call)
    assert teams.tell(event) == []  # it is looked at again
