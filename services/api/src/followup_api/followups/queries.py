"""Reading follow-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import Time, follow_ups, policy_versions, subjects, users
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from followup_api.fields import contains
from followup_api.followups.schemas import FollowUp, FollowUpCounts, View
from followup_api.followups.scopes import Scope
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.rows import Record

f, u, s, pv = follow_ups.c, users.c, subjects.c, policy_versions.c

# Cut, not rounded: 47.996 hours must not read as a bound that has not been reached.
_HOURS = "trunc((extract(epoch FROM now() - follow_ups.due_at) / 3600)::numeric, 2)::float8"
# `steps -> -1` would be the last step: level 0 must not get there.
_STEP = case((f.level > 0, pv.steps.op("->", return_type=JSONB())(f.level - 1)))
_SLA_BREACH = func.coalesce(_STEP.op("->>", return_type=Text())("sla_breach").cast(Boolean), False)
COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(f.id, f.external_id, f.title, f.notes, f.due_at, f.is_open, f.completed_at, f.assignee_id),
    *(f.level, f.next_step_at, f.version, f.created_at, f.updated_at),
    case((and_(f.is_open, f.due_at < func.now()), literal_column(_HOURS, Float)), else_=0.0).label(
        "hours_overdue"
    ),
    _STEP.op("->>", return_type=Text())("label").label("level_label"),
    _SLA_BREACH.label("sla_breach"),
    *(u.name.label("assignee_name"), u.email.label("assignee_email"), u.active.label("assignee_active")),
    *(column.label(f"subject_{column.name}") for column in (s.id, s.kind, s.external_id, s.name, s.url)),
)
FOLLOW_UPS: Select[*tuple[Any, ...]] = (
    select(*COLUMNS)
    .select_from(follow_ups)
    .join(users, u.id == f.assignee_id)
    .join(policy_versions, pv.id == f.policy_version_id)
    .join(subjects, s.id == f.subject_id, isouter=True)
)
"""Every column that `follow_up` reads; narrow, order and extend it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of follow-ups is narrowed to."""

    scope: Scope
    time_zone: str
    subject_id: int | None = None
    search: str | None = None


def find(tx: Transaction, follow_up_id: int, scope: Scope) -> FollowUp | None:
    """One follow-up, unless it is out of the caller's sight."""
    row = tx.execute(FOLLOW_UPS.where(f.id == follow_up_id, scope.condition())).one_or_none()
    return follow_up(row) if row else None


def page(tx: Transaction, view: View, filters: Filters, query: PageQuery) -> Page[FollowUp]:
    """Follow-ups of a view: open ones most overdue first, completed ones and `all` newest first."""
    rows = paginate(tx, FOLLOW_UPS.where(*_conditions(view, filters)), _order(view), query)
    return Page[FollowUp](items=[follow_up(row) for row in rows.rows], next_cursor=rows.next_cursor)


def stream(tx: Transaction, view: View, filters: Filters) -> Iterator[Record]:
    """The rows of `FOLLOW_UPS` in a view, in its order, a thousand at a time."""
    statement = FOLLOW_UPS.where(*_conditions(view, filters)).order_by(*_order(view))
    yield from tx.execute(statement, execution_options={"yield_per": 1_000})


def counts(tx: Transaction, filters: Filters) -> FollowUpCounts:
    """How many open follow-ups each view holds, in one statement."""
    views = (View.OVERDUE, View.TODAY, View.UPCOMING)
    numbers = [func.count().filter(_in_view(view, filters.time_zone)).label(view) for view in views]
    statement = select(*numbers).select_from(follow_ups).where(f.is_open, filters.scope.condition())
    if filters.search:
        statement = statement.join(subjects, s.id == f.subject_id, isouter=True)
    row = tx.execute(statement.where(*_narrowing(filters))).one()
    return FollowUpCounts(overdue=row.overdue, today=row.today, upcoming=row.upcoming)


def follow_up(row: Record) -> FollowUp:
    """The follow-up that a row of `FOLLOW_UPS` holds."""
    return FollowUp.model_validate(values_of(row))


def values_of(row: Record) -> dict[str, Any]:
    """The fields of a `FollowUp` that a row of `FOLLOW_UPS` holds."""
    values = dict(row._mapping)
    subject = {name: values.pop(f"subject_{name}") for name in ("id", "kind", "external_id", "name", "url")}
    assignee = {name: values.pop(f"assignee_{name}") for name in ("name", "email", "active")}
    return {
        **{name: value for name, value in values.items() if name in FollowUp.model_fields},
        "status": "open" if row.is_open else "completed",
        "assignee": {"id": row.assignee_id, **assignee},
        "subject": subject if subject["id"] is not None else None,
    }


def searched(search: str) -> ColumnElement[bool]:
    """SQL that finds a text in the title, the subject's name or an external id."""
    return or_(*(contains(column, search) for column in (f.title, f.external_id, s.name, s.external_id)))


def _conditions(view: View, filters: Filters) -> list[ColumnElement[bool]]:
    in_scope = filters.scope.condition()
    if view is View.ALL and filters.scope.user_ids is not None:
        # Both indexes by assignee are partial: said like this, PostgreSQL can use the two of them.
        in_scope = or_(and_(f.is_open, in_scope), and_(~f.is_open, in_scope))
    return [in_scope, _in_view(view, filters.time_zone), *_narrowing(filters)]


def _in_view(view: View, time_zone: str) -> ColumnElement[bool]:
    match view:
        case View.OVERDUE:
            return and_(f.is_open, f.due_at <= func.now())
        case View.TODAY:
            return and_(f.is_open, f.due_at > func.now(), f.due_at < _end_of_local_day(time_zone))
        case View.UPCOMING:
            return and_(f.is_open, f.due_at > func.now(), f.due_at >= _end_of_local_day(time_zone))
        case View.COMPLETED:
            return ~f.is_open
        case View.ALL:
            return true()


def _narrowing(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = []
    if filters.subject_id is not None:
        conditions.append(f.subject_id == filters.subject_id)
    if filters.search:
        conditions.append(searched(filters.search))
    return conditions


def _order(view: View) -> Sequence[ColumnElement[Any]]:
    if view is View.COMPLETED:
        return (f.completed_at.desc(), f.id.desc())
    if view is View.ALL:
        return (f.id.desc(),)
    return (f.due_at, f.id)


def _end_of_local_day(time_zone: str) -> ColumnElement[Any]:
    local_now = func.timezone(time_zone, func.now())
    midnight = func.date_trunc("day", local_now) + literal_column("interval '1 day'")
    return func.timezone(time_zone, midnight, type_=Time)
