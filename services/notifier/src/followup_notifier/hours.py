"""Steps that tell each person within working hours of their own: who waits, and for how long."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable, Clocks, own_clocks
from followup_common.db.directory import load_directory
from followup_common.messaging.outbox import LONGEST_DELAY
from followup_common.policy import BeyondHorizon, Policy

NO_WORK = timedelta()


def openings(
    tx: Transaction, people: Collection[int], policies: Collection[Policy], now: datetime
) -> Mapping[int, datetime]:
    """When working hours of those people begin who have none now.

    By the calendar of each, of the nearest manager who has one, or of the organisation. Those whose calendar
    says nothing of this time are not among them: they are told at once.

    Args:
        tx: where to read calendars.
        people: who is to be told.
        policies: by which; the organisation's calendar is read for those that tell in working hours.
        now: PostgreSQL's clock (aware).
    """
    directory = load_directory(tx, people, policies)
    clocks = own_clocks(tx, directory, people)
    found = {user_id: _opens(clocks, user_id, now) for user_id in people}
    return {user_id: opens for user_id, opens in found.items() if opens > now}


def until(opens: datetime, now: datetime) -> timedelta:
    """How long to hold an event back; one that comes too early is held back again."""
    return min(opens - now, LONGEST_DELAY)


def _opens(clocks: Clocks, user_id: int, now: datetime) -> datetime:
    try:
        return clocks.own(user_id).at(now, NO_WORK)
    except (CalendarUnusable, BeyondHorizon):
        return now
