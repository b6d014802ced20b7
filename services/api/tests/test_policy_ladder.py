"""Where the steps and repeats of a policy lie on real days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from .companies import Company
from .test_policies import OVERDUE, ask, refused

MANAGER = {"audience": ["manager"], "label": "manager", "severity": "escalated"}
ADMIN = {"audience": ["admins"], "label": "admin", "severity": "breach"}
Placed = list[tuple[int, int, str]]


def friday_noon() -> datetime:
    """The next one but one."""
    day = datetime.now(UTC) + timedelta(days=7)
    day += timedelta(days=(4 - day.weekday()) % 7)
    return day.replace(hour=12, minute=0, second=0, microsecond=0)


def office(company: Company) -> int:
    """A calendar that is open from 9 to 17 on weekdays."""
    return int(company.calendar(time_zone="UTC")["id"])


def placed(company: Company, *steps: dict[str, Any], **more: Any) -> Placed:
    """Each step and repeat, with the day and the hour at which it comes."""
    answer = ask(company, "POST", "/ladder", due_at=friday_noon().isoformat(), steps=steps, **more)
    assert answer.status_code == 200, answer.text
    return [
        (one["step"], one["repeat"], f"{datetime.fromisoformat(one['at']):%a %H:%M}")
        for one in answer.json()["comes"]
    ]


def again(times: int, **every: Any) -> dict[str, Any]:
    return {"repeat": {"every": every, "times": times}}


def test_repeats_count_in_their_unit_from_when_their_step_came(company: Company) -> None:
    late = {"working": "PT8H", **MANAGER}
    assert placed(company, OVERDUE, {**late, **again(2, working="PT12H")}, calendar_id=office(company)) == [
        (1, 0, "Fri 12:00"),
        (2, 0, "Mon 12:00"),
        (2, 1, "Tue 16:00"),
        (2, 2, "Thu 12:00"),
    ]
    assert placed(company, {**OVERDUE, **again(2, after="PT20H")}, calendar_id=office(company)) == [
        (1, 0, "Fri 12:00"),
        (1, 1, "Sat 08:00"),
        (1, 2, "Sun 04:00"),
    ]


def test_repeats_end_where_the_next_step_comes(company: Company) -> None:
    steps = {**OVERDUE, **again(9, after="PT24H")}, {"after": "PT72H", **MANAGER}
    expected = [(1, 0, "Fri 12:00"), (1, 1, "Sat 12:00"), (1, 2, "Sun 12:00"), (2, 0, "Mon 12:00")]
    assert placed(company, *steps) == expected


def test_no_step_comes_before_the_one_above_it(company: Company) -> None:
    steps = {"working": "PT8H", **MANAGER, **again(3, working="PT1H")}, {"after": "PT48H", **ADMIN}
    assert placed(company, *steps, calendar_id=office(company)) == [(1, 0, "Mon 12:00"), (2, 0, "Mon 12:00")]


def test_it_is_said_on_which_days_the_order_of_steps_turns(company: Company) -> None:
    steps = [{"working": "PT16H", **MANAGER}, {"after": "PT48H", **ADMIN}]
    due = friday_noon() + timedelta(days=3)
    # 16 hours from Monday noon end on Wednesday, as 48 hours do; from Thursday noon on Monday.
    asked: dict[str, Any] = {"due_at": due.isoformat(), "calendar_id": office(company)}
    [turn] = ask(company, "POST", "/ladder", steps=steps, **asked).json()["turns"]
    days = [f"{datetime.fromisoformat(at):%a}" for at in turn["due_at"]]
    assert (turn["step"], turn["above"], days) == (2, 1, ["Thu", "Fri", "Sat", "Sun"])
    later = [steps[0], {**steps[1], "after": "P5D"}]
    assert ask(company, "POST", "/ladder", steps=later, **asked).json()["turns"] == []
    alike = [{"working": "PT8H", **MANAGER}, {"working": "PT16H", **ADMIN}]
    assert ask(company, "POST", "/ladder", steps=alike, **asked).json()["turns"] == []


def test_what_lies_behind_the_horizon_is_left_out(company: Company) -> None:
    far = {"working_days": 300, **MANAGER, **again(9, working_days=300)}
    reminder = {"working_days": -1, **OVERDUE, "after": None, "severity": "reminder"}
    found = placed(company, reminder, far, calendar_id=office(company))
    assert found[0] == (1, 0, "Thu 12:00")
    assert [(step, repeat) for step, repeat, _ in found[1:]] == [(2, 0)]
    assert len(placed(company, far)) == 10  # by the clock, all is known


def test_what_no_policy_may_have_is_refused_with_its_place(company: Company) -> None:
    due, later = friday_noon().isoformat(), {"after": "PT48H", **MANAGER}
    backwards = ask(company, "POST", "/ladder", due_at=due, steps=[later, {**OVERDUE, "after": "PT1H"}])
    assert "must come later than 'manager'" in refused(backwards, "steps.1")
    working = [{"working": "PT1H", **MANAGER}]
    unknown = ask(company, "POST", "/ladder", due_at=due, steps=working, calendar_id=2**40)
    assert "there is no calendar" in refused(unknown, "calendar_id")
    early: dict[str, Any] = {"due_at": "2001-01-05T12:00:00Z", "calendar_id": office(company)}
    assert "later time" in refused(ask(company, "POST", "/ladder", steps=working, **early), "due_at")
