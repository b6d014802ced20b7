"""Reading follow-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import Time, escalation_states, follow_ups, policy_versions, subjects, users
from followup_common.policy import Severity
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from followup_api.etags import tag_of
from followup_api.followups import sorting
from followup_api.followups.ahead import List, top_n_ahead
from followup_api.followups.facts import VALUE, FactFilters, conditions
from followup_api.followups.held import HELD, NOTHING, WAITS_UNTIL, held
from followup_api.followups.problems import FollowUpNotFound
from followup_api.followups.progress_filters import ProgressFilters, before_due, progress_conditions
from followup_api.followups.schemas import FollowUp, View
from followup_api.followups.scopes import CONDITIONS, NAMED, READER, Scope, ScopeSize, standing_in
from followup_api.followups.searches import Search
from followup_api.followups.sorting import FollowUpSort
from followup_api.followups.top_n import top_n_found, top_n_of_assignees
from followup_api.followups.working_overdue import working_overdue
from followup_api.ids import among
from followup_api.pagination import PagedQuery, PageQuery, Rows, paginate
from followup_api.rows import Record

f, u, s, pv, es = follow_ups.c, users.c, subjects.c, policy_versions.c, escalation_states.c

# Cut, not rounded: 47.996 hours must not read as a bound that has not been reached.
HOURS = "trunc((extract(epoch FROM now() - follow_ups.due_at) / 3600)::numeric, 2)::float8"
"""SQL of how long an open one is overdue."""
TAG = tag_of(follow_ups)


def _definition(step: ColumnElement[int]) -> ColumnElement[Any]:
    """`steps -> -1` would be the last step: step 0 must not get there."""
    return case((step > 0, pv.steps.op("->", return_type=JSONB())(step - 1)))


def tells_others(step: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL: whether a step tells others than the assignee; joined with its policy version."""
    audience = _definition(step).op("->", return_type=JSONB())("audience")
    return func.coalesce(audience != literal_column("""'["assignee"]'::jsonb"""), False)


