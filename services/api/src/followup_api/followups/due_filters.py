"""Narrowing lists to follow-ups by when they are due, and by whether they are about anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from followup_common.db.tables import follow_ups
from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import ColumnElement

from followup_api.fields import SaneTime
from followup_api.preferences import WeekStart
from followup_api.schemas import Schema
from followup_api.team.periods import FIRST_DAYS

f = follow_ups.c
DAY, WEEK = timedelta(days=1), timedelta(days=7)


class Period(StrEnum):
    """A week or a month, as the caller lives through it now."""

    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    THIS_MONTH = "this_month"
    NEXT_MONTH = "next_month"


class DueFilters(Schema):
    """What lists of follow-ups can be narrowed to by when they are due and whom they are about."""

    due_from: SaneTime | None = Field(None, description="Only those due then or later.")
    due_before: SaneTime | None = Field(None, description="Only those due before then.")
    due_in: Annotated[Period, Field(strict=False)] | None = Field(
        None,
        description="Only those due in a week or a month of the caller's calendar, by their time zone and "
        "their first day of the week; in place of `due_from` and `due_before`.",
    )
    has_subject: bool | None = Field(
        None, description="`false`: only those about no lead or client; `true`: only those about one."
    )

    @field_validator("due_before")
    @classmethod
    def _due_later(cls, end: datetime | None, given: ValidationInfo) -> datetime | None:
        begin = given.data.get("due_from")
        if end is not None and begin is not None and end <= begin:
            raise ValueError("must be later than due_from: swap the two")
        return end

    @field_validator("due_in")
    @classmethod
    def _period_alone(cls, period: Period | None, given: ValidationInfo) -> Period | None:
        if period is not None and (given.data.get("due_from") or given.data.get("due_before")):
            raise ValueError("stands in place of due_from and due_before: leave these out, or due_in")
        return period


def due_conditions(
    filters: DueFilters, now: datetime | None, time_zone: str, week_start: WeekStart
) -> Iterator[ColumnElement[bool]]:
    """SQL that holds for what is due when filters say.

    Args:
        filters: what was asked for.
        now: by the clock of the database; only a period needs it.
        time_zone: whose midnights begin weeks and months.
        week_start: the day with which weeks begin.
    """
    begin, end = filters.due_from, filters.due_before
    if filters.due_in is not None and now is not None:
        begin, end = span(filters.due_in, now, time_zone, week_start)
    if begin is not None:
        yield f.due_at >= begin
    if end is not None:
        yield f.due_at < end


def about_conditions(filters: DueFilters) -> Iterator[ColumnElement[bool]]:
    """SQL that holds for those about somebody, or about nobody."""
    if filters.has_subject is not None:
        yield f.subject_id.is_not(None) if filters.has_subject else f.subject_id.is_(None)


def span(period: Period, now: datetime, time_zone: str, week_start: WeekStart) -> tuple[datetime, datetime]:
    """When a period begins, and when the one after it does; arguments as `due_conditions`."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    week = today - (today.weekday() - FIRST_DAYS[week_start]) % 7 * DAY
    month = today.replace(day=1)
    days: dict[Period, tuple[date, date]] = {
        Period.THIS_WEEK: (week, week + WEEK),
        Period.NEXT_WEEK: (week + WEEK, week + 2 * WEEK),
        Period.THIS_MONTH: (month, _next(month)),
        Period.NEXT_MONTH: (_next(month), _next(_next(month))),
    }
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in days[period])
    return begin, end


def _next(month: date) -> date:
    return (month + 31 * DAY).replace(day=1)
