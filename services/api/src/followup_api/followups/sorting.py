"""The orders in which lists of open follow-ups come, and how a page of each is found.

What a list holds is sorted where it is little. Of more, the first ones of each group are read from an index
in their order: of a priority, a kind, a person, a lead or client; group after group, until a page is full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from followup_common.db.tables import Time, follow_up_kinds, follow_ups, subjects, users
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
    values,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op

from followup_api.fields import as_read
from followup_api.pagination import PageCondition, in_text

f, u, s, k = follow_ups.c, users.c, subjects.c, follow_up_kinds.c

FEW = 5_000
"""So many are sorted at most."""


class FollowUpSort(StrEnum):
    """In which order open follow-ups come."""

    DUE = "due"
    DUE_LAST = "-due"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"
    SUBJECT = "subject"
    KIND = "kind"
    CHANGED = "changed"
    CHANGED_LAST = "-changed"


Order = Sequence[ColumnElement[Any]]
Found = Callable[[Select[*tuple[Any, ...]]], Select[*tuple[Any, ...]]]
"""Narrows a query of follow-ups to what a list holds."""

PRIORITIES = ("high", "normal", "low")
_RANK: ColumnElement[int] = case({name: rank for rank, name in enumerate(PRIORITIES)}, value=f.priority)
_ABOUT_NOBODY: ColumnElement[int] = case((f.subject_id.is_(None), 1), else_=0)
_BY_DUE = (f.due_at, f.id)
ORDERS: Mapping[FollowUpSort, Order] = {
    FollowUpSort.DUE: _BY_DUE,
    FollowUpSort.DUE_LAST: (f.due_at.desc(), f.id.desc()),
    FollowUpSort.PRIORITY: (_RANK, *_BY_DUE),
    FollowUpSort.KIND: (f.kind, *_BY_DUE),
    FollowUpSort.ASSIGNEE: (as_read(u.name), u.id, *_BY_DUE),
    FollowUpSort.SUBJECT: (
        *(_ABOUT_NOBODY, func.coalesce(as_read(s.name), ""), func.coalesce(s.id, 0)),
        *_BY_DUE,
    ),
    FollowUpSort.CHANGED: (f.updated_at, f.id),
    FollowUpSort.CHANGED_LAST: (f.updated_at.desc(), f.id.desc()),
}
"""What rows of `FOLLOW_UPS` are sorted by: never null, and unique together."""
_NAMES: Mapping[FollowUpSort, tuple[FromClause, ColumnElement[bool]]] = {
    FollowUpSort.ASSIGNEE: (users, u.id == f.assignee_id),
    FollowUpSort.SUBJECT: (subjects, s.id == f.subject_id),
}
"""Which names an order goes by."""


def page_condition(sort: FollowUpSort, found: Found, people: ColumnElement[bool]) -> PageCondition:
    """A condition that only the follow-ups of a page meet.

    Args:
        sort: the order.
        found: narrows to what the list holds.
        people: SQL that holds for the users whose follow-ups it can hold.
    """
    of_many = _of_many(sort, found, people)
    if sort is FollowUpSort.DUE_LAST:
        return lambda after, limit: f.id.in_(of_many(bool(after), limit))

    def condition(after: Sequence[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[bool]:
        later = bool(after)
        some = _some(sort, found)
        number = select(func.count()).select_from(some).scalar_subquery()
        few = _sorted(some, sort, later=later).where(number <= FEW).limit(limit)
        many = select(of_many(later, limit).subquery("many").c.id).where(number > FEW)
        return f.id.in_(select(union_all(few, many).subquery("found").c.id))

    return condition


def _some(sort: FollowUpSort, found: Found) -> CTE:
    """One more than few of what the list holds, with what they are sorted by."""
    keys = (key.label(f"key_{n}") for n, (key, _) in enumerate(map(_direction, ORDERS[sort])))
    statement = select(f.id, *keys).select_from(follow_ups)
    if sort in _NAMES:
        statement = statement.join(*_NAMES[sort], isouter=sort is FollowUpSort.SUBJECT)
    return found(statement).order_by(*_BY_DUE).limit(in_text(FEW + 1)).correlate(None).cte("some")


def _sorted(some: CTE, sort: FollowUpSort, *, later: bool) -> Select[int]:
    directions = [_direction(key) for key in ORDERS[sort]]
    keys = [some.c[f"key_{n}"] for n in range(len(directions))]
    descending = directions[0][1]
    statement = select(some.c.id).order_by(*(key.desc() if descending else key for key in keys))
    if not later:
        return statement
    mine = tuple_(*keys)
    bounds = tuple_(*(bindparam(f"after_{n}", type_=key.type) for n, (key, _) in enumerate(directions)))
    return statement.where(mine < bounds if descending else mine > bounds)


def _direction(key: ColumnElement[Any]) -> tuple[ColumnElement[Any], bool]:
    """The column of a key, and whether the last comes first; no order has both."""
    if isinstance(key, UnaryExpression) and key.modifier is desc_op:
        return key.element, True
    return key, False


def _of_many(sort: FollowUpSort, found: Found, people: ColumnElement[bool]) -> Callable[..., Select[int]]:
    match sort:
        case FollowUpSort.PRIORITY:
            groups = _priorities()
        case FollowUpSort.KIND:
            groups = _Groups(f.kind, k.name, (k.name,), select(k.name))
        case FollowUpSort.ASSIGNEE:
            groups = _Groups(f.assignee_id, u.id, (as_read(u.name), u.id), select(u.id).where(people))
        case FollowUpSort.SUBJECT:
            return partial(_by_subject, found)
        case _:
            return partial(_along, found, sort)
    return lambda later, limit: select(_first(found, groups, limit, later=later).c.id)


def _along(found: Found, sort: FollowUpSort, later: bool, limit: ColumnElement[int]) -> Select[int]:
    """Along the index of the order."""
    order = ORDERS[sort]
    statement = found(select(f.id)).order_by(*order).limit(limit).correlate(None)
    if not later:
        return statement
    (first, descending), (last, _) = map(_direction, order)
    bounds = tuple_(bindparam("after_0", type_=Time), bindparam("after_1", type_=BigInteger()))
    mine = tuple_(first, last)
    return statement.where(mine < bounds if descending else mine > bounds)


class _Groups(NamedTuple):
    """Groups of follow-ups, each of which has an index order of its own: by due time and id.

    Args:
        of: the column of follow-ups that names its group.
        name: the same of the group.
        keys: by what the groups are sorted.
        rows: of the groups.
        place: of the first key in a cursor.
    """

    of: ColumnElement[Any]
    name: ColumnElement[Any]
    keys: Order
    rows: Select[*tuple[Any, ...]]
    place: int = 0

    @property
    def reached(self) -> list[ColumnElement[Any]]:
        """The keys of the group in which a cursor is."""
        return [bindparam(f"after_{n}", type_=key.type) for n, key in enumerate(self.keys, self.place)]

    @property
    def behind(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """The due time and the id of a cursor."""
        n = self.place + len(self.keys)
        return bindparam(f"after_{n}", type_=Time), bindparam(f"after_{n + 1}", type_=BigInteger())


def _priorities() -> _Groups:
    rows = values(column("rank", Integer()), column("name", Text()), name="priorities")
    each = rows.data(list(enumerate(PRIORITIES)))
    return _Groups(f.priority, each.c.name, (each.c.rank,), select(each.c.name))


def _first(
    found: Found,
    groups: _Groups,
    limit: ColumnElement[int],
    *,
    later: bool,
    only: Sequence[ColumnElement[bool]] = (),
) -> FromClause:
    """The first ones, with their keys; `later`: behind a cursor."""
    keyed = groups.rows.add_columns(*(key.label(f"key_{n}") for n, key in enumerate(groups.keys)))
    each = keyed.with_only_columns(groups.name.label("name"), *keyed.selected_columns[1:]).where(*only)
    if later:
        each = each.where(tuple_(*groups.keys) >= tuple_(*groups.reached))
    group = each.correlate(None).subquery("groups")
    keys = [group.c[f"key_{n}"] for n in range(len(groups.keys))]
    own = found(select(f.id, f.due_at)).where(groups.of == group.c.name)
    if later:
        here = and_(*(key == at for key, at in zip(keys, groups.reached, strict=True)))
        own = own.where(tuple_(*_BY_DUE) > tuple_(*_from(here, groups.behind)))
    nearest = own.order_by(*_BY_DUE).limit(limit).correlate(group).lateral("nearest")
    merged = select(nearest.c.id, *keys, nearest.c.due_at).select_from(group.join(nearest, true()))
    return merged.order_by(*keys, nearest.c.due_at, nearest.c.id).limit(limit).subquery("first")


def _from(here: ColumnElement[bool], behind: Order) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Where a group goes on: behind the cursor if that is in it, else at its beginning."""
    due, id_ = behind
    return case((here, due), else_=cast(literal("-infinity"), Time)), case((here, id_), else_=0)


def _by_subject(found: Found, later: bool, limit: ColumnElement[int]) -> Select[int]:
    """Those about somebody by name, then those about nobody."""
    named = _Groups(f.subject_id, s.id, (as_read(s.name), s.id), select(s.id), place=1)
    about_somebody = bindparam("after_0", type_=Integer()) == 0
    first = _first(found, named, limit, later=later, only=[about_somebody] if later else ())
    others = found(select(f.id, f.due_at)).where(f.subject_id.is_(None))
    if later:
        others = others.where(tuple_(*_BY_DUE) > tuple_(*_from(~about_somebody, named.behind)))
    last = others.order_by(*_BY_DUE).limit(limit).correlate(None).subquery("last")
    both = union_all(
        select(first.c.id, literal(0).label("part"), first.c.key_0, first.c.key_1, first.c.due_at),
        select(last.c.id, literal(1), literal(""), literal(0), last.c.due_at),
    ).subquery("both")
    order = (both.c.part, both.c.key_0, both.c.key_1, both.c.due_at, both.c.id)
    return select(both.c.id).order_by(*order).limit(limit)
