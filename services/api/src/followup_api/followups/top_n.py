"""The first rows of a list (top-N), read from indexes in their order: nothing is collected and sorted.

Each function gives a `PageCondition`. Follow-ups are looked for in the table of the columns that order them,
whose last one is the id of the follow-up: `follow_ups`, or `escalation_states`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, any_, func, select, true

from followup_api.followups.scopes import SCOPE
from followup_api.pagination import PageCondition

SCANNED = 20_000
"""Entries of an index that are passed in search of a page before each assignee is asked instead."""

ASSIGNEES = func.unnest(SCOPE).table_valued("id", name="assignee").render_derived()

Conditions = Sequence[ColumnElement[bool]]
Order = Sequence[ColumnElement[Any]]


def top_n_found(found: Select[*tuple[Any, ...]], order: Order) -> PageCondition:
    """Of what a query of ids finds, before anything is joined to it: PostgreSQL would do it last."""

    def condition(after: Conditions, limit: ColumnElement[int]) -> ColumnElement[bool]:
        return _id(order).in_(found.where(*after).order_by(*order).limit(limit).correlate(None))

    return condition


def top_n_of_groups(
    conditions: Conditions, order: Order, groups: FromClause, of_group: Conditions
) -> PageCondition:
    """Of all groups, each of which has an index order of its own; arguments as `top_n_of_assignees`."""

    def condition(after: Conditions, limit: ColumnElement[int]) -> ColumnElement[bool]:
        each = _top((*conditions, *after, *of_group), order, limit).correlate(groups).lateral()
        merged = select(each.c.id).select_from(groups).join(each, true())
        return _id(order).in_(merged.order_by(*_same_order(each, order)).limit(limit))

    return condition


def top_n_of_assignees(
    conditions: Conditions, order: Order, groups: FromClause | None = None, of_group: Conditions = ()
) -> PageCondition:
    """Of the follow-ups of the assignees in the bind parameter `scope`.

    A page of a large team comes early in the order of all follow-ups: the scan of their index ends soon. A
    small team's may be far apart: each assignee's own index then gives their first ones. Neither depends on
    how many follow-ups there are.

    Args:
        conditions: what else has to hold.
        order: of the list.
        groups: rows each of which stands for a part of the follow-ups that has an index order of its own.
        of_group: what holds between a follow-up and its group.
    """

    def condition(after: Conditions, limit: ColumnElement[int]) -> ColumnElement[bool]:
        all_of_it = (*conditions, *after, *of_group)
        scanned = _scanned(all_of_it, order, limit, groups)
        enough = select(func.count()).select_from(scanned).scalar_subquery() >= limit
        each = _top((*all_of_it, _assignee(order) == ASSIGNEES.c.id), order, limit).correlate(ASSIGNEES)
        assignees: FromClause = ASSIGNEES
        if groups is not None:
            each, assignees = each.correlate(groups), ASSIGNEES.join(groups, true())
        nearest = each.lateral()
        asked = select(nearest).select_from(assignees.join(nearest, true())).where(~enough)
        merged = asked.order_by(*_same_order(nearest, order)).limit(limit)
        found = select(scanned).where(enough).union_all(merged)
        return _id(order).in_(select(found.subquery("found").c.id))

    return condition


def _scanned(
    conditions: Conditions, order: Order, limit: ColumnElement[int], groups: FromClause | None
) -> FromClause:
    """The first in scope among the first `SCANNED` of everyone, or of each group."""
    everyones = _top(conditions, order, SCANNED).add_columns(_assignee(order).label("assignee_id"))
    if groups is not None:
        everyones = everyones.correlate(groups)
    scanned = everyones.subquery()
    ours = _without_assignee(scanned, order).where(scanned.c.assignee_id == any_(SCOPE)).limit(limit)
    if groups is None:
        return ours.cte()
    each = ours.lateral()
    return _without_assignee(each, order).select_from(groups.join(each, true())).limit(limit).cte()


def _without_assignee(source: FromClause, order: Order) -> Select[*tuple[Any, ...]]:
    columns = (column for column in source.c if column.name != "assignee_id")
    return select(*columns).order_by(*_same_order(source, order))


def _top(conditions: Conditions, order: Order, limit: Any) -> Select[*tuple[Any, ...]]:
    *keys, id_ = (_column(key) for key in order)
    return select(id_.label("id"), *keys).where(*conditions).order_by(*order).limit(limit).correlate(None)


def _same_order(source: FromClause, order: Order) -> list[ColumnElement[Any]]:
    """The same order over the columns of a subquery."""
    names = [*(_column(key).name for key in order[:-1]), "id"]
    return [
        source.c[name].desc() if _column(key) is not key else source.c[name]
        for name, key in zip(names, order, strict=True)
    ]


def _id(order: Order) -> ColumnElement[int]:
    """The column of the follow-up's id."""
    column: ColumnElement[int] = _column(order[-1])
    return column


def _assignee(order: Order) -> Any:
    """The column of the same table that says whose it is."""
    return _column(order[-1]).table.c.assignee_id


def _column(key: Any) -> Any:
    """The column behind `column.desc()`."""
    return getattr(key, "element", key)
