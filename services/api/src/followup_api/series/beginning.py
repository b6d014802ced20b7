"""How a series begins: with a follow-up that is its first, and a rule by which more come."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import follow_ups
from followup_common.policy import Calendar
from followup_common.policy.occurrences import NeverComes, foreseen
from followup_common.policy.recurrence import Timetable
from sqlalchemy import insert, select, update

from followup_api.followups.own_clock import clock_of
from followup_api.series.going_on import TEMPLATE
from followup_api.series.problems import RepeatsNever
from followup_api.series.repeats import Repeats
from followup_api.series.schemas import SHOWN_DATES, SeriesPreview
from followup_api.series.sentences import summary

f, s = follow_ups.c, series.c


def preview(tx: Transaction, repeats: Repeats, due_at: datetime, assignee_id: int) -> SeriesPreview:
    """A rule in words, and its next dates.

    Raises:
        RepeatsNever: nothing comes after the first one.
        Invalid: there is no such assignee.
    """
    timetable, calendar = _timetable(tx, repeats, due_at, assignee_id)
    times = [due_at, *_after(timetable, calendar)]
    return SeriesPreview(summary=summary(timetable), due_at=times[:SHOWN_DATES])


def checked(tx: Transaction, repeats: Repeats, due_at: datetime, assignee_id: int) -> dict[str, Any]:
    """The columns of `series` that keep a rule.

    Raises:
        RepeatsNever: nothing comes after the first one.
    """
    timetable, calendar = _timetable(tx, repeats, due_at, assignee_id)
    _after(timetable, calendar)
    return {
        "rule": timetable.rule.stored(),
        "starts_on": timetable.starts_on,
        "at": timetable.at,
        "time_zone": timetable.time_zone,
        "last_on": timetable.starts_on,
    }


def begin(tx: Transaction, follow_up_id: int, repeats: Repeats, actor_id: int) -> int:
    """Make a follow-up the first of a series; returns the series' id.

    Raises:
        RepeatsNever: nothing comes after it.
    """
    row = tx.execute(select(f.due_at, *(f[name] for name in TEMPLATE)).where(f.id == follow_up_id)).one()
    values = checked(tx, repeats, row.due_at, row.assignee_id)
    kept = {name: row._mapping[name] for name in TEMPLATE}
    new = insert(series).values(**kept, **values, created_by=actor_id).returning(s.id)
    number: int = tx.execute(new).scalar_one()
    first = {"series_id": number, "occurs_on": values["starts_on"]}
    tx.execute(update(follow_ups).where(f.id == follow_up_id).values(first))
    return number


def _timetable(
    tx: Transaction, repeats: Repeats, due_at: datetime, assignee_id: int
) -> tuple[Timetable, Calendar]:
    """What is not said is as it is with the first one, on its assignee's clock."""
    calendar, zone, _ = clock_of(tx, assignee_id)
    time_zone = repeats.time_zone or zone.key
    first = due_at.astimezone(ZoneInfo(time_zone))
    at = repeats.at or first.time().replace(second=0, microsecond=0)
    made = Timetable(rule=repeats.rule, starts_on=first.date(), at=at, time_zone=time_zone)
    return made, calendar


def _after(timetable: Timetable, calendar: Calendar) -> list[datetime]:
    try:
        return foreseen(timetable, calendar.is_working_day, SHOWN_DATES, after=timetable.starts_on, made=1)
    except NeverComes as never:
        raise RepeatsNever(never.field, str(never)) from None
