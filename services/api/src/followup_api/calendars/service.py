"""What is done to calendars: each change makes a version, which is worked out in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.calendars import calendar_days, calendar_hours, calendars
from followup_common.policy import HoursOverlap, NeverOpen, Range, WorkingHours
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Action, Trail
from followup_api.calendars import queries
from followup_api.calendars.assigned import users_of
from followup_api.calendars.holidays import public_holidays
from followup_api.calendars.ics import days_of
from followup_api.calendars.problems import (
    CalendarArchived,
    CalendarInUse,
    CalendarNameTaken,
    CalendarNeverOpen,
    CalendarNotFound,
    CalendarStale,
)
from followup_api.calendars.schemas import Calendar, CalendarInput, OpenRange
from followup_api.etags import Tags
from followup_api.problems import Invalid, constraint_of
from followup_api.time_zones import NOT_IN_DATABASE

c, d = calendars.c, calendar_days.c
BACK, AHEAD = timedelta(days=366), timedelta(days=731)
"""What a calendar is worked out for, from the day on which it is changed."""
IMPORTED_AHEAD = timedelta(days=3_660)
"""How far days of a file are kept: what comes every year goes on counting as the calendar is worked out
further, day after day."""
AUDITED = ("name", "time_zone", "hours", "holidays", "days")


def add(tx: Transaction, audit: Trail, body: CalendarInput) -> Calendar:
    """Write a new calendar.

    Raises:
        CalendarNameTaken, CalendarNeverOpen, Invalid: it cannot be.
    """
    refuse_overlap(body)
    with _refusing(body):
        calendar_id = tx.execute(insert(calendars).values(**_columns(body)).returning(c.id)).scalar_one()
    _fill(tx, calendar_id, body)
    added = _found(tx, calendar_id)
    audit(Action.CALENDAR_CREATED, f"calendars/{calendar_id}", name=added.name)
    return added


def replace(tx: Transaction, audit: Trail, calendar_id: int, body: CalendarInput, tags: Tags) -> Calendar:
    """Write a calendar again as a whole, and work it out again: for two years from now, with the holidays
    that are known by now.

    Raises:
        CalendarNotFound, CalendarArchived, CalendarStale: it cannot be changed.
        CalendarNameTaken, CalendarNeverOpen, Invalid: it cannot be like that.
    """
    before = _changeable(tx, calendar_id, tags)
    refuse_overlap(body)
    tx.execute(delete(calendar_hours).where(calendar_hours.c.calendar_id == calendar_id))
    tx.execute(delete(calendar_days).where(d.calendar_id == calendar_id, d.source != "ics"))
    with _refusing(body):
        tx.execute(update(calendars).where(c.id == calendar_id).values(**_columns(body)))
    _fill(tx, calendar_id, body)
    after = _found(tx, calendar_id)
    if changes := dict(_differences(before, after)):
        audit(Action.CALENDAR_CHANGED, f"calendars/{calendar_id}", name=after.name, changes=changes)
    return after


def import_days(tx: Transaction, audit: Trail, calendar_id: int, ics: str, tags: Tags) -> Calendar:
    """Close a calendar on the days of a file, in place of those of the file before.

    Raises:
        CalendarNotFound, CalendarArchived, CalendarStale: it cannot be changed.
        CalendarNeverOpen, Invalid: the file leaves it no hours, or cannot be taken.
    """
    before = _changeable(tx, calendar_id, tags)
    first, last = horizon(tx)
    days = imported(ics, first)
    tx.execute(delete(calendar_days).where(d.calendar_id == calendar_id, d.source == "ics"))
    rows = [
        {"calendar_id": calendar_id, "day": day, "source": "ics", "name": name} for day, name in days.items()
    ]
    if rows:
        tx.execute(insert(calendar_days), rows)
    tx.execute(update(calendars).where(c.id == calendar_id).values(name=before.name))  # a new version
    _work_out(tx, calendar_id, before.name, first, last)
    changes = {"imported_days": {"from": len(before.imported_days), "to": len(days)}}
    audit(Action.CALENDAR_CHANGED, f"calendars/{calendar_id}", name=before.name, changes=changes)
    return _found(tx, calendar_id)


def imported(ics: str, first: date) -> Mapping[date, str]:
    """The days of a file that a calendar keeps, with their names.

    Raises:
        Invalid: the file cannot be taken.
    """
    return days_of(ics, first, first + BACK + IMPORTED_AHEAD)


def archive(tx: Transaction, audit: Trail, calendar_id: int, tags: Tags) -> None:
    """Take a calendar out of use. It stays to be read: it explains what was counted by it.

    Raises:
        CalendarNotFound, CalendarStale: it cannot be changed.
        CalendarInUse: people, the organisation or a policy in force count by it.
    """
    before = _locked(tx, calendar_id, tags)
    if before.archived_at is None:
        if using := [*users_of(tx, calendar_id)]:
            raise CalendarInUse(before.name, using)
        tx.execute(update(calendars).where(c.id == calendar_id).values(archived_at=func.now()))
        audit(Action.CALENDAR_ARCHIVED, f"calendars/{calendar_id}", name=before.name)


def _locked(tx: Transaction, calendar_id: int, tags: Tags) -> Calendar:
    seen = [] if tags is None else [queries.TAG.in_(tags)]
    locked = tx.execute(select(c.id).where(c.id == calendar_id, *seen).with_for_update()).one_or_none()
    current = _found(tx, calendar_id)
    if locked is None:
        raise CalendarStale(current)
    return current


def _changeable(tx: Transaction, calendar_id: int, tags: Tags) -> Calendar:
    current = _locked(tx, calendar_id, tags)
    if current.archived_at is not None:
        raise CalendarArchived(calendar_id)
    return current


def _found(tx: Transaction, calendar_id: int) -> Calendar:
    found = queries.find(tx, calendar_id)
    if found is None:
        raise CalendarNotFound(calendar_id)
    return found


def _columns(body: CalendarInput) -> dict[str, Any]:
    whose = body.holidays
    return {
        "name": body.name,
        "time_zone": body.time_zone,
        "country": whose.country if whose else None,
        "subdivision": whose.subdivision if whose else None,
        "categories": whose.categories if whose else [],
    }


@contextmanager
def _refusing(body: CalendarInput) -> Iterator[None]:
    """Tell what PostgreSQL refuses."""
    try:
        yield
    except IntegrityError as error:
        match constraint_of(error):
            case "uq_calendars_name":
                raise CalendarNameTaken(body.name) from None
            case "calendars_time_zone_known":
                raise Invalid("time_zone", NOT_IN_DATABASE) from None
            case _:
                raise


def refuse_overlap(body: CalendarInput) -> None:
    """Look through weekdays and days for hours that share time, and days that are there twice.

    Raises:
        Invalid: with the place.
    """
    zone = ZoneInfo(body.time_zone)
    week: dict[int, list[Range]] = defaultdict(list)
    for number, hours in enumerate(body.hours):
        for weekday in hours.days:
            week[weekday].append(hours_of(hours))
            _refuse(f"hours.{number}", zone, {weekday: week[weekday]}, {})
    seen: set[date] = set()
    for number, day in enumerate(body.days):
        if day.date in seen:
            field = f"days.{number}.date"
            raise Invalid(field, f"{field}: {day.date} is there twice: make it one day.")
        seen.add(day.date)
        _refuse(f"days.{number}.hours", zone, {}, {day.date: [*map(hours_of, day.hours)]})


def _refuse(field: str, zone: ZoneInfo, week: dict[int, list[Range]], days: dict[date, list[Range]]) -> None:
    try:
        WorkingHours(zone, week, days)
    except HoursOverlap as error:
        raise Invalid(field, f"{field}: {error}.") from None


def hours_of(hours: OpenRange) -> Range:
    """Hours that people wrote, as the rules count them."""
    return Range(hours.opens, hours.closes)


def _fill(tx: Transaction, calendar_id: int, body: CalendarInput) -> None:
    """Write hours and days, and work the calendar out.

    Raises:
        CalendarNeverOpen: nothing is left of its hours.
        Invalid: its holidays are not known.
    """
    first, last = horizon(tx)
    of = {"calendar_id": calendar_id}
    hours = [
        {**of, "weekday": weekday, "opens": each.opens, "closes": each.closes}
        for each in body.hours
        for weekday in each.days
    ]
    tx.execute(insert(calendar_hours), hours)
    days = [*_holidays(body, first, last), *_own_days(body)]
    if days:
        tx.execute(insert(calendar_days), [{**of, **day} for day in days])
    _work_out(tx, calendar_id, body.name, first, last)


def horizon(tx: Transaction) -> tuple[date, date]:
    """The first and the last day that a calendar is worked out for when it is changed today."""
    today = tx.execute(select(func.current_date())).scalar_one()
    return today - BACK, today + AHEAD


def _work_out(tx: Transaction, calendar_id: int, name: str, first: date, last: date) -> None:
    if not tx.execute(select(func.calendar_work_out(calendar_id, first, last))).scalar_one():
        raise CalendarNeverOpen(NeverOpen(name, first, last))


def _holidays(body: CalendarInput, first: date, last: date) -> Iterator[dict[str, Any]]:
    whose = body.holidays
    if whose is None:
        return
    known = public_holidays(whose, first, last)
    removed = set(whose.removed)
    for day in known.keys() | removed:
        name = known.get(day, "")
        yield {
            **{"day": day, "source": "holidays", "name": name, "removed": day in removed},
            **{"opens": [], "closes": []},
        }


def _own_days(body: CalendarInput) -> Iterator[dict[str, Any]]:
    for day in body.days:
        opens = [hours.opens for hours in day.hours]
        closes = [hours.closes for hours in day.hours]
        yield {
            **{"day": day.date, "source": "own", "name": day.name, "removed": False},
            **{"opens": opens, "closes": closes},
        }


def _differences(before: Calendar, after: Calendar) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field that people wrote, from what to what; which holidays there are is not theirs."""
    was, now = (each.model_dump(mode="json", exclude={"holidays": {"days"}}) for each in (before, after))
    return ((name, {"from": was[name], "to": now[name]}) for name in AUDITED if was[name] != now[name])
