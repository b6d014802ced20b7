"""How a team is doing: whose figures somebody may see, and all of them of one moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import func, select

from followup_api.followups.scopes import reports, scope_of
from followup_api.pagination import Rows
from followup_api.permissions import Caller
from followup_api.rows import Record
from followup_api.team import queries
from followup_api.team.periods import Periods, periods
from followup_api.team.problems import NotTheirLine, TooManyToSort
from followup_api.team.schemas import Member, Sort, Team, TeamQuery

FIGURES = (
    *("reports", "away_until", "open", "overdue", "escalated", "moved", "moves", "waiting", "snoozed"),
    "done",
)
"""Those that a row of `queries` has under the name that the API says."""


def team_of(tx: Transaction, caller: Caller, query: TeamQuery) -> Team:
    """A page of the team that a caller asks for.

    Raises:
        NotTheirLine: it is the team of somebody who is not below the caller.
        TooManyToSort: there are too many to be put in order by a figure.
    """
    now: datetime = tx.execute(select(func.now())).scalar_one()
    during = periods(now, caller.time_zone, caller.preferences.week_start)
    wanted = queries.members(caller, _below(tx, caller, query), direct=query.depth == "direct")
    people = queries.number_of(tx, wanted)
    if query.sort is Sort.NAME:
        found = queries.page_by_name(tx, wanted, query, during)
    elif people > queries.SORTED_AT_MOST:
        raise TooManyToSort(queries.SORTED_AT_MOST)
    else:
        found = queries.page_by_figure(tx, wanted, query, during)
    return Team.model_validate(
        {
            "items": _members(tx, found, during),
            "next_cursor": found.next_cursor,
            "people": people,
            "as_of": during.now,
            "weeks": during.weeks,
            "week_from": during.week,
            "month_from": during.month,
        }
    )


def _below(tx: Transaction, caller: Caller, query: TeamQuery) -> frozenset[int] | None:
    """Whose figures are wanted; None: those of the company."""
    if query.of is None and caller.role == "admin":
        return None
    of = caller.user_id if query.of is None else query.of
    if of not in scope_of(tx, caller):
        raise NotTheirLine(of)
    return queries.direct_reports(tx, of) if query.depth == "direct" else reports(tx, of)


def _members(tx: Transaction, found: Rows, during: Periods) -> list[Member]:
    ids = [row.id for row in found.rows]
    trends, oldest = queries.trends(tx, ids, during), queries.oldest(tx, ids)
    return [_member(row, oldest.get(row.id), trends[row.id]) for row in found.rows]


def _member(row: Record, oldest: dict[str, Any] | None, trend: list[tuple[int, int]]) -> Member:
    return Member.model_validate(
        {
            "person": {name: getattr(row, name) for name in ("id", "name", "email", "active")},
            **{name: getattr(row, name) for name in FIGURES},
            "oldest": oldest,
            "month": {name: getattr(row, name) for name in ("completed", "on_time", "share")},
            "trend": dict(zip(("done", "overdue"), zip(*trend, strict=True), strict=True)),
        }
    )
