"""The first follow-ups of several people, read from indexes in order: nothing is collected and sorted.

They are looked for in the table of the columns that order them, whose last one says which follow-up it is:
`follow_ups`, or `escalation_states`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, any_, func, select, true

from followup_api.followups.scopes import SCOPE
from followup_api.pagination import Within

WALK = 20_000
"""Entries of an index that are passed in search of a page before each person is asked instead."""

PERSON = func.unnest(SCOPE).table_valued("id", name="person").render_derived()


def firsts(
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    groups: FromClause | None = None,
    of_group: Sequence[ColumnElement[bool]] = (),
) -> Within:
    """Find the first follow-ups that belong to the people of the bind parameter `scope`.

    A page of a large team comes early in the order of all follow-ups: the walk through their index ends
    soon. A small team's may be far apart: each person's own index then gives their first ones. Neither
    depends on how many follow-ups there are.

    Args:
        conditions: what else has to hold.
        order: of the list.
        groups: rows each of which stands for a part of the follow-ups that has an index order of its own.
        of_group: what holds between a follow-up and its group.
    """

    def within(after: Sequence[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[bool]:
        all_of_it = (*conditions, *after)
        walked = _walked((*all_of_it, *of_group), order, limit, groups)
        enough = select(func.count()).select_from(walked).scalar_subquery() >= limit
        theirs = (*all_of_it, *of_group, _assignee(order) == PERSON.c.id)
        each = _first(theirs, order, limit).correlate(PERSON)
        people: FromClause = PERSON
        if groups is not None:
            each, people = each.correlate(groups), PERSON.join(groups, true())
        nearest = each.lateral()
        asked = select(nearest).select_from(people.join(nearest, true())).where(~enough)
        found = select(walked).where(enough).union_all(asked.order_by(*_sorted(nearest, order)).limit(limit))
        return _id(order).in_(select(found.subquery("found").c.id))

    return within


def first(conditions: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[Any]]) -> Within:
    """Find the page before anything is joined to it, where PostgreSQL would do it the other way round."""

    return first_of(select(_id(order)).where(*conditions), order)


def first_of(found: Select[*tuple[Any, ...]], order: Sequence[ColumnElement[Any]]) -> Within:
    """The same for what a query finds: it selects the id, and joins what its conditions need."""

    def within(after: Sequence[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[bool]:
        return _id(order).in_(found.where(*after).order_by(*order).limit(limit).correlate(None))

    return within


def firsts_of_groups(
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    groups: FromClause,
    of_group: Sequence[ColumnElement[bool]],
) -> Within:
    """Find the first follow-ups of all people, where each group has an index order of its own."""

    def within(after: Sequence[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[bool]:
        each = _first((*conditions, *after, *of_group), order, limit).correlate(groups).lateral()
        merged = select(each.c.id).select_from(groups).join(each, true())
        return _id(order).in_(merged.order_by(*_sorted(each, order)).limit(limit))

    return within


def _walked(
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    limit: ColumnElement[int],
    groups: FromClause | None,
) -> FromClause:
    """The first in scope among the first `WALK` of everyone, or of each group."""
    everyones = _first(conditions, order, WALK).add_columns(_assignee(order).label("assignee_id"))
    if groups is not None:
        everyones = everyones.correlate(groups)
    walked = everyones.subquery()
    ours = _ours(walked, order).where(walked.c.assignee_id == any_(SCOPE)).limit(limit)
    if groups is None:
        return ours.cte()
    each = ours.lateral()
    return _ours(each, order).select_from(groups.join(each, true())).limit(limit).cte()


def _ours(source: FromClause, order: Sequence[ColumnElement[Any]]) -> Select[*tuple[Any, ...]]:
    columns = (column for column in source.c if column.name != "assignee_id")
    return select(*columns).order_by(*_sorted(source, order))


def _first(
    conditions: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[Any]], limit: Any
) -> Select[*tuple[Any, ...]]:
    *keys, id_ = (_plain(key) for key in order)
    return select(id_.label("id"), *keys).where(*conditions).order_by(*order).limit(limit).correlate(None)


def _sorted(source: FromClause, order: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """The same order over the columns of a subquery."""
    names = [*(_plain(key).name for key in order[:-1]), "id"]
    return [
        source.c[name].desc() if _plain(key) is not key else source.c[name]
        for name, key in zip(names, order, strict=True)
    ]


def _id(order: Sequence[ColumnElement[Any]]) -> ColumnElement[int]:
    """The column that says which follow-up it is."""
    column: ColumnElement[int] = _plain(order[-1])
    return column


def _assignee(order: Sequence[ColumnElement[Any]]) -> Any:
    """The column of the same table that says whose it is."""
    return _plain(order[-1]).table.c.assignee_id


def _plain(key: Any) -> Any:
    """The column behind `column.desc()`."""
    return getattr(key, "element", key)