def _needs_note(step: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL: whether a step, or one before it, asks for a note of who completes the follow-up."""
    requires: ColumnElement[Any] = literal_column(
        """'$[0 to $last].require ? (@ == "closing_note")'::jsonpath"""
    )
    return func.jsonb_path_exists(
        pv.steps, requires, func.jsonb_build_object("last", step - 1), type_=Boolean()
    )


NEEDS_NOTE: ColumnElement[bool] = (
    select(escalation_states.c.follow_up_id)
    .join(policy_versions, pv.id == es.policy_version_id)
    .where(es.follow_up_id == f.id, _needs_note(es.step))
    .correlate(follow_ups)
    .exists()
)
"""SQL: whether nobody may complete a follow-up without a note."""
_BREACH = es.severity.is_not_distinct_from(literal_column(f"'{Severity.BREACH}'"))
_STATUS = case((f.is_open, literal_column("'open'")), else_=literal_column("'completed'"))
_IS_OVERDUE = and_(f.is_open, f.due_at < func.now())
_OWN: tuple[ColumnElement[Any], ...] = (
    *(f.id, f.external_id, f.title, f.notes, f.due_at, _STATUS.label("status"), f.completed_at),
    *(es.step.label("level"), es.severity, es.wake_at.label("next_step_at")),
    *(f.version, TAG.label("etag"), f.created_at, f.updated_at),
    *(f.kind, f.priority, f.tags, VALUE.label("value"), f.outcome),
    *(f.moved, func.coalesce(f.first_due_at, f.due_at).label("first_due_at"), f.series_id),
    tells_others(es.step).label("escalated"),
    case((_IS_OVERDUE, literal_column(HOURS, Float)), else_=0.0).label("hours_overdue"),
    _definition(es.step).op("->>", return_type=Text())("label").label("level_label"),
    _BREACH.label("sla_breach"),
    and_(f.is_open, _needs_note(es.step)).label("note_required"),
)
_ASSIGNEE = (u.id, u.name, u.email, u.active)
_SUBJECT = (s.id, s.kind, s.external_id, s.name, s.url, s.phone, s.email)
_NAMES = [[column.name for column in part] for part in (_OWN, _ASSIGNEE, _SUBJECT)]
POLICY_CALENDAR = pv.calendar_id.label("policy_calendar_id")
COLUMNS = (
    *_OWN,
    *(column.label(f"assignee_{column.name}") for column in _ASSIGNEE),
    *(column.label(f"subject_{column.name}") for column in _SUBJECT),
    POLICY_CALENDAR,
    *(HELD, es.run, WAITS_UNTIL),
)
MAY_CHANGE = "may_change"
"""The column of queries of `FOLLOW_UPS` that may find what a caller may only read; without it, the caller may
change all that is found."""
FOLLOW_UPS: Select[*tuple[Any, ...]] = (
    select(*COLUMNS)
    .select_from(follow_ups)
    .join(users, u.id == f.assignee_id)
    .join(escalation_states, es.follow_up_id == f.id)
    .join(policy_versions, pv.id == es.policy_version_id)
    .join(subjects, s.id == f.subject_id, isouter=True)
)
"""Every column that `shown` reads; narrow, order and extend it."""


TIME_ZONE = bindparam("time_zone", type_=Text())
FEW_PEOPLE = 20
"""So many have few enough follow-ups: looking for theirs among everyone's would take longer."""
EARLY = 1_000
"""Common words are looked for among so many of a list first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of follow-ups is narrowed to."""

    scope: Scope
    time_zone: str
    subject_id: int | None = None
    search: Search | None = None
    facts: FactFilters | None = None
    progress: ProgressFilters | None = None
    told: ColumnElement[bool] | None = None
    due: tuple[ColumnElement[bool], ...] = ()
    about: tuple[ColumnElement[bool], ...] = ()
    beyond: ColumnElement[bool] | None = None
    """What else is in sight, beside the scope."""
    changeable: ColumnElement[bool] | None = None
    """What of that the caller may change; None: all of it."""

    def in_sight(self, *, in_text: bool = False) -> ColumnElement[bool]:
        """SQL of the scope, and what is in sight beside it; `in_text` as `among` has it."""
        in_scope = self.scope.condition(in_text=in_text)
        return in_scope if self.beyond is None else in_scope | self.beyond

    @property
    def shown(self) -> Select[*tuple[Any, ...]]:
        """The query of the rows to show."""
        if self.changeable is None:
            return FOLLOW_UPS
        return FOLLOW_UPS.add_columns(self.changeable.label(MAY_CHANGE))

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """SQL of what holds beside the scope, the view and the search."""
        return [*self.due, *self.asked]

    @property
    def asked(self) -> list[ColumnElement[bool]]:
        """SQL of the same, but for when they are due."""
        subject = [] if self.subject_id is None else [f.subject_id == self.subject_id]
        facts = conditions(self.facts) if self.facts else ()
        told = [] if self.told is None else [self.told]
        progress = progress_conditions(self.progress) if self.progress else ()
        return [*told, *subject, *self.about, *facts, *progress]


def get(
    tx: Transaction, follow_up_id: int, scope: Scope, *, reader: int | None = None, acts: bool = False
) -> FollowUp:
    """One follow-up.

    Args:
        tx: the request's transaction.
        follow_up_id: which one.
        scope: whose follow-ups the caller may see.
        reader: the caller: what a policy told them by name or role, or in place of somebody who is away, is
            in their sight too.
        acts: whether they want to change it: then only the latter is, as long as the other one is away.

    Raises:
        FollowUpNotFound: there is none, or it is out of the caller's sight.
    """
    values = {"follow_up_id": follow_up_id, "reader": reader, **scope.values()}
    row = tx.execute(_finding(scope.size, acts=acts), values).one_or_none()
    if row is None:
        raise FollowUpNotFound(follow_up_id)
    return follow_ups_of(tx, [row])[0]


@cache
def _finding(size: ScopeSize, *, acts: bool) -> Select[*tuple[Any, ...]]:
    wanted = f.id == bindparam("follow_up_id", type_=BigInteger())
    changeable = CONDITIONS[size] | standing_in(READER)
    if acts:
        return FOLLOW_UPS.where(wanted, changeable)
    return FOLLOW_UPS.add_columns(changeable.label(MAY_CHANGE)).where(wanted, CONDITIONS[size] | NAMED)


def page(
    tx: Transaction, view: View, filters: Filters, query: PageQuery, sort: FollowUpSort | None = None
) -> Rows:
    """Follow-ups of a view: open ones most overdue first or as `sort` says, completed ones and `all` newest
    first."""
    if sort in (None, FollowUpSort.DUE, FollowUpSort.DUE_LAST):
        return _by_time(tx, view, filters, query, sort)
    people = filters.scope.condition(u.id, in_text=True) if filters.beyond is None else true()
    shown, wide = _list(view, filters, sort), _is_wide(filters)
    condition = sorting.page_condition(sort, shown, people, wide=wide)
    return paginate(tx, filters.shown, sorting.ORDERS[sort], query, condition)


def _by_time(
    tx: Transaction, view: View, filters: Filters, query: PageQuery, sort: FollowUpSort | None
) -> Rows:
    """A page in the order of the view or, of open ones, by due time from either end."""
    last = sort is FollowUpSort.DUE_LAST
    order = sorting.ORDERS[FollowUpSort.DUE_LAST] if last else _order(view)
    search = filters.search
    if not last and search and search.is_wide and not filters.conditions and filters.beyond is None:
        rows = _found_early(tx, view, filters, search, query)
        if rows is not None:
            return rows
    if last or search or filters.conditions:
        if view not in (View.COMPLETED, View.ALL) and _is_wide(filters):
            return paginate(tx, filters.shown, order, query, top_n_ahead(_list(view, filters), order))
        ids = narrowed(select(f.id), view, filters, in_text=last)
        return paginate(tx, filters.shown, order, query, top_n_found(ids, order))
    paged = _paged(view, filters.scope.size)
    return paged.page(tx, query, time_zone=filters.time_zone, **filters.scope.values())


def _found_early(
    tx: Transaction, view: View, filters: Filters, search: Search, query: PageQuery
) -> Rows | None:
    """The page, if common words are as common at the beginning of the list: left to itself, PostgreSQL would
    read all texts. None: it ends further down."""
    values = {"time_zone": filters.time_zone, **filters.scope.values()}
    some = query.model_copy(update={"limit": EARLY})
    first = _paged(view, filters.scope.size, ids_alone=True).page(tx, some, **values)
    wanted_ids = among(f.id, [row.id for row in first.rows])
    order = _order(view)
    found = top_n_found(search.in_few().narrowed(select(f.id).where(wanted_ids)), order)
    rows = paginate(tx, filters.shown, order, query, found)
    return rows if rows.next_cursor or not first.next_cursor else None


@cache
def _paged(view: View, size: ScopeSize, *, ids_alone: bool = False) -> PagedQuery:
    columns: Select[*tuple[Any, ...]] = select(f.id) if ids_alone else FOLLOW_UPS
    order, in_view, in_scope = _order(view), _in_view(view, TIME_ZONE), CONDITIONS[size]
    if size is ScopeSize.SEVERAL and view is not View.ALL:
        return PagedQuery(columns, order, top_n_of_assignees([in_view], order))
    if size is ScopeSize.ONE and view is View.ALL:
        found = select(f.id).where(_by_both_indexes(in_scope))
        return PagedQuery(columns, order, top_n_found(found, order))
    return PagedQuery(columns.where(in_scope, in_view), order)


def stream(
    tx: Transaction, view: View, filters: Filters, sort: FollowUpSort | None = None
) -> Iterator[Record]:
    """The rows of `FOLLOW_UPS` in a view, in its order or another one, a thousand at a time."""
    order = _order(view) if sort is None else sorting.ORDERS[sort]
    statement = narrowed(FOLLOW_UPS, view, filters).order_by(*order)
    yield from tx.execute(statement, execution_options={"yield_per": 1_000})


def narrowed(
    statement: Select[*tuple[Any, ...]], view: View, filters: Filters, *, in_text: bool = False
) -> Select[*tuple[Any, ...]]:
    """A query of follow-ups, narrowed to those of a view that the filters leave; `in_text` as `among` has."""
    return _asked(_listed(statement, view, filters, in_text=in_text), filters)


def _listed(
    statement: Select[*tuple[Any, ...]], view: View, filters: Filters, *, in_text: bool
) -> Select[*tuple[Any, ...]]:
    """The same, by no more than whose they are and when they are due."""
    in_scope = filters.in_sight(in_text=in_text)
    if view is View.ALL and filters.scope.user_ids is not None:
        in_scope = _by_both_indexes(in_scope)
    shown = _in_view(view, literal(filters.time_zone))
    return statement.where(*not_due(view, filters), *filters.due, in_scope, shown)


def not_due(view: View, filters: Filters) -> list[ColumnElement[bool]]:
    """SQL of what holds besides of the open follow-ups of a view that are not due yet."""
    early = [*before_due(filters.progress)] if filters.progress else []
    if view in (View.TODAY, View.UPCOMING):
        return early
    return [or_(f.due_at <= func.now(), *early)] if early and view is View.OPEN else []


def _list(view: View, filters: Filters, sort: FollowUpSort | None = None) -> List:
    """What a page is looked for in."""
    search = filters.search
    of_few = replace(filters, search=search.in_few()) if search else filters
    return List(
        found=lambda statement: narrowed(statement, view, filters, in_text=True),
        listed=lambda statement: _in_index(statement, view, filters, sort),
        asked=(lambda statement: _asked(statement, of_few)) if search or filters.asked else None,
    )


def _in_index(
    statement: Select[*tuple[Any, ...]], view: View, filters: Filters, sort: FollowUpSort | None
) -> Select[*tuple[Any, ...]]:
    """As far as the index of an order tells."""
    facts = filters.facts or FactFilters()
    match sort:
        case FollowUpSort.ASSIGNEE if filters.beyond is None:
            filters = replace(filters, scope=Scope(None))  # they are asked for one by one
        case FollowUpSort.KIND if facts.kind is not None:
            kind = literal(facts.kind, literal_execute=True)
            statement = statement.where(
                f.kind.between(kind, kind)
            )  # of what is equal it would lose the order
        case FollowUpSort.PRIORITY:
            statement = statement.where(*conditions(FactFilters(priority=facts.priority)))
    return _listed(statement, view, filters, in_text=True)


def _is_wide(filters: Filters) -> bool:
    """Whether a list can hold so many that a page comes early in the order of all."""
    few = filters.scope.user_ids is not None and len(filters.scope.user_ids) <= FEW_PEOPLE
    rare = filters.search and filters.search.among is not None
    narrow = (filters.told, filters.subject_id, filters.beyond)
    return not few and not rare and all(each is None for each in narrow)


def follow_ups_of(tx: Transaction, rows: Sequence[Record]) -> list[FollowUp]:
    """The follow-ups that rows of `FOLLOW_UPS` hold."""
    return [FollowUp.model_validate(values) for values in shown(tx, rows)]


def shown(tx: Transaction, rows: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """The fields of a `FollowUp` for each row of `FOLLOW_UPS`."""
    by_calendar, holding = working_overdue(tx, rows), held(tx, rows)
    asked = bool(rows) and MAY_CHANGE in rows[0]._fields
    for row in rows:
        beside = {
            "working_overdue": by_calendar.get(row.id),
            MAY_CHANGE: row.may_change if asked else True,
        }
        yield {**values_of(row), **beside, **holding.get(row.id, NOTHING)}


def values_of(row: Record) -> dict[str, Any]:
    """What a row of `FOLLOW_UPS` itself holds of a `FollowUp`, read in turn: by name takes longer."""
    columns = iter(row)
    own, assignee, subject = (dict(zip(part, columns, strict=False)) for part in _NAMES)
    about = None if subject["id"] is None else subject
    return {**own, "assignee_id": assignee["id"], "assignee": assignee, "subject": about}


def wanted(statement: Select[*tuple[Any, ...]], filters: Filters) -> Select[*tuple[Any, ...]]:
    """A query of follow-ups, narrowed to what filters leave, whatever the scope and the view."""
    return _asked(statement.where(*filters.due), filters)


def _asked(statement: Select[*tuple[Any, ...]], filters: Filters) -> Select[*tuple[Any, ...]]:
    statement = statement.where(*filters.asked)
    return filters.search.narrowed(statement) if filters.search else statement


def _by_both_indexes(in_scope: ColumnElement[bool]) -> ColumnElement[bool]:
    """Both indexes by assignee are partial: said like this, PostgreSQL can use the two of them."""
    return or_(and_(f.is_open, in_scope), and_(~f.is_open, in_scope))


def _in_view(view: View, time_zone: ColumnElement[str]) -> ColumnElement[bool]:
    match view:
        case View.COMPLETED:
            return ~f.is_open
        case View.OPEN:
            return f.is_open
        case View.ALL:
            return true()
        case _:
            return and_(f.is_open, due_in(view, end_of_local_day(time_zone)))


def due_in(view: View, end_of_today: ColumnElement[Any]) -> ColumnElement[bool]:
    """When the open follow-ups of a view are due."""
    if view is View.OVERDUE:
        return f.due_at <= func.now()
    by_then = f.due_at < end_of_today if view is View.TODAY else f.due_at >= end_of_today
    return and_(f.due_at > func.now(), by_then)


def _order(view: View) -> Sequence[ColumnElement[Any]]:
    if view is View.COMPLETED:
        return (f.completed_at.desc(), f.id.desc())
    if view is View.ALL:
        return (f.id.desc(),)
    return (f.due_at, f.id)


def end_of_local_day(time_zone: ColumnElement[str]) -> ColumnElement[Any]:
    """SQL of the next midnight of a time zone."""
    local_now = func.timezone(time_zone, func.now())
    midnight = func.date_trunc("day", local_now) + literal_column("interval '1 day'")
    return func.timezone(time_zone, midnight, type_=Time)
