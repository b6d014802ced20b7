"""How many open follow-ups each view holds: exactly, or quickly, as far as a number still says something.

Who looks at half a million follow-ups does not read their number. A quick count reads so many entries of an
index at most, and says where there may be more.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups
from sqlalchemy import ColumnElement, Select, any_, func, select

from followup_api.followups.queries import TIME_ZONE, Filters, due_in, end_of_local_day, not_due, wanted
from followup_api.followups.schemas import FollowUpCounts, View
from followup_api.followups.scopes import CONDITIONS, ScopeSize
from followup_api.pagination import in_text

f = follow_ups.c

VIEWS = (View.OVERDUE, View.TODAY, View.UPCOMING)
COUNTED = 10_000
"""Of each view a quick count counts so many at most."""
LOOKED_THROUGH = 1_000
"""For the words of a search a quick count looks in so many of each view, the most overdue first."""


def counts(tx: Transaction, filters: Filters) -> FollowUpCounts:
    """How many open follow-ups each view holds, in one statement."""
    size = filters.scope.size
    statement = _counting(size) if filters.beyond is None else _counted(CONDITIONS[size] | filters.beyond)
    values = {"time_zone": filters.time_zone, **filters.scope.values()}
    statement = wanted(statement, filters).where(*not_due(View.OPEN, filters))
    row = tx.execute(statement, values).one()
    return FollowUpCounts.model_validate({**row._mapping, "at_least": []})


def quick_counts(tx: Transaction, filters: Filters) -> FollowUpCounts:
    """The same, but for each view at most `COUNTED` of them, or as many as are found in `LOOKED_THROUGH`."""
    search = filters.search
    if search and not search.is_wide:
        return counts(tx, filters)
    if search:
        few = replace(filters, search=search.in_few())
        numbers = [number for view in VIEWS for number in _searched(view, few)]
    else:
        numbers = [number for view in VIEWS for number in _first(view, filters)]
    values = {"time_zone": filters.time_zone}
    row = tx.execute(select(*numbers, func.now().label("as_of")), values).one()._mapping
    more = [view for view in VIEWS if row[f"{view}_more"]]
    seen = {view: row[view] for view in VIEWS}
    return FollowUpCounts.model_validate({**seen, "at_least": more, "as_of": row["as_of"]})


@cache
def _counting(size: ScopeSize) -> Select[*tuple[Any, ...]]:
    return _counted(CONDITIONS[size])


def _counted(in_sight: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    # In a query of its own PostgreSQL computes it once; it took a third of the time to do so for each row.
    end_of_today = select(end_of_local_day(TIME_ZONE)).scalar_subquery()
    # Of `due_at` alone, so that the index has all that it takes.
    numbers = [func.count().filter(due_in(view, end_of_today)).label(view) for view in VIEWS]
    numbered = select(*numbers, func.now().label("as_of")).select_from(follow_ups)
    return numbered.where(f.is_open, in_sight)


def _first(view: View, filters: Filters) -> tuple[ColumnElement[Any], ...]:
    """The number of a view and whether there are more."""
    some = wanted(_in_view(view, filters), filters).limit(in_text(COUNTED + 1)).subquery()
    number = select(func.count()).select_from(some).scalar_subquery()
    return func.least(number, COUNTED).label(view), (number > COUNTED).label(f"{view}_more")


def _searched(view: View, filters: Filters) -> tuple[ColumnElement[Any], ...]:
    """The number of those found in the first of a view, and whether it has others, not looked at."""
    looked_at = _in_view(view, filters).where(*filters.conditions).order_by(f.due_at, f.id)
    first = looked_at.limit(in_text(LOOKED_THROUGH)).cte(f"first_{view}")
    ids = func.array(select(first.c.id).scalar_subquery())
    found = wanted(select(func.count()).select_from(follow_ups).where(f.id == any_(ids)), filters)
    is_full = select(func.count()).select_from(first).scalar_subquery() == LOOKED_THROUGH
    return found.scalar_subquery().label(view), is_full.label(f"{view}_more")


def _in_view(view: View, filters: Filters) -> Select[*tuple[Any, ...]]:
    end_of_today = select(end_of_local_day(TIME_ZONE)).scalar_subquery()
    shown = (f.is_open, filters.in_sight(in_text=True), due_in(view, end_of_today))
    return select(f.id).where(*shown, *not_due(view, filters))
