"""A table of rules with their next ten dates, held against dateutil and NumPy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import Range, WorkingHours, WorkingTime
from followup_common.policy.calendar import ALWAYS_OPEN, Calendar
from followup_common.policy.occurrences import after_completion, dates, foreseen
from followup_common.policy.recurrence import Recurrence, Timetable
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.recurrence import BOUND, Office, days, due_times
from tests.support.recurrence import after_completion as done_by_library

TABLE = [
    json.loads(line) for line in (Path(__file__).parent / "recurrences.jsonl").read_text("utf-8").splitlines()
]
HOLIDAYS = (
    *("2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25"),
    *("2026-12-24", "2026-12-25", "2026-12-31", "2027-01-01", "2027-01-06", "2027-03-26", "2027-03-29"),
)
AUGUST = tuple(f"{year}-08-{day:02}" for year in (2026, 2027) for day in range(1, 32))
OFFICES: Mapping[str, Office] = {
    "always": Office(),
    "office": Office("1111100", HOLIDAYS),
    "summer": Office("1111100", AUGUST),
    "sunday": Office("1111001"),
}
NAMES = [case["name"] for case in TABLE]


def calendar(office: Office) -> Calendar:
    """The product's own calendar with the same working days."""
    hours = (Range(time(9), time(17)),)
    week = {number: hours for number, open_ in enumerate(office.weekmask, start=1) if open_ == "1"}
    closed = {date.fromisoformat(day): () for day in office.holidays}
    worked_out = WorkingHours(ZoneInfo("Europe/Berlin"), week, closed)
    return WorkingTime("office", worked_out, date(2026, 1, 1), date(2028, 12, 31))


CALENDARS = {name: calendar(office) if name != "always" else ALWAYS_OPEN for name, office in OFFICES.items()}


def timetable(case: Mapping[str, Any]) -> Timetable:
    names = ("rule", "starts_on", "at", "time_zone")
    return Timetable.model_validate({name: case[name] for name in names})


def instants(case: Mapping[str, Any]) -> list[datetime]:
    return [datetime.strptime(each, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) for each in case["due_at"]]


def test_the_table_has_at_least_sixty_rules_with_ten_dates() -> None:
    assert len(set(NAMES)) >= 60
    assert all(len(case["due_at"]) == 10 or {"until", "count"} & case["rule"].keys() for case in TABLE)


@pytest.mark.parametrize("case", TABLE, ids=NAMES)
def test_a_rule_has_the_dates_of_the_table(case: Mapping[str, Any]) -> None:
    is_open = CALENDARS[case["calendar"]].is_working_day
    assert foreseen(timetable(case), is_open, 10) == instants(case)


@pytest.mark.parametrize("case", TABLE, ids=NAMES)
def test_the_table_is_as_other_libraries_have_it(case: Mapping[str, Any]) -> None:
    assert due_times(timetable(case), OFFICES[case["calendar"]], 10) == instants(case)


@pytest.mark.parametrize("case", TABLE, ids=NAMES)
def test_what_comes_after_any_date_is_the_rest_of_the_table(case: Mapping[str, Any]) -> None:
    is_open, rule = CALENDARS[case["calendar"]].is_working_day, timetable(case)
    all_of_them = list(islice(dates(rule, is_open), 10))
    for number, day in enumerate(all_of_them):
        later = list(islice(dates(rule, is_open, day), 9 - number))
        assert later == all_of_them[number + 1 :]


def rules() -> st.SearchStrategy[dict[str, Any]]:
    closed = st.sampled_from(["next", "previous", "skip", "keep"])
    some = st.lists(st.integers(1, 7), max_size=4)
    weekly = {"unit": st.just("week"), "every": st.integers(1, 5), "weekdays": some, "closed_days": closed}
    monthly = {"unit": st.just("month"), "every": st.integers(1, 13), "closed_days": closed}
    return st.one_of(
        st.fixed_dictionaries(
            {"unit": st.just("day"), "every": st.integers(1, 40), "closed_days": closed},
            optional={"count": st.integers(1, 30)},
        ),
        st.fixed_dictionaries({"unit": st.just("working_day"), "every": st.integers(1, 30)}),
        st.fixed_dictionaries(weekly, optional={"count": st.integers(1, 30)}),
        st.fixed_dictionaries(monthly, optional={"day": st.integers(1, 31)}),
        st.fixed_dictionaries(
            {**monthly, "nth": st.sampled_from([1, 2, 3, 4, 5, -1]), "weekday": st.integers(1, 7)}
        ),
    )


@given(rules(), st.dates(date(2026, 1, 1), date(2028, 3, 31)), st.sampled_from(sorted(OFFICES)))
@settings(max_examples=60, deadline=None)
def test_any_rule_has_the_dates_that_other_libraries_give(
    rule: dict[str, Any], start: date, office: str
) -> None:
    drawn = Timetable(
        rule=Recurrence.model_validate(rule), starts_on=start, at=time(9), time_zone="Europe/Berlin"
    )
    is_open = CALENDARS[office].is_working_day
    expected = list(islice(days(drawn, OFFICES[office]), 12))
    found = takewhile(lambda day: day < BOUND - timedelta(days=62), dates(drawn, is_open))
    assert list(islice(found, 12)) == [day for day in expected if day < BOUND - timedelta(days=62)]


@given(
    st.sampled_from([("day", 40), ("week", 9), ("month", 13), ("working_day", 20)]),
    st.integers(1, 40),
    st.dates(date(2026, 1, 1), date(2027, 11, 30)),
    st.sampled_from(["next", "previous", "keep"]),
    st.sampled_from(sorted(OFFICES)),
)
@settings(max_examples=60, deadline=None)
def test_what_is_counted_from_completion_is_as_other_libraries_have_it(
    unit: tuple[str, int], every: int, done: date, closed_days: str, office: str
) -> None:
    given_ = {"unit": unit[0], "every": min(every, unit[1]), "counted_from": "completion"}
    rule = Recurrence.model_validate(
        given_ | ({} if unit[0] == "working_day" else {"closed_days": closed_days})
    )
    found = after_completion(rule, CALENDARS[office].is_working_day, done)
    assert found == done_by_library(rule, OFFICES[office], done)
