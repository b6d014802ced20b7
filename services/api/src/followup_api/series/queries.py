"""Reading series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import follow_ups
from followup_common.policy.occurrences import NeverComes, foreseen
from sqlalchemy import Select, and_, exists, false, select

from followup_api.etags import tag_of
from followup_api.followups.facts import value_of
from followup_api.followups.own_clock import OwnClock, clocks_of
from followup_api.followups.scopes import NAMED, Scope
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
    series,
    tag_of(series).label("etag"),
    f.id.label("open_id"),
    f.due_at.label("open_due_at"),
    f.assignee_id.label("open_assignee_id"),
).select_from(series.outerjoin(follow_ups, and_(f.series_id == s.id, f.is_open)))


def page(tx: Transaction, scope: Scope, query: SeriesQuery) -> Page[Series]:
    """Series of those whose follow-ups the caller may see, the newest first."""
    wanted = FOUND.where(scope.condition(s.assignee_id), s.ended_at.is_(None) | (query.ended or false()))
    found = paginate(tx, wanted, (s.id.desc(),), query)
    return Page[Series].of(found, shown_all(tx, found.rows, scope))


def get(tx: Transaction, series_id: int, scope: Scope) -> Record:
    """The row of one series, to be changed.

    Raises:
        SeriesNotFound: there is none, or the caller may not see it.
    """
    row = tx.execute(FOUND.where(s.id == series_id, scope.condition(s.assignee_id))).one_or_none()
    if row is None:
        raise SeriesNotFound(series_id)
    return row


def read(tx: Transaction, series_id: int, scope: Scope, reader: int) -> Series:
    """One series, of the caller's sight or of a follow-up that is.

    Args:
        tx: the request's transaction.
        series_id: which one.
        scope: whose follow-ups the caller may see.
        reader: the caller: what a policy told them by name or role, or in place of somebody who is away, is
            in their sight too.

    Raises:
        SeriesNotFound: there is none, or it is out of the caller's sight.
    """
    of_one_seen = exists().where(f.series_id == s.id, scope.condition() | NAMED).correlate(series)
    wanted = FOUND.where(s.id == series_id, scope.condition(s.assignee_id) | of_one_seen)
    row = tx.execute(wanted, {"reader": reader}).one_or_none()
    if row is None:
        raise SeriesNotFound(series_id)
    return shown(tx, row, scope)


def shown(tx: Transaction, row: Record, scope: Scope) -> Series:
    """A series as the API says it to a caller."""
    [found] = shown_all(tx, [row], scope)
    return found


def shown_all(tx: Transaction, rows: Sequence[Record], scope: Scope) -> list[Series]:
    """Several of them, in as many statements as one."""
    clocks = clocks_of(tx, {row.assignee_id for row in rows}) if rows else {}
    return [_shown(row, clocks[row.assignee_id], scope) for row in rows]


def _shown(row: Record, clock: OwnClock, scope: Scope) -> Series:
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
        upcoming=_upcoming(row, clock) if goes_on else [],
        may_change=row.assignee_id in scope,
    )


def _upcoming(row: Record, clock: OwnClock) -> list[Any]:
    calendar, _, _ = clock
    try:
        return foreseen(
            timetable_of(row), calendar.is_working_day, SHOWN_DATES, after=row.last_on, made=row.made
        )
    except NeverComes:  # the open one is the last
        return []
