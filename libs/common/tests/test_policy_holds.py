"""When steps come while something holds a follow-up, and after."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import (
    ALWAYS_OPEN,
    Calendar,
    Held,
    Holds,
    Policy,
    Range,
    WorkingHours,
    WorkingTime,
    held_back,
    holds_of,
    place,
)
from followup_common.policy.clock import ahead
from hypothesis import given, settings
from hypothesis import strategies as st

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = {weekday: [Range(time(9), time(17))] for weekday in range(1, 6)}
OFFICE = WorkingTime("office", WorkingHours(ZoneInfo("UTC"), WEEK, {}), date(2025, 12, 1), date(2026, 12, 31))


def policy(*lengths: dict[str, object], repeat: dict[str, object] | None = None) -> Policy:
    """Steps at these lengths; the last one is repeated."""
    steps = [
        {**length, "audience": ["assignee"], "label": f"step {number}", "severity": "overdue"}
        for number, length in enumerate(lengths, 1)
    ]
    steps[-1]["repeat"] = repeat
    return Policy.model_validate({"steps": steps})


def waited(*pauses: tuple[datetime, datetime]) -> Holds:
    return Holds(pauses)


def comes(rules: Policy, calendar: Calendar, holds: Holds | None) -> list[datetime]:
    return [at for at, _, _ in ahead(rules, calendar, MONDAY, MONDAY, (0, 0), holds=holds)]


@pytest.mark.parametrize(
    ("length", "begins", "ends", "expected"),
    [
        ({"after": "PT48H"}, MONDAY + HOUR, MONDAY + 6 * HOUR, MONDAY + 53 * HOUR),
        ({"after": "PT48H"}, MONDAY - 5 * HOUR, MONDAY + HOUR, MONDAY + 49 * HOUR),
        ({"after": "PT48H"}, MONDAY + 49 * HOUR, MONDAY + 60 * HOUR, MONDAY + 48 * HOUR),
        # From Monday 11 to Tuesday 11 eight hours are worked: ten behind Monday 9 come on Wednesday at 11.
        ({"working": "PT10H"}, MONDAY + 2 * HOUR, MONDAY + 26 * HOUR, MONDAY + 50 * HOUR),
        # A night without work takes nothing.
        ({"working": "PT10H"}, MONDAY + 9 * HOUR, MONDAY + 20 * HOUR, MONDAY + 26 * HOUR),
        ({"working_days": 2}, MONDAY + 2 * HOUR, MONDAY + 2 * HOUR + DAY, MONDAY + 3 * DAY),
        ({"working_days": 2}, MONDAY, MONDAY + DAY + 3 * HOUR, MONDAY + 3 * DAY + 3 * HOUR),
        # Over a weekend: Friday 15:00 to Monday 15:00 is one working day.
        ({"working_days": 5}, MONDAY + 4 * DAY + 6 * HOUR, MONDAY + 7 * DAY + 6 * HOUR, MONDAY + 8 * DAY),
    ],
)
def test_a_step_comes_later_by_what_was_waited_in_its_own_unit(
    length: dict[str, object], begins: datetime, ends: datetime, expected: datetime
) -> None:
    assert comes(policy(length), OFFICE, waited((begins, ends))) == [expected]


def test_several_waits_add_up_and_repeats_count_without_them() -> None:
    rules = policy({"after": "PT10H"}, repeat={"every": {"after": "PT2H"}, "times": 2})
    pauses = [(MONDAY + HOUR, MONDAY + 2 * HOUR), (MONDAY + 5 * HOUR, MONDAY + 8 * HOUR)]
    later = (MONDAY + 15 * HOUR, MONDAY + 20 * HOUR)
    found = [MONDAY + hours * HOUR for hours in (14, 21, 23)]
    assert comes(rules, ALWAYS_OPEN, waited(*pauses, later)) == found


def test_while_it_waits_nothing_comes_and_it_is_looked_at_when_that_ends() -> None:
    rules, holds = (
        policy({"after": "PT0S"}, {"after": "PT1H"}),
        waited((MONDAY + HOUR / 2, MONDAY + 5 * HOUR)),
    )
    assert place(rules, ALWAYS_OPEN, MONDAY, MONDAY + 4 * HOUR, holds=holds) == (0, 0, MONDAY + 5 * HOUR)
    after = place(rules, ALWAYS_OPEN, MONDAY, MONDAY + 5 * HOUR, holds=holds)
    assert after == (1, 0, MONDAY + 5.5 * HOUR)
    assert held_back(rules, ALWAYS_OPEN, MONDAY, MONDAY + 4 * HOUR, (1, 0), holds=holds) == MONDAY + 5 * HOUR
    assert held_back(rules, ALWAYS_OPEN, MONDAY, MONDAY + 5 * HOUR, (1, 0), holds=holds) is None


@pytest.mark.parametrize(("until", "expected"), [(3, 3), (9, 8), (1, 2)])
def test_an_acknowledgement_holds_one_step_at_most_until_the_one_behind_it(until: int, expected: int) -> None:
    rules = policy({"after": "PT0S"}, {"after": "PT2H"}, {"after": "PT8H"})
    holds = Holds(acknowledged=Held(MONDAY + until * HOUR, 1))
    assert comes(rules, ALWAYS_OPEN, holds) == [MONDAY, MONDAY + expected * HOUR, MONDAY + 8 * HOUR]
    now = MONDAY + 2 * HOUR
    until_then = MONDAY + expected * HOUR if expected > 2 else None
    assert held_back(rules, ALWAYS_OPEN, MONDAY, now, (2, 0), holds=holds) == until_then
    assert held_back(rules, ALWAYS_OPEN, MONDAY, now, (1, 0), holds=holds) is None


def test_the_last_step_is_held_too() -> None:
    holds = Holds(acknowledged=Held(MONDAY + 9 * HOUR, 1))
    found = comes(policy({"after": "PT0S"}, {"after": "PT2H"}), ALWAYS_OPEN, holds)
    assert found == [MONDAY, MONDAY + 9 * HOUR]


def test_what_a_state_keeps_is_read_for_its_run() -> None:
    until = (MONDAY + HOUR).isoformat()
    hold = {"id": 1, "user_id": 7, "run": 2, "step": 1, "since": MONDAY.isoformat(), "until": until}
    kept = {"pauses": [[MONDAY.isoformat(), until]], "acknowledged": hold, "snoozes": [hold], "snoozed": 1}
    here, elsewhere = holds_of(kept, 2), holds_of(kept, 3)
    assert holds_of(None, 2) is None
    assert here == Holds(((MONDAY, MONDAY + HOUR),), Held(MONDAY + HOUR, 1), {7: Held(MONDAY + HOUR, 1)})
    assert elsewhere == Holds(((MONDAY, MONDAY + HOUR),))
    assert here.silenced(1, MONDAY) == {7}
    assert here.silenced(2, MONDAY) == here.silenced(1, MONDAY + HOUR) == frozenset()


moments = st.integers(0, 30 * 24 * 4).map(lambda quarters: MONDAY + quarters * timedelta(minutes=15))
lengths = st.sampled_from([{"after": "PT30H"}, {"working": "PT12H"}, {"working_days": 3}])


@settings(max_examples=60, deadline=None)
@given(
    lengths, st.lists(moments, min_size=4, max_size=4, unique=True), st.sampled_from([OFFICE, ALWAYS_OPEN])
)
def test_what_was_worked_counts_and_what_was_waited_does_not(
    length: dict[str, object], edges: list[datetime], calendar: Calendar
) -> None:
    first, second, third, fourth = sorted(edges)
    pauses = ((first, second), (third, fourth))
    rules = policy(length)
    [plain], [paused] = comes(rules, calendar, None), comes(rules, calendar, waited(*pauses))
    assert comes(rules, calendar, Holds()) == [plain]
    assert paused >= plain
    assert not any(begins < paused < ends for begins, ends in pauses)
    if "working" in length:
        counted = calendar.worked(MONDAY, paused) - sum(
            (calendar.worked(begins, min(ends, paused)) for begins, ends in pauses if begins < paused),
            timedelta(),
        )
        assert counted == 12 * HOUR
