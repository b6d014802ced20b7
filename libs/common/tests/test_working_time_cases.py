"""When steps come by a calendar: each case was worked out by hand on a paper calendar, with its reason.

Nothing here was computed by the code under test. Offsets are written out, so that a case also says what the
zone's clocks show: +01:00 is winter in Berlin, +02:00 summer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import Policy, Range, Severity, Step, WorkingHours, WorkingTime, place
from followup_common.policy.audiences import ASSIGNEE

MONDAY_TO_FRIDAY, ALL_WEEK = (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7)


def hours(*ranges: str) -> tuple[Range, ...]:
    """Such as `09:00-12:30`."""
    return tuple(Range(*map(time.fromisoformat, each.split("-"))) for each in ranges)


def calendar(zone: str, weekdays: Sequence[int], *ranges: str, year: int = 2026, **days: str) -> WorkingTime:
    """One over two years; days are written like `d1225=""` (closed) or `d1224="09:00-12:00"`."""
    week = {weekday: hours(*ranges) for weekday in weekdays}
    special = {date(year, int(day[1:3]), int(day[3:])): hours(*own.split()) for day, own in days.items()}
    special[date(year + 1, 1, 1)] = ()
    return WorkingTime(
        zone, WorkingHours(ZoneInfo(zone), week, special), date(year - 1, 7, 1), date(year + 1, 6, 30)
    )


OFFICE = calendar(  # 3.5 h and 4.5 h: 8 h a day
    *("Europe/Berlin", MONDAY_TO_FRIDAY, "09:00-12:30", "13:30-18:00"), d1224="09:00-12:00", d1225=""
)
ALWAYS = calendar("Europe/London", ALL_WEEK, "00:00-00:00")
NIGHTS = calendar("America/New_York", MONDAY_TO_FRIDAY, "22:00-06:00", d1225="")
ALL_NIGHTS = calendar("America/New_York", ALL_WEEK, "22:00-06:00")
LORD_HOWE = calendar("Australia/Lord_Howe", ALL_WEEK, "01:00-03:00", d1003="02:15-03:00", d1004="02:15-03:00")
EARLY_LORD_HOWE = calendar("Australia/Lord_Howe", ALL_WEEK, "01:00-03:00")
KIRITIMATI = calendar("Pacific/Kiritimati", MONDAY_TO_FRIDAY, "09:00-17:00")
APIA = calendar("Pacific/Apia", MONDAY_TO_FRIDAY, "09:00-17:00", year=2011)
APIA_ALWAYS = calendar("Pacific/Apia", ALL_WEEK, "00:00-00:00", year=2011)
HAVANA = calendar("America/Havana", ALL_WEEK, "00:00-00:00", d1101="")
GAZA = calendar("Asia/Gaza", (7, 1, 2, 3, 4), "08:00-16:00")

ELAPSED, WORKING, DAYS = "after", "working", "working_days"

CASES = [
    # Working hours in an office of Berlin. 23 and 30 November 2026 are Mondays.
    (OFFICE, "2026-11-23 10:00+01:00", WORKING, "PT0S", "2026-11-23 10:00+01:00", "nothing to wait for"),
    (OFFICE, "2026-11-23 09:00+01:00", WORKING, "PT2H", "2026-11-23 11:00+01:00", "within the morning"),
    (OFFICE, "2026-11-23 12:00+01:00", WORKING, "PT1H", "2026-11-23 14:00+01:00", "lunch does not count"),
    (
        OFFICE,
        "2026-11-23 09:00+01:00",
        WORKING,
        "PT3H30M",
        "2026-11-23 13:30+01:00",
        "on closing: after lunch",
    ),
    (OFFICE, "2026-11-23 12:30+01:00", WORKING, "PT0S", "2026-11-23 13:30+01:00", "due as lunch begins"),
    (OFFICE, "2026-11-23 13:00+01:00", WORKING, "PT1H", "2026-11-23 14:30+01:00", "due in the lunch break"),
    (OFFICE, "2026-11-23 09:00+01:00", WORKING, "PT8H", "2026-11-24 09:00+01:00", "a day: the next opening"),
    (OFFICE, "2026-11-27 16:00+01:00", WORKING, "PT8H", "2026-11-30 16:00+01:00", "Fri 2 h, Mon 3.5 and 2.5"),
    (
        OFFICE,
        "2026-11-29 11:00+01:00",
        WORKING,
        "PT1H",
        "2026-11-30 10:00+01:00",
        "Sunday: counts from Monday",
    ),
    (OFFICE, "2026-11-28 00:00+01:00", WORKING, "PT16H", "2026-12-02 09:00+01:00", "Mon, Tue; on closing"),
    (OFFICE, "2026-11-27 18:00+01:00", WORKING, "PT0S", "2026-11-30 09:00+01:00", "due exactly on closing"),
    (OFFICE, "2026-11-27 17:59:30+01:00", WORKING, "PT30S", "2026-11-30 09:00+01:00", "the last half minute"),
    (OFFICE, "2026-11-27 17:59:30+01:00", WORKING, "PT31S", "2026-11-30 09:00:01+01:00", "and a second"),
    (OFFICE, "2026-11-23 10:00+01:00", WORKING, "PT40H", "2026-11-30 10:00+01:00", "a week: 7 + 4 x 8 + 1"),
    (
        OFFICE,
        "2026-12-23 16:00+01:00",
        WORKING,
        "PT6H",
        "2026-12-28 10:00+01:00",
        "2 Wed, 3 Thu, closed, 1 Mon",
    ),
    (
        OFFICE,
        "2026-12-24 12:00+01:00",
        WORKING,
        "PT0S",
        "2026-12-28 09:00+01:00",
        "closes at noon, then Christmas",
    ),
    (OFFICE, "2026-03-27 16:00+01:00", WORKING, "PT8H", "2026-03-30 16:00+02:00", "clocks forward on Sunday"),
    (OFFICE, "2026-10-23 16:00+02:00", WORKING, "PT8H", "2026-10-26 16:00+01:00", "clocks back on Sunday"),
    # Elapsed time goes by the clock, whatever the calendar says.
    (OFFICE, "2026-11-27 12:00+01:00", ELAPSED, "PT48H", "2026-11-29 12:00+01:00", "on a Sunday"),
    (
        OFFICE,
        "2026-03-27 16:00+01:00",
        ELAPSED,
        "PT48H",
        "2026-03-29 17:00+02:00",
        "an hour less on the wall",
    ),
    (OFFICE, "2026-11-30 09:00+01:00", ELAPSED, "-PT24H", "2026-11-29 09:00+01:00", "a reminder on a Sunday"),
    # Before due.
    (OFFICE, "2026-11-30 10:00+01:00", WORKING, "-PT2H", "2026-11-27 17:00+01:00", "1 h Monday, 1 h Friday"),
    (OFFICE, "2026-11-30 14:00+01:00", WORKING, "-PT1H", "2026-11-30 12:00+01:00", "over lunch"),
    (OFFICE, "2026-11-30 09:00+01:00", WORKING, "-PT8H", "2026-11-27 09:00+01:00", "all of Friday"),
    (
        OFFICE,
        "2026-11-29 11:00+01:00",
        WORKING,
        "-PT1H",
        "2026-11-27 17:00+01:00",
        "Sunday: Friday's last hour",
    ),
    (OFFICE, "2026-11-30 13:30+01:00", WORKING, "-PT3H30M", "2026-11-30 09:00+01:00", "the whole morning"),
    # Working days.
    (OFFICE, "2026-11-27 16:00+01:00", DAYS, 1, "2026-11-30 16:00+01:00", "from Friday to Monday"),
    (OFFICE, "2026-11-27 16:00+01:00", DAYS, 2, "2026-12-01 16:00+01:00", "from Friday to Tuesday"),
    (
        OFFICE,
        "2026-11-28 11:00+01:00",
        DAYS,
        1,
        "2026-11-30 11:00+01:00",
        "Monday is the first after Saturday",
    ),
    (OFFICE, "2026-11-27 12:45+01:00", DAYS, 1, "2026-11-30 13:30+01:00", "in the break: after it"),
    (OFFICE, "2026-11-27 07:00+01:00", DAYS, 1, "2026-11-30 09:00+01:00", "before hours: at the opening"),
    (
        OFFICE,
        "2026-11-27 20:00+01:00",
        DAYS,
        1,
        "2026-12-01 09:00+01:00",
        "Monday has closed by then: Tuesday",
    ),
    (OFFICE, "2026-12-23 16:00+01:00", DAYS, 1, "2026-12-28 09:00+01:00", "Thursday closes at noon"),
    (
        OFFICE,
        "2026-12-23 11:00+01:00",
        DAYS,
        2,
        "2026-12-28 11:00+01:00",
        "Thursday and, after Christmas, Monday",
    ),
    (OFFICE, "2026-12-31 10:00+01:00", DAYS, 1, "2027-01-04 10:00+01:00", "New Year is a Friday"),
    (OFFICE, "2026-03-27 10:00+01:00", DAYS, 1, "2026-03-30 10:00+02:00", "same local time in summer"),
    (OFFICE, "2026-11-29 11:00+01:00", DAYS, 0, "2026-11-30 09:00+01:00", "no day later, but within hours"),
    (OFFICE, "2026-11-30 10:00+01:00", DAYS, -1, "2026-11-27 10:00+01:00", "the working day before"),
    (OFFICE, "2026-11-30 08:00+01:00", DAYS, -1, "2026-11-27 09:00+01:00", "before hours: at the opening"),
    (OFFICE, "2026-11-30 12:45+01:00", DAYS, -1, "2026-11-27 13:30+01:00", "in the break: after it"),
    (
        OFFICE,
        "2026-11-28 20:00+01:00",
        DAYS,
        -1,
        "2026-11-27 13:30+01:00",
        "stays on Friday: its last opening",
    ),
    # Always open, over both changes of London's clocks.
    (ALWAYS, "2026-03-28 12:00+00:00", WORKING, "PT48H", "2026-03-30 13:00+01:00", "48 h are 48 h"),
    (ALWAYS, "2026-10-24 12:00+01:00", WORKING, "PT48H", "2026-10-26 11:00+00:00", "48 h are 48 h"),
    (ALWAYS, "2026-03-28 12:00+00:00", DAYS, 1, "2026-03-29 12:00+01:00", "a day of 23 h"),
    (ALWAYS, "2026-10-24 12:00+01:00", DAYS, 1, "2026-10-25 12:00+00:00", "a day of 25 h"),
    (
        ALWAYS,
        "2026-03-28 01:30+00:00",
        DAYS,
        1,
        "2026-03-29 02:00+01:00",
        "01:30 is skipped: as clocks go on",
    ),
    (ALWAYS, "2026-10-24 01:30+01:00", DAYS, 1, "2026-10-25 01:30+01:00", "01:30 comes twice: the first"),
    # Nights in New York: 22:00 to 06:00, 8 h each.
    (
        NIGHTS,
        "2026-10-30 22:00-04:00",
        WORKING,
        "PT8H",
        "2026-11-02 22:00-05:00",
        "Friday's night, then Monday's",
    ),
    (
        NIGHTS,
        "2026-10-31 05:00-04:00",
        WORKING,
        "PT2H",
        "2026-11-02 23:00-05:00",
        "Saturday 06:00 ends Friday's",
    ),
    (NIGHTS, "2026-11-02 03:00-05:00", WORKING, "PT1H", "2026-11-02 23:00-05:00", "no night from Sunday"),
    (NIGHTS, "2026-12-24 22:00-05:00", WORKING, "PT3H", "2026-12-28 23:00-05:00", "ends as Christmas begins"),
    (
        NIGHTS,
        "2026-11-24 03:00-05:00",
        DAYS,
        1,
        "2026-11-25 03:00-05:00",
        "from Monday's night into Tuesday's",
    ),
    (NIGHTS, "2026-11-28 03:00-05:00", DAYS, 1, "2026-11-30 22:00-05:00", "Monday 03:00 is closed"),
    (ALL_NIGHTS, "2026-10-31 22:00-04:00", WORKING, "PT8H", "2026-11-01 05:00-05:00", "a night of 9 h"),
    (
        ALL_NIGHTS,
        "2026-10-31 22:00-04:00",
        WORKING,
        "PT9H",
        "2026-11-01 22:00-05:00",
        "all 9 h: the next night",
    ),
    (ALL_NIGHTS, "2026-03-07 22:00-05:00", WORKING, "PT8H", "2026-03-08 23:00-04:00", "a night of 7 h"),
    # Lord Howe moves its clocks by half an hour, at 02:00 on a Sunday.
    (
        EARLY_LORD_HOWE,
        "2026-04-04 23:00+11:00",
        WORKING,
        "PT2H30M",
        "2026-04-06 01:00+10:30",
        "2.5 h on the 5th",
    ),
    (
        EARLY_LORD_HOWE,
        "2026-10-03 23:00+10:30",
        WORKING,
        "PT1H45M",
        "2026-10-05 01:15+11:00",
        "1.5 h on the 4th",
    ),
    (
        LORD_HOWE,
        "2026-10-03 12:00+10:30",
        WORKING,
        "PT0S",
        "2026-10-04 02:30+11:00",
        "opens as clocks skip 02:15",
    ),
    (
        LORD_HOWE,
        "2026-10-03 12:00+10:30",
        WORKING,
        "PT30M",
        "2026-10-05 01:00+11:00",
        "so it has half an hour",
    ),
    # Kiritimati, 14 h ahead of UTC: its Monday begins on UTC's Sunday.
    (
        KIRITIMATI,
        "2026-11-27 16:00+14:00",
        WORKING,
        "PT2H",
        "2026-11-29 20:00+00:00",
        "Fri 1 h, Mon until 10:00",
    ),
    (KIRITIMATI, "2026-11-26 20:00+00:00", DAYS, 1, "2026-11-29 20:00+00:00", "Fri 10:00 to Mon 10:00 there"),
    # Apia had no 30 December 2011: Thursday 29th ended at 10 h behind UTC, Saturday 31st began 14 h ahead.
    (APIA, "2011-12-29 16:00-10:00", WORKING, "PT2H", "2012-01-02 10:00+14:00", "no Friday: Monday"),
    (APIA, "2011-12-29 10:00-10:00", DAYS, 1, "2012-01-02 10:00+14:00", "no Friday: Monday"),
    (APIA, "2011-12-29 23:00-10:00", ELAPSED, "PT24H", "2011-12-31 23:00+14:00", "the next day is Saturday"),
    (
        APIA_ALWAYS,
        "2011-12-29 12:00-10:00",
        WORKING,
        "PT24H",
        "2011-12-31 12:00+14:00",
        "12 h, then Saturday's 12",
    ),
    (APIA_ALWAYS, "2011-12-29 12:00-10:00", DAYS, 1, "2011-12-31 12:00+14:00", "Saturday is the next day"),
    # Havana's clocks go back at 01:00: the closed Sunday begins with its first midnight and has 25 h.
    (HAVANA, "2026-10-31 23:00-04:00", WORKING, "PT2H", "2026-11-02 01:00-05:00", "1 h Saturday, 1 h Monday"),
    # Gaza works from Sunday to Thursday and moves its clocks on Saturdays.
    (GAZA, "2026-03-26 15:00+02:00", WORKING, "PT2H", "2026-03-29 09:00+03:00", "1 h Thursday, 1 h Sunday"),
    (GAZA, "2026-10-22 15:00+03:00", WORKING, "PT2H", "2026-10-25 09:00+02:00", "1 h Thursday, 1 h Sunday"),
]


@pytest.mark.parametrize(
    ("by", "due", "unit", "length", "expected"),
    [pytest.param(*case[:5], id=f"{case[0].name} {case[1]} {case[3]}: {case[5]}") for case in CASES],
)
def test_a_step_comes_when_it_should(
    by: WorkingTime, due: str, unit: str, length: str | int, expected: str
) -> None:
    severity = Severity.REMINDER if str(length).startswith("-") else Severity.OVERDUE
    step = Step.model_validate(
        {unit: length, "audience": [str(ASSIGNEE)], "label": "step", "severity": severity}
    )
    policy = Policy(steps=(step,))
    anchor, comes = datetime.fromisoformat(due), datetime.fromisoformat(expected).astimezone(UTC)
    instant = timedelta(microseconds=1)
    assert place(policy, by, anchor, comes - instant) == (0, 0, comes)
    assert place(policy, by, anchor, comes) == (1, 0, None)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40
