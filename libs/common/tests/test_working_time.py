"""Working time is one function that never falls, and its inverse, whatever the hours and the zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from followup_common.policy import (
    ALWAYS_OPEN,
    BeyondHorizon,
    HoursOverlap,
    NeverOpen,
    Placement,
    Policy,
    Range,
    Step,
    WorkingHours,
    WorkingTime,
    place,
)
from followup_common.policy.audiences import ASSIGNEE
from followup_common.policy.models import STANDARD
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.drawn_calendars import DAYS, Drawn, drawn_calendars, instants

NOTHING, INSTANT, DAY = timedelta(), timedelta(microseconds=1), timedelta(days=1)
WEEKDAYS = dict.fromkeys(range(1, 6), (Range(time(9), time(17)),))
BERLIN = ZoneInfo("Europe/Berlin")


@given(st.data(), drawn_calendars())
def test_as_much_has_been_worked_at_an_instant_as_was_asked_for(st_data: st.DataObject, drawn: Drawn) -> None:
    calendar = drawn.working_time()
    since = st_data.draw(instants(drawn))
    worked = st_data.draw(st.timedeltas(-timedelta(days=DAYS), timedelta(days=DAYS)))
    total = calendar.worked(calendar.since, since) + worked
    assume(total >= NOTHING)
    try:
        at = calendar.at(since, worked)
    except BeyondHorizon:
        assert total >= calendar.worked(calendar.since, calendar.until)
    else:
        assert calendar.worked(since, at) == worked
        assert calendar.worked(at, at + INSTANT) == INSTANT, "it is open at that instant"


@given(st.data(), drawn_calendars())
def test_working_time_never_falls_nor_outruns_the_clock(st_data: st.DataObject, drawn: Drawn) -> None:
    calendar = drawn.working_time()
    earlier, later = sorted((st_data.draw(instants(drawn)), st_data.draw(instants(drawn))))
    assert NOTHING <= calendar.worked(earlier, later) <= later - earlier
    assert calendar.worked(later, earlier) == -calendar.worked(earlier, later)


@given(st.data(), drawn_calendars())
def test_what_has_passed_is_as_many_working_days_as_fit_and_the_rest(
    st_data: st.DataObject, drawn: Drawn
) -> None:
    calendar = drawn.working_time()
    since, until = sorted((st_data.draw(instants(drawn)), st_data.draw(instants(drawn))))
    try:
        days, rest = calendar.passed(since, until)
        reached = [since, *(calendar.add_days(since, number) for number in range(1, days + 2))]
    except BeyondHorizon:
        assume(False)
    assert reached[days] <= until < reached[days + 1]
    assert rest == calendar.worked(reached[days], until)


@given(st.data(), drawn_calendars())
def test_any_split_adds_up(st_data: st.DataObject, drawn: Drawn) -> None:
    calendar = drawn.working_time()
    first, middle, last = sorted(st_data.draw(instants(drawn)) for _ in range(3))
    halves = calendar.worked(first, middle) + calendar.worked(middle, last)
    assert halves == calendar.worked(first, last)


@given(st.data(), drawn_calendars())
def test_what_was_worked_until_an_open_instant_leads_back_to_it(st_data: st.DataObject, drawn: Drawn) -> None:
    calendar = drawn.working_time()
    since, until = sorted((st_data.draw(instants(drawn)), st_data.draw(instants(drawn))))
    try:
        back = calendar.at(since, calendar.worked(since, until))
    except BeyondHorizon:
        return
    is_open = calendar.worked(until, until + INSTANT) == INSTANT
    assert back == until if is_open else back > until


@settings(max_examples=50)
@given(drawn_calendars())
def test_a_calendar_is_open_when_the_clocks_on_the_wall_say_so(drawn: Drawn) -> None:
    """Minute by minute and without any arithmetic; times that the clocks show twice are other tests'."""
    calendar, hours = drawn.working_time(), drawn.hours
    instant = datetime.combine(drawn.first + 2 * DAY, time(), UTC)
    while instant < datetime.combine(drawn.last, time(), UTC) - DAY:
        wall = instant.astimezone(hours.zone)
        twice = wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset()
        if not twice:
            is_open = calendar.worked(instant, instant + INSTANT) == INSTANT
            assert is_open == _says_so(hours, wall), wall
        instant += timedelta(minutes=15)


def _says_so(hours: WorkingHours, wall: datetime) -> bool:
    today, at = wall.date(), wall.time()
    if any(own.opens <= at and (at < own.closes or own.ends_on(today) > today) for own in hours.of(today)):
        return True
    closed = today in hours.days and not hours.days[today]
    yesterday = today - DAY
    return not closed and any(
        own.ends_on(yesterday) == today and at < own.closes for own in hours.of(yesterday)
    )


