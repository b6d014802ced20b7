"""What is foreseen is what comes: held against `place`, walked from one instant to the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from followup_common.policy import ALWAYS_OPEN, Policy, Range, WorkingHours, WorkingTime, place
from followup_common.policy.calendar import Calendar
from followup_common.policy.foresight import coming
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

WEEK = {day: (Range(time(9), time(12)), Range(time(13), time(17))) for day in range(1, 6)}
BERLIN = WorkingTime(
    "Berlin", WorkingHours(ZoneInfo("Europe/Berlin"), WEEK), date(2025, 1, 1), date(2027, 1, 1)
)
START = datetime(2026, 3, 20, tzinfo=UTC)
minutes = st.integers(0, 60 * 24 * 30).map(lambda number: START + timedelta(minutes=number))


def length(unit: str, hours: int) -> dict[str, Any]:
    if unit == "working_days":
        return {unit: hours // 8}
    return {unit: f"{'-' if hours < 0 else ''}PT{abs(hours)}H"}


units = st.sampled_from(["after", "working", "working_days"])
repeats = st.none() | st.builds(
    lambda unit, hours, times: {"every": length(unit, hours), "times": times},
    *(units, st.integers(8, 40), st.integers(1, 4)),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    unit = draw(units)
    hours = sorted(draw(st.sets(st.integers(-40, 120), min_size=1, max_size=4)))
    steps = [
        {
            **length(draw(units) if draw(st.booleans()) else unit, each),
            "audience": ["assignee"],
            "label": "step",
            "severity": "reminder" if each < 0 else "overdue",
            "repeat": draw(repeats),
        }
        for each in hours
    ]
    try:
        return Policy.model_validate({"steps": steps})
    except ValidationError:
        assume(False)
        raise


@given(policies(), st.sampled_from([ALWAYS_OPEN, BERLIN]), minutes, minutes, minutes)
def test_what_comes_is_what_place_meets_on_its_way(
    policy: Policy, calendar: Calendar, anchor: datetime, a: datetime, b: datetime
) -> None:
    since, until = sorted((a, b))
    here = place(policy, calendar, anchor, since)
    met = {}
    while here.wake_at is not None and here.wake_at <= until:
        now = here.wake_at
        here = place(policy, calendar, anchor, now, reached=here.reached)
        met[now] = here.reached
    found = {each.at: (each.step, each.repeat) for each in coming(policy, calendar, anchor, since, until)}
    assert found == met
