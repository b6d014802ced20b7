"""Rules of recurrence: what is refused, what comes next, and how little is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

import pytest
from followup_common.policy.occurrences import (
    MOST_IN_ALL,
    MOST_LOOKED_AT,
    NeverComes,
    dates,
    foreseen,
    next_one,
)
from followup_common.policy.recurrence import Recurrence, Timetable
from pydantic import ValidationError

WEEKEND = {6, 7}


def always(_day: date) -> bool:
    return True


def never(_day: date) -> bool:
    return False


def office(day: date) -> bool:
    return day.isoweekday() not in WEEKEND


def timetable(start: str, **rule: Any) -> Timetable:
    return Timetable(
        rule=Recurrence.model_validate(rule),
        starts_on=date.fromisoformat(start),
        at=time(9),
        time_zone="Europe/Berlin",
    )


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


@contextmanager
def refused(*words: str) -> Iterator[None]:
    with pytest.raises(ValidationError) as error:
        yield
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"unit": "year"}, ("unit",)),
        ({"unit": "day", "every": 0}, ("every",)),
        ({"unit": "day", "every": 367}, ("every is too long", "366")),
        ({"unit": "month", "every": 121}, ("every is too long", "120")),
        ({"unit": "day", "every": "2"}, ("every",)),
        ({"unit": "day", "weekdays": [1]}, ("weekdays belongs to unit week",)),
        ({"unit": "week", "weekdays": [0]}, ("weekdays",)),
        ({"unit": "week", "weekdays": [8]}, ("weekdays",)),
        ({"unit": "week", "day": 3}, ("day and nth belong to unit month",)),
        ({"unit": "month", "day": 32}, ("day",)),
        ({"unit": "month", "day": 1, "nth": 1, "weekday": 1}, ("day and nth are both given",)),
        ({"unit": "month", "nth": 1}, ("nth and weekday belong together",)),
        ({"unit": "month", "weekday": 1}, ("nth and weekday belong together",)),
        ({"unit": "month", "nth": 6, "weekday": 1}, ("nth",)),
        ({"unit": "day", "until": "2026-02-30"}, ("until", "is no day")),
        ({"unit": "day", "until": 1_770_000_000}, ("until", "is no day")),
        ({"unit": "day", "until": "2026-03-01", "count": 3}, ("until and count are both given",)),
        ({"unit": "day", "count": 0}, ("count",)),
        ({"unit": "day", "count": 1_001}, ("count",)),
        ({"unit": "working_day", "closed_days": "skip"}, ("closed_days does not go with",)),
        ({"unit": "week", "weekdays": [1], "counted_from": "completion"}, ("counted_from completion",)),
        ({"unit": "day", "counted_from": "completion", "closed_days": "skip"}, ("closed_days skip",)),
        ({"unit": "day", "interval": 2}, ("interval",)),
    ],
)
def test_what_makes_no_rule_is_refused(rule: dict[str, Any], words: tuple[str, ...]) -> None:
    with refused(*words):
        Recurrence.model_validate(rule)


def test_a_rule_is_stored_without_what_is_as_always() -> None:
    rule = Recurrence.model_validate({"unit": "week", "weekdays": [4, 1, 4], "until": "2026-12-24"})
    assert rule.stored() == {"unit": "week", "weekdays": [1, 4], "until": "2026-12-24"}
    assert Recurrence.model_validate(rule.stored()) == rule


@pytest.mark.parametrize(
    ("rule", "is_open", "field", "words"),
    [
        ({"unit": "week", "weekdays": [7], "closed_days": "skip"}, office, "closed_days", "Use keep"),
        ({"unit": "day"}, never, "closed_days", "near a working day"),
        ({"unit": "working_day"}, never, "closed_days", "near a working day"),
        ({"unit": "day", "counted_from": "completion"}, never, "closed_days", "near a working day"),
        ({"unit": "day", "until": "2026-03-02"}, always, "until", "2026-03-03"),
        ({"unit": "month", "day": 31, "until": "2026-03-30"}, always, "until", "2026-03-31"),
    ],
)
def test_a_rule_that_never_comes_says_why(rule: Any, is_open: Any, field: str, words: str) -> None:
    with pytest.raises(NeverComes) as error:
        foreseen(timetable("2026-03-02", **rule), is_open, 10, after=date(2026, 3, 2), made=1)
    assert error.value.field == field
    assert words in str(error.value)


DAILY = timetable("2026-03-02", unit="day")


@pytest.mark.parametrize(
    ("now", "day", "missed"),
    [
        ("2026-03-01T20:00", "2026-03-03", 0),  # done before it was due
        ("2026-03-02T12:00", "2026-03-03", 0),
        ("2026-03-03T08:59", "2026-03-03", 0),
        ("2026-03-03T09:00", "2026-03-04", 1),
        ("2026-03-12T10:00", "2026-03-13", 10),
    ],
)
def test_what_was_missed_is_counted_and_not_piled_up(now: str, day: str, missed: int) -> None:
    found = next_one(DAILY, always, before=date(2026, 3, 2), made=1, now=berlin(now))
    assert found == (date.fromisoformat(day), berlin(f"{day}T09:00"), missed)


@pytest.mark.parametrize(
    ("rule", "made", "now", "expected"),
    [
        ({"unit": "day", "until": "2026-03-03"}, 1, "2026-03-02T10:00", "2026-03-03"),
        ({"unit": "day", "until": "2026-03-03"}, 2, "2026-03-03T10:00", None),
        ({"unit": "day", "count": 3}, 1, "2026-03-03T10:00", "2026-03-04"),
        ({"unit": "day", "count": 3}, 1, "2026-03-04T10:00", None),  # the second and the third were missed
        ({"unit": "day", "count": 3, "counted_from": "completion"}, 1, "2026-03-09T10:00", "2026-03-10"),
        ({"unit": "day", "count": 3, "counted_from": "completion"}, 3, "2026-03-09T10:00", None),
        (
            {"unit": "week", "until": "2026-03-15", "counted_from": "completion"},
            1,
            "2026-03-08T10:00",
            "2026-03-15",
        ),
        ({"unit": "week", "until": "2026-03-15", "counted_from": "completion"}, 1, "2026-03-09T10:00", None),
        ({"unit": "month", "counted_from": "completion"}, 1, "2026-03-31T10:00", "2026-04-30"),
    ],
)
def test_a_rule_ends(rule: Any, made: int, now: str, expected: str | None) -> None:
    found = next_one(
        timetable("2026-03-02", **rule), always, before=date(2026, 3, 2), made=made, now=berlin(now)
    )
    assert (found and f"{found.day}") == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"unit": "month", "day": 5}, ["2026-12-05", "2027-01-05", "2027-02-05"]),
        ({"unit": "month", "day": 5, "count": 2}, ["2026-12-05", "2027-01-05"]),
        ({"unit": "week", "weekdays": [1], "count": 2}, ["2026-12-05", "2026-12-07"]),
        ({"unit": "day", "count": 1}, ["2026-12-05"]),
        ({"unit": "working_day", "every": 3}, ["2026-12-05", "2026-12-09", "2026-12-14"]),
        (
            {"unit": "day", "every": 7, "counted_from": "completion"},
            ["2026-12-05", "2026-12-14", "2026-12-21"],
        ),
    ],
)
def test_the_first_date_counts_and_stays_on_a_closed_day(rule: Any, expected: list[str]) -> None:
    saturday = timetable("2026-12-05", **rule)
    found = [f"{at:%Y-%m-%d}" for at in foreseen(saturday, office, 3)]
    assert found == expected
    later = foreseen(saturday, office, 3, after=date(2026, 12, 5), made=1) if len(expected) > 1 else []
    assert [f"{at:%Y-%m-%d}" for at in later][:2] == expected[1:]


def test_the_day_of_completion_is_that_of_the_zone() -> None:
    rule = timetable("2026-03-02", unit="day", counted_from="completion")
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # it is half past midnight in Berlin
    found = next_one(rule, always, before=date(2026, 3, 2), made=1, now=late)
    assert found
    assert found.day == date(2026, 3, 4)


class Counted:
    """Counts how often a calendar is asked."""

    def __init__(self, is_open: Any) -> None:
        self.asked = 0
        self._is_open = is_open

    def __call__(self, day: date) -> bool:
        self.asked += 1
        return bool(self._is_open(day))


@pytest.mark.parametrize(
    ("rule", "is_open"),
    [
        ({"unit": "day", "closed_days": "skip"}, never),
        ({"unit": "day", "closed_days": "skip", "count": 1_000}, never),
        ({"unit": "week", "weekdays": [1, 2, 3, 4, 5, 6, 7], "count": 1_000}, never),
        ({"unit": "month", "every": 120, "nth": 5, "weekday": 1}, always),
        ({"unit": "month", "every": 120, "nth": 5, "weekday": 1, "closed_days": "skip"}, never),
        ({"unit": "day", "count": 1_000, "closed_days": "skip"}, lambda day: day.day == 1),
        ({"unit": "working_day", "every": 250, "counted_from": "completion"}, never),
    ],
)
def test_no_rule_is_looked_at_for_long(rule: Any, is_open: Any) -> None:
    counted = Counted(is_open)
    start = timetable("2026-02-28", **rule)
    next_one(start, counted, before=date(2026, 2, 28), made=1, now=berlin("2026-03-01T12:00"))
    bound = MOST_IN_ALL if "count" in rule else MOST_LOOKED_AT
    assert counted.asked <= bound * 63


def test_what_comes_after_long_is_found_at_once() -> None:
    counted = Counted(always)
    since_1970 = timetable("1970-01-01", unit="day")
    assert list(islice(dates(since_1970, counted, date(2026, 3, 2)), 1)) == [date(2026, 3, 3)]
    assert counted.asked < 100
