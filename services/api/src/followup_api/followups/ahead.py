"""The first follow-ups of a list, looked for along the index of its order: in it alone, as far as that says
whose they are and when they are due. Only what else is asked of them is read for each.

Most lists find a page among few entries, whatever they are narrowed to. How many are tried is bounded: of
what is rare the page is found in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from followup_common.db.tables import follow_ups
from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op

from followup_api.pagination import PageCondition, in_text

f = follow_ups.c
TRIED = 5_000
"""Entries of an index whose follow-ups are read in search of a page."""
TRIED_GROUPS = 200
"""Groups at most that have these entries."""
SAMPLE, SEEN = 400, 6
"""They are tried where so many of the first of them are what a list asks for."""

Order = Sequence[ColumnElement[Any]]
Entries = Select[*tuple[Any, ...]]
Narrowing = Callable[[Select[*tuple[Any, ...]]], Select[*tuple[Any, ...]]]


class List(NamedTuple):
    """What a list holds.

    Args:
        found: narrows a query of follow-ups to it.
        listed: narrows it to what an index tells: whose they are, due when.
        asked: narrows few to what else is asked; None: nothing.
    """

    found: Narrowing
    listed: Narrowing
    asked: Narrowing | None


def direction(key: ColumnElement[Any]) -> tuple[ColumnElement[Any], bool]:
    """The column of a key, and whether the last comes first; no order has both."""
    if isinstance(key, UnaryExpression) and key.modifier is desc_op:
        return key.element, True
    return key, False


def entries_of(shown: List, order: Order, after: Sequence[ColumnElement[bool]]) -> Entries:
    """The entries of an index in an order of columns of follow-ups; `after`: what holds behind a cursor."""
    keys = [column.label(f"key_{n}") for n, (column, _) in enumerate(map(direction, order))]
    return shown.listed(select(f.id, *keys)).where(*after).order_by(*order).correlate(None)


def asked_of(
    shown: List, entries: Entries, limit: ColumnElement[int], tried: int | None = None, *, last: bool = False
) -> Entries:
    """The first of ordered entries that are what a list asks for.

    Args:
        shown: the list.
        entries: of which `key_0` and so on give the order.
        limit: of the page.
        tried: entries at most; None: all.
        last: whether the last one comes first.
    """
    if shown.asked is None:
        return entries.limit(limit)
    some = (entries if tried is None else entries.limit(in_text(tried))).subquery("entries")
    keys = [column for column in some.c if column.name.startswith("key_")]
    # Offset keeps it apart: PostgreSQL would join in another way where it takes what is asked for rare.
    meets = shown.asked(select(literal(1)).where(f.id == some.c.id)).offset(literal_column("0"))
    each = select(*some.c).select_from(some.join(meets.correlate(some).lateral("meets"), true()))
    return each.order_by(*(key.desc() if last else key for key in keys)).limit(limit)


def early_page(shown: List, entries: Entries, limit: ColumnElement[int], *, last: bool = False) -> CTE:
    """The page, if it is among the first entries; arguments as `asked_of`."""
    page = asked_of(shown, entries, limit, TRIED, last=last)
    if shown.asked is None:
        return page.cte("early")
    sample = asked_of(shown, entries, in_text(SEEN), SAMPLE, last=last).cte("sample")
    return select(page.subquery()).where(is_full(sample, in_text(SEEN))).cte("early")


def top_n_ahead(shown: List, order: Order) -> PageCondition:
    """The first of a list, along the index of its order; if that takes too long, as PostgreSQL finds them."""

    def condition(after: Sequence[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[bool]:
        early = early_page(shown, entries_of(shown, order, after), limit, last=direction(order[0])[1])
        full = is_full(early, limit)
        found = shown.found(select(f.id)).where(*after).order_by(*order).limit(limit).correlate(None)
        late = found.subquery("late")
        both = union_all(select(early.c.id).where(full), select(late.c.id).where(~full))
        return f.id.in_(select(both.subquery("found").c.id))

    return condition


def is_full(page: CTE, limit: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL: whether a page has as many as it can."""
    return select(func.count()).select_from(page).scalar_subquery() >= limit


def in_turn(
    groups: Select[*tuple[Any, ...]], keys: Sequence[ColumnElement[Any]], most: int | None
) -> FromClause:
    """Groups in an order that PostgreSQL keeps: once a page is full it reads no further ones."""
    ordered = groups.order_by(*keys).offset(literal_column("0"))
    return ordered.limit(most and in_text(most)).correlate(None).subquery("groups")


def each_of(group: FromClause, own: Entries) -> Entries:
    """The entries of each group, one group after another; its own have their due time as `key_0`."""
    nearest = own.correlate(group).lateral("nearest")
    keys = [column for column in group.c if column.name.startswith("key_")]
    last = (nearest.c.key_0.label(f"key_{len(keys)}"), nearest.c.id.label(f"key_{len(keys) + 1}"))
    merged = select(nearest.c.id, *keys, *last).select_from(group.join(nearest, true()))
    return merged.order_by(*keys, nearest.c.key_0, nearest.c.id)
