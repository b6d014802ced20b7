"""Reading calendars: each version is read once a process and database, as what the rules count by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from followup_common.db.calendars import SOURCES, calendar_days, calendar_hours, calendar_spans, calendars
from followup_common.db.database import Transaction
from followup_common.policy import Range, Span, WorkingHours, WorkingTime

c, h, d, s = calendars.c, calendar_hours.c, calendar_days.c, calendar_spans.c

Version = tuple[int, datetime, date, date]
"""Of a calendar, when it was made, and the days that it has been worked out for."""

_known: WeakKeyDictionary[Engine, dict[int, tuple[Version, WorkingTime]]] = WeakKeyDictionary()


def load_calendars(tx: Transaction, ids: Collection[int]) -> Mapping[int, WorkingTime]:
    """The calendars with these ids, as they are now; one that has never been worked out is left out.

    Raises:
        NeverOpen: one of them has no open time.
    """
    known = _known.setdefault(tx.engine, {})
    columns = (c.id, c.name, c.time_zone, c.version, c.updated_at, c.first_day, c.last_day)
    rows = tx.execute(select(*columns).where(c.id.in_(ids), c.first_day.is_not(None))).all()
    versions = {row.id: (row.version, row.updated_at, row.first_day, row.last_day) for row in rows}
    changed = [row for row in rows if row.id not in known or known[row.id][0] != versions[row.id]]
    if changed:
        found = _read(tx, changed)
        known.update((number, (versions[number], calendar)) for number, calendar in found.items())
    return {number: known[number][1] for number in versions}


def working_hours(tx: Transaction, zones: Mapping[int, str]) -> Mapping[int, WorkingHours]:
    """What calendars say: their hours, and their days by the source that counts.

    Args:
        tx: where to read.
        zones: the time zones of the calendars, by their ids.
    """
    weekdays = tx.execute(
        select(h.calendar_id, h.weekday, h.opens, h.closes)
        .where(h.calendar_id.in_(zones))
        .order_by(h.calendar_id, h.weekday, h.opens)
    )
    weeks: dict[int, dict[int, tuple[Range, ...]]] = {number: {} for number in zones}
    for (number, weekday), rows in groupby(weekdays, lambda row: (row.calendar_id, row.weekday)):
        weeks[number][weekday] = tuple(Range(row.opens, row.closes) for row in rows)
    decided = (
        select(d.calendar_id, d.day, d.opens, d.closes)
        .ext(distinct_on(d.calendar_id, d.day))
        .where(d.calendar_id.in_(zones), ~d.removed)
        .order_by(d.calendar_id, d.day, func.array_position(list(SOURCES), d.source))
    )
    days: dict[int, dict[date, tuple[Range, ...]]] = {number: {} for number in zones}
    for row in tx.execute(decided):
        days[row.calendar_id][row.day] = tuple(
            Range(*pair) for pair in zip(row.opens, row.closes, strict=True)
        )
    return {
        number: WorkingHours(ZoneInfo(zone), weeks[number], days[number]) for number, zone in zones.items()
    }


def _read(tx: Transaction, rows: Sequence[Row[*tuple[Any, ...]]]) -> Mapping[int, WorkingTime]:
    zones = {row.id: row.time_zone for row in rows}
    hours, spans = working_hours(tx, zones), _spans(tx, zones)
    return {
        row.id: WorkingTime(row.name, hours[row.id], row.first_day, row.last_day, spans.get(row.id, []))
        for row in rows
    }


def _spans(tx: Transaction, ids: Collection[int]) -> Mapping[int, Sequence[Span]]:
    """Read as arrays: one calendar alone has thousands of them."""
    columns = (func.array_agg(aggregate_order_by(each, s.starts_at)) for each in (s.starts_at, s.ends_at))
    rows = tx.execute(select(s.calendar_id, *columns).where(s.calendar_id.in_(ids)).group_by(s.calendar_id))
    return {number: [*map(Span, starts, ends)] for number, starts, ends in rows}