@given(st.data(), drawn_calendars(), st.integers(-4, 4))
def test_working_days_lead_to_open_instants_in_their_order(
    st_data: st.DataObject, drawn: Drawn, days: int
) -> None:
    calendar = drawn.working_time()
    since = st_data.draw(instants(drawn))
    try:
        comes = calendar.add_days(since, days)
        later = calendar.add_days(since, days + 1)
    except BeyondHorizon:
        return
    assume(comes > calendar.since)
    assert calendar.worked(comes, comes + INSTANT) == INSTANT, "it is open at that instant"
    assert comes <= later
    if days < 0:
        assert comes < since, "a reminder comes before due"
    if days > 0:
        assert comes > since


@given(st.data(), drawn_calendars())
def test_steps_are_placed_in_their_order_whatever_their_units(st_data: st.DataObject, drawn: Drawn) -> None:
    calendar, policy = drawn.working_time(), MIXED
    due, now = st_data.draw(instants(drawn)), st_data.draw(instants(drawn))
    step, _, wake_at = place(policy, calendar, due, now)
    if wake_at is None:
        assert step == len(policy.steps)
    else:
        assert wake_at > now
        if wake_at < calendar.until:
            assert place(policy, calendar, due, wake_at - INSTANT).step == step
            assert place(policy, calendar, due, wake_at).step > step
    assert place(policy, calendar, due, now + DAY / 2).step >= step


def steps(*given: dict[str, object]) -> Policy:
    common = {"audience": [str(ASSIGNEE)]}
    return Policy.model_validate(
        {
            "steps": [
                common | {"label": f"{n}", "severity": "overdue"} | step for n, step in enumerate(given, 1)
            ]
        }
    )


MIXED = steps(
    {"working_days": -1, "severity": "reminder"},
    {"working": "-PT1H", "severity": "reminder"},
    {"after": "PT0S"},
    {"working": "PT2H"},
    {"after": "PT12H"},
    {"working_days": 1},
)


@given(st.data(), drawn_calendars())
def test_the_standard_policy_does_not_look_at_the_calendar(st_data: st.DataObject, drawn: Drawn) -> None:
    calendar = drawn.working_time()
    due, now = st_data.draw(instants(drawn)), st_data.draw(instants(drawn))
    assert place(STANDARD, calendar, due, now) == place(STANDARD, ALWAYS_OPEN, due, now)


def test_a_calendar_that_is_never_open_is_refused_by_name() -> None:
    with pytest.raises(NeverOpen, match="'Berlin' is never open between 2026-01-01 and 2026-12-31: give one"):
        WorkingTime("Berlin", WorkingHours(BERLIN, {}), date(2026, 1, 1), date(2026, 12, 31))
    closed = {date(2026, 1, 5) + number * DAY: () for number in range(5)}
    with pytest.raises(NeverOpen):
        WorkingTime("Berlin", WorkingHours(BERLIN, WEEKDAYS, closed), date(2026, 1, 5), date(2026, 1, 11))


@pytest.mark.parametrize(
    "ranges",
    [
        [Range(time(9), time(12)), Range(time(11), time(13))],
        [Range(time(9), time(12)), Range(time(9), time(12))],
        [Range(time(22), time(6)), Range(time(23), time(1))],
        [Range(time(0), time(0)), Range(time(9), time(12))],
    ],
)
def test_overlapping_hours_of_a_day_are_refused_with_their_place(ranges: list[Range]) -> None:
    with pytest.raises(HoursOverlap, match=r"Wednesday: .* overlap"):
        WorkingHours(BERLIN, {3: ranges})
    with pytest.raises(HoursOverlap, match=r"2026-12-24: .* overlap"):
        WorkingHours(BERLIN, {}, {date(2026, 12, 24): ranges})


def test_a_night_and_the_hours_that_it_runs_into_are_one_span() -> None:
    week = {1: (Range(time(22), time(6)),), 2: (Range(time(5), time(9)), Range(time(9), time(10)))}
    [span] = WorkingHours(BERLIN, week).spans(date(2026, 11, 23), date(2026, 11, 29))
    assert span == (datetime(2026, 11, 23, 21, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC))


