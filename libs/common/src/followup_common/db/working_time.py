"""Reading calendars: each version is read once a process and database, as what the rules count by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.dialects.postgresql import distinct_on

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
    found = {}
    for row in rows:
        version = (row.version, row.updated_at, row.first_day, row.last_day)
        before = known.get(row.id)
        if before is None or before[0] != version:
            known[row.id] = before = version, _read(tx, row)
        found[row.id] = before[1]
    return found


def working_hours(tx: Transaction, calendar_id: int, time_zone: str) -> WorkingHours:
    """What a calendar says: its hours, and its days by the source that counts."""
    weekdays = tx.execute(
        select(h.weekday, h.opens, h.closes).where(h.calendar_id == calendar_id).order_by(h.weekday, h.opens)
    )
    week = {
        weekday: tuple(Range(row.opens, row.closes) for row in rows)
        for weekday, rows in groupby(weekdays, lambda row: row.weekday)
    }
    decided = (
        select(d.day, d.opens, d.closes)
        .ext(distinct_on(d.day))
        .where(d.calendar_id == calendar_id, ~d.removed)
        .order_by(d.day, func.array_position(list(SOURCES), d.source))
    )
    days = {
        row.day: tuple(Range(*pair) for pair in zip(row.opens, row.closes, strict=True))
        for row in tx.execute(decided)
    }
    return WorkingHours(ZoneInfo(time_zone), week, days)


def _read(tx: Transaction, row: Row[*tuple[Any, ...]]) -> WorkingTime:
    spans = tx.execute(select(s.starts_at, s.ends_at).where(s.calendar_id == row.id).order_by(s.starts_at))
    return WorkingTime(
        row.name,
        working_hours(tx, row.id, row.time_zone),
        row.first_day,
        row.last_day,
        [Span(span.starts_at, span.ends_at) for span in spans],
    )
