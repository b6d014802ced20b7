"""By whose calendar, and on whose clock, due times are chosen."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable, own_clocks
from followup_common.db.directory import load_directory
from followup_common.db.tables import users
from followup_common.policy import ALWAYS_OPEN, Calendar
from sqlalchemy import func, select

from followup_api.problems import Invalid


def clock_of(tx: Transaction, user_id: int) -> tuple[Calendar, ZoneInfo, datetime]:
    """By which calendar a person works, on which clock they read times, and the time now."""
    row = tx.execute(
        select(users.c.time_zone, func.now().label("now")).where(users.c.id == user_id)
    ).one_or_none()
    if row is None:
        raise Invalid("assignee_id", f"There is no person {user_id}: choose another assignee_id.")
    clocks = own_clocks(tx, load_directory(tx, [user_id], with_calendars=True), [user_id])
    try:
        return clocks.own(user_id), ZoneInfo(row.time_zone), row.now
    except CalendarUnusable:
        return ALWAYS_OPEN, ZoneInfo(row.time_zone), row.now
