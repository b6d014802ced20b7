"""By whose calendar, and on whose clock, due times are chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable, own_clocks
from followup_common.db.directory import load_directory
from followup_common.db.tables import users
from followup_common.policy import ALWAYS_OPEN, Calendar
from sqlalchemy import func, select

from followup_api.ids import among
from followup_api.problems import Invalid

OwnClock = tuple[Calendar, ZoneInfo, datetime]
"""A person's calendar, the clock on which they read times, and the time now."""


def clock_of(tx: Transaction, user_id: int) -> OwnClock:
    """By which calendar a person works, on which clock they read times, and the time now."""
    found = clocks_of(tx, [user_id])
    if user_id not in found:
        raise Invalid("assignee_id", f"There is no person {user_id}: choose another assignee_id.")
    return found[user_id]


def clocks_of(tx: Transaction, user_ids: Collection[int]) -> Mapping[int, OwnClock]:
    """The same of several people, in as many statements as of one; those who do not exist are left out."""
    wanted = select(users.c.id, users.c.time_zone, func.now().label("now"))
    rows = tx.execute(wanted.where(among(users.c.id, user_ids))).all()
    ids = [row.id for row in rows]
    clocks = own_clocks(tx, load_directory(tx, ids, with_calendars=True), ids)

    def calendar(user_id: int) -> Calendar:
        try:
            return clocks.own(user_id)
        except CalendarUnusable:
            return ALWAYS_OPEN

    return {row.id: (calendar(row.id), ZoneInfo(row.time_zone), row.now) for row in rows}
