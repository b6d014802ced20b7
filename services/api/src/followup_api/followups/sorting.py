"""The orders in which lists of open follow-ups come, and how a page of each is found.

What a list holds is sorted where it is little. Of more, the first ones of each group are read from an index
in their order: of a priority, a kind, a person, a lead or client; group after group, until a page is full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from followup_common.db.tables import Time, follow_ups, subjects, users
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
    tuple_,
    union_all,
    values,
)

from followup_api.fields import as_read
from followup_api.followups.ahead import (
    TRIED,
    TRIED_GROUPS,
    Entries,
    List,
    Order,
    asked_of,
    direction,
    each_of,
    early_page,
    entries_of,
    in_turn,
    is_full,
)
from followup_api.pagination import PageCondition, in_text

f, u, s = follow_ups.c, users.c, subjects.c

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
_ABOUT_SOMEBODY: ColumnElement[bool] = bindparam("after_0", type_=Integer()) == 0
"""Whether a cursor is among those about somebody."""
_NAMES: Mapping[FollowUpSort, tuple[FromClause, ColumnElement[bool]]] = {
    FollowUpSort.ASSIGNEE: (users, u.id == f.assignee_id),
    FollowUpSort.SUBJECT: (subjects, s.id == f.subject_id),
}
"""Which names an order goes by."""


def page_condition(
    sort: FollowUpSort, shown: List, people: ColumnElement[bool], *, wide: bool
) -> PageCondition:
    """A condition that only the follow-ups of a page meet.

    Args:
        sort: the order.
        shown: what the list holds.
        people: SQL that holds for the users whose follow-ups it can hold.
        wide: whether it can hold so many that the page comes early in the index of the order.
    """

    groups = _groups(sort, people)
    last = direction(ORDERS[sort][0])[1]

    def condition(after: Sequence[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[bool]:
        later = bool(after)
        early = None
        if wide:
            entries = (
                _entries(shown, groups, later=later) if groups else entries_of(shown, ORDERS[sort], after)
            )
            early = early_page(shown, entries, limit, last=last)
        some = _some(sort, shown, [] if early is None else [~is_full(early, limit)])
        number = select(func.count()).select_from(some).scalar_subquery()
        few = _sorted(some, sort, later=later).where(number <= FEW).limit(limit)
        many = _of_many(sort, shown, groups, after, limit).subquery("many")
        found = [few, select(many.c.id).where(number > FEW)]
        if early is not None:
            found.append(select(early.c.id).where(is_full(early, limit)))
        return f.id.in_(select(union_all(*found).subquery("found").c.id))

    return condition


def _some(sort: FollowUpSort, shown: List, missed: Sequence[ColumnElement[bool]]) -> CTE:
    """One more than few of what the list holds, with what they are sorted by; nothing unless the page was
    `missed` otherwise."""
    keys = (key.label(f"key_{n}") for n, (key, _) in enumerate(map(direction, ORDERS[sort])))
    statement = select(f.id, *keys).select_from(follow_ups)
    if sort in _NAMES:
        statement = statement.join(*_NAMES[sort], isouter=sort is FollowUpSort.SUBJECT)
    some = shown.found(statement).order_by(*_BY_DUE).limit(in_text(FEW + 1)).correlate(None).subquery()
    return select(some).where(*missed).cte("some")


def _sorted(some: CTE, sort: FollowUpSort, *, later: bool) -> Select[int]:
    directions = [direction(key) for key in ORDERS[sort]]
    keys = [some.c[f"key_{n}"] for n in range(len(directions))]
    descending = directions[0][1]
    statement = select(some.c.id).order_by(*(key.desc() if descending else key for key in keys))
    if not later:
        return statement
    mine = tuple_(*keys)
    bounds = tuple_(*(bindparam(f"after_{n}", type_=key.type) for n, (key, _) in enumerate(directions)))
    return statement.where(mine < bounds if descending else mine > bounds)


def _of_many(
    sort: FollowUpSort,
    shown: List,
    groups: _Groups | None,
    after: Sequence[ColumnElement[bool]],
    limit: ColumnElement[int],
) -> Select[*tuple[Any, ...]]:
    """The page, however far it is."""
    if groups is None:
        entries = entries_of(shown, ORDERS[sort], after)
        return asked_of(shown, entries, limit, last=direction(ORDERS[sort][0])[1])
    first = _first(shown, groups, limit, later=bool(after))
    if sort is not FollowUpSort.SUBJECT:
        return first
    return _with_those_about_nobody(first.subquery("first"), shown, groups, limit, later=bool(after))


def _groups(sort: FollowUpSort, people: ColumnElement[bool]) -> _Groups | None:
    """The groups of an order; None: an index has it as it is."""
    match sort:
        case FollowUpSort.PRIORITY:
            return _priorities()
        case FollowUpSort.ASSIGNEE:
            return _Groups(f.assignee_id, u.id, (as_read(u.name), u.id), select(u.id).where(people))
        case FollowUpSort.SUBJECT:
            return _Groups(f.subject_id, s.id, (as_read(s.name), s.id), select(s.id), place=1)
    return None


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


def _group(groups: _Groups, *, later: bool, most: int | None = None) -> FromClause:
    """The groups in turn; `later`: from that of a cursor on."""
    keyed = groups.rows.add_columns(*(key.label(f"key_{n}") for n, key in enumerate(groups.keys)))
    each = keyed.with_only_columns(groups.name.label("name"), *keyed.selected_columns[1:])
    if later:
        each = each.where(tuple_(*groups.keys) >= tuple_(*groups.reached))
        if groups.place:
            each = each.where(_ABOUT_SOMEBODY)
    return in_turn(each, groups.keys, most)


def _own(shown: List, groups: _Groups, group: FromClause, *, later: bool) -> Entries:
    """The entries of a group, by due time; `later`: behind a cursor."""
    own = shown.listed(select(f.id, f.due_at.label("key_0"))).where(groups.of == group.c.name)
    if later:
        keys = [group.c[f"key_{n}"] for n in range(len(groups.keys))]
        here = and_(*(key == at for key, at in zip(keys, groups.reached, strict=True)))
        own = own.where(tuple_(*_BY_DUE) > tuple_(*_from(here, groups.behind)))
    return own.order_by(*_BY_DUE).correlate(group)


def _entries(shown: List, groups: _Groups, *, later: bool) -> Entries:
    """The entries of the first groups."""
    group = _group(groups, later=later, most=TRIED_GROUPS)
    return each_of(group, _own(shown, groups, group, later=later).limit(in_text(TRIED)))


def _first(shown: List, groups: _Groups, limit: ColumnElement[int], *, later: bool) -> Entries:
    """The first ones of all groups, with their keys."""
    group = _group(groups, later=later)
    own = asked_of(shown, _own(shown, groups, group, later=later), limit)
    return each_of(group, own).limit(limit)


def _from(here: ColumnElement[bool], behind: Order) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Where a group goes on: behind the cursor if that is in it, else at its beginning."""
    due, id_ = behind
    return case((here, due), else_=cast(literal("-infinity"), Time)), case((here, id_), else_=0)


def _with_those_about_nobody(
    first: FromClause, shown: List, named: _Groups, limit: ColumnElement[int], *, later: bool
) -> Select[int]:
    """Those about somebody by name, then those about nobody."""
    others = shown.found(select(f.id, f.due_at)).where(f.subject_id.is_(None))
    if later:
        others = others.where(tuple_(*_BY_DUE) > tuple_(*_from(~_ABOUT_SOMEBODY, named.behind)))
    last = others.order_by(*_BY_DUE).limit(limit).correlate(None).subquery("last")
    both = union_all(
        select(first.c.id, literal(0).label("part"), first.c.key_0, first.c.key_1, first.c.key_2),
        select(last.c.id, literal(1), literal(""), literal(0), last.c.due_at),
    ).subquery("both")
    order = (both.c.part, both.c.key_0, both.c.key_1, both.c.key_2, both.c.id)
    return select(both.c.id).order_by(*order).limit(limit)
