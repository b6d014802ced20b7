"""Time zones under examination: have PostgreSQL, whose word counts, and Python the same rules for them?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import text

from followup_common.db import Transaction
from followup_common.doctor.findings import Finding

DAYS = 731
"""How far ahead: as far as calendars are worked out."""
NAMED = 5
UPDATE = (
    "Update the time zone data: PostgreSQL's (the tzdata of its machine, or its newest minor release; then "
    "restart it) and tzdata here. What day it is for somebody, and when a calendar is open, goes by "
    "PostgreSQL's; within a day the escalator works calendars out again."
)
IN_USE = text("""
    WITH used AS (
        SELECT time_zone, 'person' AS by_whom FROM users WHERE active
        UNION ALL SELECT time_zone, 'calendar' FROM calendars WHERE archived_at IS NULL
    )
    SELECT time_zone, count(*) FILTER (WHERE by_whom = 'person') AS people,
        count(*) FILTER (WHERE by_whom = 'calendar') AS calendars,
        time_zone IN (SELECT name FROM pg_timezone_names) AS known
    FROM used GROUP BY time_zone ORDER BY count(*) DESC, time_zone
""")
OFFSETS = text("""
    SELECT extract(epoch FROM (at AT TIME ZONE :name) - (at AT TIME ZONE 'UTC'))::integer
    FROM generate_series(CAST(:since AS timestamptz), CAST(:until AS timestamptz), interval '1 day') at
    ORDER BY at
""")


def examine_time_zones(tx: Transaction) -> Finding:
    """Whether PostgreSQL and Python agree about the zones of people and calendars for the days to come."""
    found = list(_differences(tx))
    if not found:
        return Finding("time zones", f"PostgreSQL and Python agree for the next {DAYS} days")
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return Finding("time zones", "; ".join(found[:NAMED]) + more, UPDATE)


def _differences(tx: Transaction) -> Iterator[str]:
    since = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for name, people, calendars, known in tx.execute(IN_USE).all():
        concerned = f"({_concerned(people, calendars)})"
        if not known:
            yield f"PostgreSQL does not know {name} {concerned}"
        elif (here := _here(name, since)) is None:
            yield f"Python does not know {name} {concerned}"
        elif day := _first_difference(tx, name, since, here):
            yield f"from {day:%Y-%m-%d} on PostgreSQL and Python differ about {name} {concerned}"


def _concerned(people: int, calendars: int) -> str:
    counted = ((people, "person", "people"), (calendars, "calendar", "calendars"))
    return " and ".join(
        f"{number:,} {one if number == 1 else many}" for number, one, many in counted if number
    )


def _first_difference(tx: Transaction, name: str, since: datetime, here: list[int]) -> datetime | None:
    values = {"name": name, "since": since, "until": since + timedelta(days=DAYS)}
    there = tx.execute(OFFSETS, values).scalars()
    pairs = enumerate(zip(there, here, strict=True))
    return next((since + timedelta(days=day) for day, (one, other) in pairs if one != other), None)


def _here(name: str, since: datetime) -> list[int] | None:
    """Seconds ahead of UTC on each day, as Python has them; None where it does not know the zone."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    days = (since + timedelta(days=day) for day in range(DAYS + 1))
    return [round((day.astimezone(zone).utcoffset() or timedelta()).total_seconds()) for day in days]
