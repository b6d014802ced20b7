"""The demo company as its files describe it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from followup_cli.local.demo.company import DemoFollowUp, follow_ups, people

NOW = datetime(2026, 3, 31, 9, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stage(follow_up: DemoFollowUp) -> str:
    overdue = NOW - follow_up.due_at
    if follow_up.completed_at:
        return "completed"
    for name, most in (("later", -24), ("soon", 0), ("hours", 24), ("1-2 days", 48), ("2-4 days", 96)):
        if overdue < most * HOUR:
            return name
    return "over 4 days"


def test_follow_ups_stand_at_every_stage() -> None:
    stages = Counter(map(stage, follow_ups(NOW)))
    assert min(stages[name] for name in ("later", "soon", "hours", "1-2 days", "2-4 days")) >= 6
    assert stages["over 4 days"] >= 4
    assert stages["completed"] >= 8
    assert 55 <= stages.total() <= 70


def test_none_stands_where_the_next_hour_would_move_it() -> None:
    bounds = [0, 48, 96]
    for follow_up in follow_ups(NOW):
        overdue = (NOW - follow_up.due_at) / HOUR
        assert all(not -0.7 < overdue - bound < 0 for bound in bounds), follow_up


def test_everybody_reports_to_somebody_listed_before() -> None:
    known: set[str] = set()
    for person in people():
        assert person.manager_email is None or person.manager_email in known
        known.add(person.email)
    assert {follow_up.assignee for follow_up in follow_ups(NOW)} <= known


def test_three_teams_two_managers_and_an_admin() -> None:
    everybody = people()
    assert len(everybody) == 12
    assert [person.role for person in everybody].count("admin") == 1
    assert [person.active for person in everybody].count(False) == 1
    [admin] = [person.email for person in everybody if person.role == "admin"]
    assert [person.role for person in everybody if person.manager_email == admin] == ["manager"] * 2
    teams = Counter(person.team for person in everybody if person.role == "employee")
    assert set(teams) == {"New Business", "Key Accounts", "Customer Care"}


@pytest.mark.parametrize("now", [NOW, datetime(2027, 12, 31, 23, 59, tzinfo=UTC)])
def test_it_is_the_same_at_any_time_but_for_the_time(now: datetime) -> None:
    assert [follow_up.title for follow_up in follow_ups(now)] == [f.title for f in follow_ups(NOW)]
    assert all(follow_up.due_at.minute % 15 == 0 for follow_up in follow_ups(now))
