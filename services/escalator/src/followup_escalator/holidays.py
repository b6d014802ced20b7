"""Holidays of calendars are looked up again each year, so that they are known as far as calendars reach."""

from __future__ import annotations

from datetime import timedelta

import structlog
from followup_common.db import Transaction
from followup_common.holidays import HolidaysUnknown, holidays_of
from sqlalchemy import text

log = structlog.get_logger()

AHEAD = timedelta(days=731)
"""What a calendar is worked out for: so far holidays are to be known at any time."""
KNOWN = AHEAD + timedelta(days=366)
"""How far they are looked up, so that it is a year until the next time."""

# One whose holidays the library knows no more is tried again the next day, and holds up no other.
NEXT = text("""
    SELECT id, version, country, subdivision, categories, current_date AS today FROM calendars
    WHERE country IS NOT NULL AND archived_at IS NULL
        AND (holidays_until IS NULL OR holidays_until < current_date + :ahead)
        AND (holidays_tried_on IS NULL OR holidays_tried_on <> current_date)
    ORDER BY holidays_until NULLS FIRST, id LIMIT 1
""").bindparams(ahead=AHEAD.days)

REFRESH = text("""
    SELECT calendars_refresh_holidays(:id, :version, CAST(:days AS date[]), CAST(:names AS text[]), :until)
""")


def refresh_holidays(tx: Transaction) -> None:
    """Look up the holidays of the calendar that needs it most, if any does."""
    calendar = tx.execute(NEXT).one_or_none()
    if calendar is None:
        return
    until = calendar.today + KNOWN
    days: list[str] | None = None
    names: list[str] | None = None
    try:
        known = holidays_of(
            calendar.country, calendar.subdivision, calendar.categories, calendar.today, until
        )
    except HolidaysUnknown as error:
        log.warning("holidays_unknown", calendar_id=calendar.id, error=str(error))
    else:
        days, names = [day.isoformat() for day in known], list(known.values())
    given = {"id": calendar.id, "version": calendar.version, "days": days, "names": names, "until": until}
    changed = tx.execute(REFRESH, given).scalar_one()
    if days is not None and changed is not None:
        log.info("holidays_refreshed", calendar_id=calendar.id, days_changed=changed, until=str(until))
