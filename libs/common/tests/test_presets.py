"""Due times that people choose by a name."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import ALWAYS_OPEN, Calendar, Range, WorkingHours, WorkingTime
from followup_common.policy.presets import Preset, a_month_after, after_working_days, due

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_FIVE = (Range(time(9), time(17)),)
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def working(*ranges: Range, days: dict[date, tuple[Range, ...]] | None = None) -> WorkingTime:
    week = dict.fromkeys(range(1, 6), ranges)
    return WorkingTime("office", WorkingHours(BERLIN, week, days or {}), FIRST, LAST)


OFFICE = working(*NINE_TO_FIVE)
HOLIDAY = working(*NINE_TO_FIVE, days={date(2026, 3, 5): (), date(2026, 3, 9): ()})
LATE = working(Range(time(13), time(18)))
EARLY = working(Range(time(5), time(8)))
NIGHTS = working(Range(time(22), time(6)))

CASES = [
    # On Wednesday, 4 March 2026, at 15:00 in Berlin.
    (Preset.TOMORROW, ALWAYS_OPEN, "2026-03-05 09:00", "nine o'clock where nothing is closed"),
    (Preset.TOMORROW, OFFICE, "2026-03-05 09:00", "when the office opens"),
    (Preset.TOMORROW, LATE, "2026-03-05 13:00", "the next opening after nine"),
    (Preset.TOMORROW, EARLY, "2026-03-05 05:00", "the day's only hours, before nine"),
    (Preset.TOMORROW, NIGHTS, "2026-03-05 22:00", "the next opening of that day"),
    (Preset.TOMORROW, HOLIDAY, "2026-03-06 09:00", "the day after a closed one"),
    (Preset.MONDAY, OFFICE, "2026-03-09 09:00", "the next Monday"),
    (Preset.MONDAY, HOLIDAY, "2026-03-10 09:00", "a closed Monday is a Tuesday"),
    (Preset.IN_3_WORKING_DAYS, OFFICE, "2026-03-09 09:00", "Thursday, Friday, Monday"),
    (Preset.IN_3_WORKING_DAYS, HOLIDAY, "2026-03-11 09:00", "Friday, Tuesday, Wednesday"),
    (Preset.IN_A_WEEK, OFFICE, "2026-03-11 09:00", "the same weekday"),
    (Preset.IN_A_MONTH, OFFICE, "2026-04-06 09:00", "4 April is a Saturday"),
]


@pytest.mark.parametrize(("preset", "calendar", "expected", "why"), CASES)
def test_a_preset_is_when_work_begins(preset: Preset, calendar: Calendar, expected: str, why: str) -> None:
    now = datetime(2026, 3, 4, 15, tzinfo=BERLIN)
    found = due(preset, calendar, BERLIN, now)
    assert f"{found.astimezone(BERLIN):%Y-%m-%d %H:%M}" == expected, why
    assert found.tzinfo is UTC


@pytest.mark.parametrize(("days", "expected"), [(1, "2026-03-06 09:00"), (5, "2026-03-13 09:00")])
def test_working_days_skip_what_is_closed(days: int, expected: str) -> None:
    now = datetime(2026, 3, 4, 15, tzinfo=BERLIN)  # 5 and 9 March are holidays
    found = after_working_days(days, HOLIDAY, BERLIN, now)
    assert f"{found.astimezone(BERLIN):%Y-%m-%d %H:%M}" == expected


def test_tomorrow_is_the_person_s_own() -> None:
    now = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)  # already the 5th in Berlin
    assert due(Preset.TOMORROW, OFFICE, BERLIN, now).astimezone(BERLIN).day == 6


def test_monday_on_a_monday_is_the_next_one() -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=BERLIN)
    assert due(Preset.MONDAY, OFFICE, BERLIN, now).astimezone(BERLIN).date() == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_a_month_after_its_last_days(day: date, expected: date) -> None:
    assert a_month_after(day) == expected
