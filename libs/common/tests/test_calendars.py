"""PostgreSQL works calendars out, and Python counts by what it wrote: both by the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from followup_common.db import Transaction
from followup_common.db.calendars import calendar_days, calendar_hours, calendar_spans, calendars
from followup_common.db.working_time import load_calendars, working_hours
from followup_common.policy import NeverOpen, Range, Span, WorkingHours
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from tests.support.drawn_calendars import CHANGES, Drawn, drawn_calendars
from tests.support.handlers import acting_as

NINE_TO_FIVE = (Range(time(9), time(17)),)
OFFICE = WorkingHours(ZoneInfo("Europe/Berlin"), dict.fromkeys(range(1, 6), NINE_TO_FIVE))
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
CHRISTMAS = date(2026, 12, 25)  # a Friday


def add(tx: Transaction, hours: WorkingHours, name: str = "Berlin") -> int:
    """A calendar with these hours, whose days are its own."""
    new = insert(calendars).values(name=name, time_zone=hours.zone.key).returning(calendars.c.id)
    calendar_id = int(tx.execute(new).scalar_one())
    week = [
        {"calendar_id": calendar_id, "weekday": weekday, "opens": each.opens, "closes": each.closes}
        for weekday, ranges in hours.week.items()
        for each in ranges
    ]
    if week:
        tx.execute(insert(calendar_hours), week)
    for day, ranges in hours.days.items():
        add_day(tx, calendar_id, day, "own", ranges)
    return calendar_id


def add_day(
    tx: Transaction,
    calendar_id: int,
    day: date,
    source: str,
    ranges: Sequence[Range] = (),
    **more: object,
) -> None:
    own = {"opens": [each.opens for each in ranges], "closes": [each.closes for each in ranges]}
    tx.execute(insert(calendar_days).values(calendar_id=calendar_id, day=day, source=source, **own, **more))


def work_out(tx: Transaction, calendar_id: int, first: date = FIRST, last: date = LAST) -> int:
    """How many spans it has."""
    asked = text("SELECT calendar_work_out(:calendar, :first, :last)")
    return int(tx.execute(asked, {"calendar": calendar_id, "first": first, "last": last}).scalar_one())


def spans(tx: Transaction, calendar_id: int) -> list[Span]:
    c = calendar_spans.c
    found = select(c.starts_at, c.ends_at).where(c.calendar_id == calendar_id).order_by(c.starts_at)
    return [Span(*row) for row in tx.execute(found)]


@contextmanager
def afterwards_undone(tx: Transaction) -> Iterator[None]:
    nested = tx.begin_nested()
    yield
    nested.rollback()


@pytest.mark.parametrize("zone", CHANGES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_python_and_postgresql_agree_when_a_calendar_is_open(
    tx: Transaction, zone: str, data: st.DataObject
) -> None:
    drawn: Drawn = data.draw(drawn_calendars([zone]))
    with afterwards_undone(tx):
        calendar_id = add(tx, drawn.hours)
        expected = drawn.hours.spans(drawn.first, drawn.last)
        assert work_out(tx, calendar_id, drawn.first, drawn.last) == len(expected)
        assert spans(tx, calendar_id) == expected


@pytest.mark.parametrize("session", ["America/Los_Angeles", "Asia/Tokyo"])
def test_the_session_has_no_say_in_it(tx: Transaction, session: str) -> None:
    calendar_id = add(tx, OFFICE)
    tx.execute(text("SELECT set_config('TimeZone', :zone, true)"), {"zone": session})
    work_out(tx, calendar_id)
    assert spans(tx, calendar_id) == OFFICE.spans(FIRST, LAST)


def test_what_is_read_counts_as_it_was_written(tx: Transaction) -> None:
    calendar_id = add(tx, OFFICE)
    work_out(tx, calendar_id)
    calendar = load_calendars(tx, {calendar_id})[calendar_id]
    friday = datetime(2026, 12, 18, 15, tzinfo=UTC)  # an hour before closing
    assert calendar.at(friday, timedelta(hours=2)) == datetime(2026, 12, 21, 9, tzinfo=UTC)
    assert calendar.add_days(friday, 1) == datetime(2026, 12, 21, 15, tzinfo=UTC)


def test_a_new_version_is_read_again_and_the_same_one_is_not(tx: Transaction) -> None:
    calendar_id = add(tx, OFFICE)
    work_out(tx, calendar_id)
    first = load_calendars(tx, {calendar_id})[calendar_id]
    assert load_calendars(tx, {calendar_id})[calendar_id] is first
    add_day(tx, calendar_id, CHRISTMAS, "own")
    tx.execute(update(calendars).values(name="Berlin"))
    work_out(tx, calendar_id)
    assert tx.execute(select(calendars.c.version)).scalar_one() == 2
    second = load_calendars(tx, {calendar_id})[calendar_id]
    eve = datetime(2026, 12, 24, 16, tzinfo=UTC)  # 17:00 there, on closing
    assert first.at(eve, timedelta()) == eve.replace(day=25, hour=8)
    assert second.at(eve, timedelta()) == eve.replace(day=28, hour=8)
    work_out(tx, calendar_id, FIRST, LAST - timedelta(days=1))
    assert tx.execute(select(calendars.c.version)).scalar_one() == 2, "other days are no change"
    assert load_calendars(tx, {calendar_id})[calendar_id].until < second.until


def test_one_that_was_never_worked_out_is_left_out_and_one_never_open_is_refused(tx: Transaction) -> None:
    calendar_id = add(tx, WorkingHours(ZoneInfo("UTC"), {}), "Nobody's")
    assert load_calendars(tx, {calendar_id, 4711}) == {}
    assert work_out(tx, calendar_id) == 0
    with pytest.raises(NeverOpen, match="Nobody's"):
        load_calendars(tx, {calendar_id})


@pytest.mark.parametrize(
    ("days", "is_open"),
    [
        ({}, True),
        ({"holidays": {}}, False),
        ({"holidays": {"removed": True}}, True),
        ({"ics": {}}, False),
        ({"ics": {"removed": True}}, True),
        ({"ics": {"removed": True}, "holidays": {}}, False),
        ({"own": {"ranges": NINE_TO_FIVE}, "holidays": {}, "ics": {}}, True),
        ({"own": {}, "holidays": {"removed": True}}, False),
    ],
)
def test_the_own_day_counts_before_one_of_a_file_and_that_before_a_holiday(
    tx: Transaction, days: Mapping[str, Mapping[str, Any]], is_open: bool
) -> None:
    calendar_id = add(tx, OFFICE)
    for source, more in days.items():
        add_day(tx, calendar_id, CHRISTMAS, source, **more)
    work_out(tx, calendar_id)
    hours = working_hours(tx, {calendar_id: "Europe/Berlin"})[calendar_id]
    assert spans(tx, calendar_id) == hours.spans(FIRST, LAST)
    noon = datetime(2026, 12, 25, 11, tzinfo=UTC)
    assert any(span.starts <= noon < span.ends for span in spans(tx, calendar_id)) == is_open


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [
        ("ck_calendars_name", "UPDATE calendars SET name = ''"),
        ("ck_calendars_holidays", "UPDATE calendars SET subdivision = 'BE'"),
        ("ck_calendars_holidays", "UPDATE calendars SET categories = '{bank}'"),
        ("calendars_time_zone_known", "UPDATE calendars SET time_zone = 'Mars/Olympus'"),
        ("uq_calendars_name", "INSERT INTO calendars (name, time_zone) VALUES ('BERLIN', 'UTC')"),
        ("ck_calendar_hours_weekday", "UPDATE calendar_hours SET weekday = 8 WHERE weekday = 1"),
        ("ck_calendar_hours_minutes", "UPDATE calendar_hours SET opens = '09:00:30'"),
        ("ck_calendar_hours_minutes", "UPDATE calendar_hours SET closes = '24:00'"),
        ("ck_calendar_days_source", "UPDATE calendar_days SET source = 'somewhere'"),
        ("ck_calendar_days_ranges", "UPDATE calendar_days SET opens = '{09:00}'"),
        ("ck_calendar_days_ranges", "UPDATE calendar_days SET opens = '{NULL}', closes = '{09:00}'"),
        ("ck_calendar_days_removed", "UPDATE calendar_days SET removed = true"),
        (
            "ck_calendar_days_closed",
            "UPDATE calendar_days SET source = 'ics', opens = '{09:00}', closes = '{10:00}'",
        ),
    ],
)
def test_what_a_calendar_cannot_be_is_not_stored(tx: Transaction, constraint: str, statement: str) -> None:
    add_day(tx, add(tx, OFFICE), CHRISTMAS, "own")
    with pytest.raises(IntegrityError) as refused, tx.begin_nested():
        tx.execute(text(statement))
    assert constraint in str(refused.value.orig.diag.constraint_name)  # type: ignore[union-attr]  # `orig` is a psycopg.Error


def test_the_name_of_an_archived_calendar_is_free_again(tx: Transaction) -> None:
    first = add(tx, OFFICE)
    tx.execute(update(calendars).values(archived_at=text("now()")))
    assert add(tx, OFFICE) != first


def test_the_api_writes_calendars_and_has_them_worked_out(tx: Transaction) -> None:
    with acting_as(tx, "followup_api"):
        calendar_id = add(tx, OFFICE)
        assert work_out(tx, calendar_id) == 261, "weekdays of 2026"
    for reader in ("followup_escalator", "followup_notifier"):
        with acting_as(tx, reader):
            assert load_calendars(tx, {calendar_id})
