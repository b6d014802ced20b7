"""SQL of calendars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from followup_common.db import Transaction
from followup_common.db.calendars import calendar_days, calendar_hours, calendars
from sqlalchemy import Table, select

from followup_api.calendars.schemas import Calendar, CalendarQuery
from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.pagination import Page, paginate
from followup_api.rows import Record

c = calendars.c
TAG = tag_of(calendars)
COLUMNS = (*(column for column in calendars.columns), TAG.label("etag"))


def page(tx: Transaction, query: CalendarQuery) -> Page[Calendar]:
    """Calendars by name."""
    archived = c.archived_at.is_not(None) if query.archived else c.archived_at.is_(None)
    found = paginate(tx, select(*COLUMNS).where(archived), (as_read(c.name), c.id), query)
    return Page[Calendar].of(found, _shown(tx, found.rows))


def find(tx: Transaction, calendar_id: int) -> Calendar | None:
    """One calendar."""
    rows = tx.execute(select(*COLUMNS).where(c.id == calendar_id)).all()
    return next(iter(_shown(tx, rows)), None)


def _shown(tx: Transaction, rows: Collection[Record]) -> list[Calendar]:
    ids = [row.id for row in rows]
    hours = _by_calendar(tx, calendar_hours, ids, ("weekday", "opens"))
    days = _by_calendar(tx, calendar_days, ids, ("day",))
    return [_calendar(row, hours[row.id], days[row.id]) for row in rows]


def _by_calendar(
    tx: Transaction, table: Table, ids: Collection[int], order: Iterable[str]
) -> Mapping[int, list[Record]]:
    of = table.c.calendar_id
    found: dict[int, list[Record]] = defaultdict(list)
    for row in tx.execute(select(table).where(of.in_(ids)).order_by(of, *(table.c[name] for name in order))):
        found[row.calendar_id].append(row)
    return found


def _calendar(row: Record, hours: Iterable[Record], days: Collection[Record]) -> Calendar:
    known = Calendar.model_fields.keys() & row._mapping.keys()
    return Calendar.model_validate(
        {
            **{name: row._mapping[name] for name in known},
            "hours": _hours(hours),
            "holidays": _holidays(row, days) if row.country else None,
            "days": [_day(day) for day in days if day.source == "own"],
            "imported_days": [{"date": day.day, "name": day.name} for day in days if day.source == "ics"],
        }
    )


def _hours(rows: Iterable[Record]) -> list[dict[str, Any]]:
    """Weekdays with the same hours are shown together, as people write them."""
    weekdays: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    for row in rows:
        weekdays[row.opens, row.closes].append(row.weekday)
    return [{"days": days, "opens": opens, "closes": closes} for (opens, closes), days in weekdays.items()]


def _holidays(row: Record, days: Iterable[Record]) -> dict[str, Any]:
    found = [
        {"date": day.day, "name": day.name, "removed": day.removed}
        for day in days
        if day.source == "holidays" and (day.removed or day.day <= row.last_day)
    ]
    removed = [day["date"] for day in found if day["removed"]]
    whose = {"country": row.country, "subdivision": row.subdivision, "categories": row.categories}
    return {**whose, "removed": removed, "days": found}


def _day(row: Record) -> dict[str, Any]:
    ranges = [{"opens": opens, "closes": closes} for opens, closes in zip(row.opens, row.closes, strict=True)]
    return {"date": row.day, "name": row.name, "closed": not ranges, "hours": ranges}