class TestTheHorizon:
    """Nothing is said about what lies behind it, and no step is taken because of that."""

    calendar = WorkingTime("Berlin", WorkingHours(BERLIN, WEEKDAYS), date(2026, 1, 1), date(2026, 1, 31))
    due = datetime(2026, 1, 29, 12, tzinfo=UTC)
    policy = steps({"working": "PT1H"}, {"working": "PT80H"})

    def test_what_comes_behind_it_is_looked_for_again_at_the_horizon(self) -> None:
        horizon = datetime(2026, 1, 31, 23, tzinfo=UTC)
        placed = place(self.policy, self.calendar, self.due, self.due + DAY)
        assert placed == Placement(1, 0, horizon)
        beyond = self.due + 100 * DAY
        assert place(self.policy, self.calendar, beyond, self.due) == Placement(0, 0, horizon)

    def test_behind_it_an_error_says_so(self) -> None:
        for days in (3, 200):
            with pytest.raises(BeyondHorizon, match="'Berlin' is worked out until 2026-01-31"):
                place(self.policy, self.calendar, self.due, self.due + days * DAY)
        with pytest.raises(BeyondHorizon):
            self.calendar.worked(self.due, self.due + 3 * DAY)
        for days in (-1, 1, 5):
            with pytest.raises(BeyondHorizon):
                self.calendar.add_days(self.due + 10 * DAY, days)

    def test_what_was_due_before_its_first_day_counts_from_that(self) -> None:
        opening = datetime(2026, 1, 1, 8, tzinfo=UTC)
        long_ago = opening - 1000 * DAY
        assert self.calendar.at(long_ago, timedelta(hours=1)) == opening + timedelta(hours=1)
        in_summer = timedelta(hours=1)  # the same local time
        assert self.calendar.add_days(long_ago, 1) == opening + in_summer
        assert self.calendar.at(opening, -DAY) == self.calendar.since
        assert self.calendar.add_days(opening, -3) == self.calendar.since
        assert place(self.policy, self.calendar, long_ago, self.due).step == 2


FIRST_STEP = {"audience": [str(ASSIGNEE)], "label": "first", "severity": "overdue"}


class TestUnitsOfSteps:
    """A step says in one unit when it comes, and an error says which step and what to do."""

    @pytest.mark.parametrize("units", [{}, {"after": "PT1H", "working": "PT1H"}, {"after": None}])
    def test_one_unit_and_not_two(self, units: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"step 'first' says .* give exactly one of them"):
            Step.model_validate(FIRST_STEP | units)

    @pytest.mark.parametrize("days", [True, "2", 2.0, 367, -367])
    def test_working_days_are_a_whole_number_of_at_most_a_year(self, days: object) -> None:
        with pytest.raises(ValueError, match="working_days"):
            Step.model_validate(FIRST_STEP | {"working_days": days})

    @pytest.mark.parametrize("working", [16, "16", "P367D", "-P367D"])
    def test_working_hours_are_a_duration_of_at_most_a_year(self, working: object) -> None:
        with pytest.raises(ValueError, match="working"):
            Step.model_validate(FIRST_STEP | {"working": working})

    def test_what_comes_before_due_is_a_reminder(self) -> None:
        for length in ({"after": "-PT1H"}, {"working": "-PT1H"}, {"working_days": -1}):
            with pytest.raises(ValueError, match=r"step 'first' comes before due.* severity is reminder"):
                Step.model_validate(FIRST_STEP | length)
            assert Step.model_validate(FIRST_STEP | length | {"severity": "reminder"}).is_before_due

    @pytest.mark.parametrize(
        "given",
        [
            [{"working": "PT2H"}, {"working": "PT2H"}],
            [{"working_days": 2}, {"working_days": 1}],
            [{"after": "PT48H"}, {"working": "PT1H"}, {"after": "PT24H"}],
            [{"working": "PT1H"}, {"after": "-PT1H", "severity": "reminder"}],
        ],
    )
    def test_steps_ascend_in_each_unit_and_from_before_due_to_after(
        self, given: list[dict[str, object]]
    ) -> None:
        with pytest.raises(
            ValueError, match=r"step \d, '\d', must come later than '1': give it a longer time"
        ):
            steps(*given)

    def test_steps_of_different_units_may_come_in_any_order(self) -> None:
        assert len(steps({"after": "PT48H"}, {"working": "PT8H"}, {"working_days": 1}).steps) == 3


def test_a_night_that_goes_on_into_the_hours_of_the_next_day_counts_once() -> None:
    week = {1: (Range(time(22), time(6)),), 2: (Range(time(5), time(13)),)}
    hours = WorkingHours(BERLIN, week, {})
    calendar = WorkingTime("Night and day", hours, date(2026, 1, 1), date(2026, 12, 31))
    opens, closes = (datetime(2026, 3, day, hour, tzinfo=BERLIN) for day, hour in ((2, 22), (3, 13)))
    assert calendar.worked(opens, closes) == timedelta(hours=15)
    assert calendar.at(opens, timedelta(hours=14)) == closes - timedelta(hours=1)
