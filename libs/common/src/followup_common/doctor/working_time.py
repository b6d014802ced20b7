"""Calendars under examination: can what counts in working time be computed?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import TextClause, text

from followup_common.db import Transaction
from followup_common.doctor.findings import Finding

NAMED = 5
AHEAD_DAYS = 365
"""The escalator keeps two years ahead of each calendar: with one it has not done so for long."""

SHORT = text("""
    SELECT name FROM calendars
    WHERE archived_at IS NULL AND (last_day IS NULL OR last_day < current_date + :ahead) ORDER BY name
""").bindparams(ahead=AHEAD_DAYS)
SHUT = text("""
    SELECT name FROM calendars c
    WHERE archived_at IS NULL
        AND NOT EXISTS (SELECT FROM calendar_spans s WHERE s.calendar_id = c.id AND s.ends_at > now())
    ORDER BY name
""")
# What somebody has just changed is known as far as it is worked out, until the escalator looks it up.
UNKNOWN = text("""
    SELECT name FROM calendars
    WHERE archived_at IS NULL AND country IS NOT NULL
        AND coalesce(holidays_until, last_day) < current_date + :ahead
    ORDER BY name
""").bindparams(ahead=AHEAD_DAYS)
MOVE_ON = (
    "Start the scheduler and the escalator, or look at their logs: at each tick of the outbox a calendar is "
    "worked out for two years ahead."
)
OPEN = "Give them hours that lie ahead: `PUT /api/v1/calendars/{id}`. What counts by them waits."
LOOK_UP = (
    "Start the scheduler and the escalator, and look for holidays_unknown in the escalator's log: give such "
    "a calendar a country, subdivision and categories that are known, or close it on days of its own."
)


def examine_calendars(tx: Transaction) -> Finding:
    """Whether each calendar in use is worked out as far as steps may lie."""
    return _named(tx, "calendars", SHORT, "each is worked out for a year at least", MOVE_ON)


def examine_hours(tx: Transaction) -> Finding:
    """Whether each calendar in use has open hours ahead."""
    return _named(tx, "hours of calendars", SHUT, "each has open hours ahead", OPEN)


def examine_holidays(tx: Transaction) -> Finding:
    """Whether the holidays of each calendar in use have been looked up, of those that keep any."""
    return _named(tx, "holidays", UNKNOWN, "they are known for a year at least", LOOK_UP)


def _named(tx: Transaction, check: str, statement: TextClause, well: str, fix: str) -> Finding:
    found = tx.execute(statement).scalars().all()
    return Finding(check, f"not so with {some(found)}", fix) if found else Finding(check, well)


def some(found: Sequence[str]) -> str:
    """The first of several, and how many more there are."""
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return "; ".join(found[:NAMED]) + more
