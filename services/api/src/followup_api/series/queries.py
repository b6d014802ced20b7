"""Reading series."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import follow_ups
from followup_common.policy.occurrences import NeverComes, foreseen
from sqlalchemy import Select, and_, false, select

from followup_api.etags import tag_of
from followup_api.followups.facts import value_of
from followup_api.followups.own_clock import clock_of
from followup_api.followups.scopes import Scope
from followup_api.pagination import Page, paginate
from followup_api.rows import Record
from followup_api.series.going_on import timetable_of
from followup_api.series.problems import SeriesNotFound
from followup_api.series.schemas import SHOWN_DATES, RepeatsShown, Series, SeriesQuery
from followup_api.series.sentences import summary

f, s = follow_ups.c, series.c
SAME = (
    *("id", "title", "notes", "assignee_id", "subject_id", "kind", "priority", "tags", "made", "missed"),
    *("ended_at", "version", "etag", "created_at", "updated_at", "open_id", "open_due_at"),
)
"""What a row says of a series as the API does."""
FOUND: Select[*tuple[Any, ...]] = select(
    series, tag_of(series).label("etag"), f.id.label("open_id"), f.due_at.label("open_due_at")
).select_from(series.outerjoin(follow_ups, and_(f.series_id == s.id, f.is_open)))


def page(tx: Transaction, scope: Scope, query: SeriesQuery) -> Page[Series]:
    """Series of those whose follow-ups the caller may see, the newest first."""
    wanted = FOUND.where(scope.condition(s.assignee_id), s.ended_at.is_(None) | (query.ended or false()))
    found = paginate(tx, wanted, (s.id.desc(),), query)
    return Page[Series].of(found, [shown(tx, row) for row in found.rows])


def get(tx: Transaction, series_id: int, scope: Scope) -> Record:
    """The row of one series.

    Raises:
        SeriesNotFound: there is none, or the caller may not see it.
    """
    row = tx.execute(FOUND.where(s.id == series_id, scope.condition(s.assignee_id))).one_or_none()
    if row is None:
        raise SeriesNotFound(series_id)
    return row


def shown(tx: Transaction, row: Record) -> Series:
    """A series as the API says it."""
    timetable, goes_on = timetable_of(row), row.ended_at is None
    repeats = RepeatsShown(
        **timetable.rule.model_dump(),
        at=timetable.at,
        time_zone=timetable.time_zone,
        starts_on=timetable.starts_on,
    )
    return Series(
        **{name: row._mapping[name] for name in SAME},
        value=value_of(row.value_amount, row.value_currency),
        repeats=repeats,
        summary=summary(timetable),
        upcoming=_upcoming(tx, row) if goes_on else [],
    )


def _upcoming(tx: Transaction, row: Record) -> list[Any]:
    calendar, _, _ = clock_of(tx, row.assignee_id)
    try:
        return foreseen(
            timetable_of(row), calendar.is_working_day, SHOWN_DATES, after=row.last_on, made=row.made
        )
    except NeverComes:  # the open one is the last
        return []
