"""SQL of the list of open escalations, which stands on the partial index of escalated follow-ups."""

from __future__ import annotations

from functools import cache
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups, policy_versions, users
from sqlalchemy import (
    Boolean,
    SmallInteger,
    Subquery,
    Text,
    column,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from followup_api.escalations.schemas import EscalationLevel, EscalationQuery
from followup_api.followups.firsts import firsts, firsts_of_groups
from followup_api.followups.queries import FOLLOW_UPS, values_of
from followup_api.followups.scopes import CONDITIONS, Reach, Scope
from followup_api.followups.searches import looked_up
from followup_api.pagination import Listing, Rows, paginate
from followup_api.rows import Record

f, pv, managers = follow_ups.c, policy_versions.c, users.alias("managers")
IS_ESCALATED = (f.is_open, f.level >= literal_column("2"))  # as the index says it
ORDER = (f.due_at, f.id)
ESCALATED = (
    FOLLOW_UPS.add_columns(managers.c.id.label("manager_id"), managers.c.name.label("manager_name"))
    .join(managers, managers.c.id == users.c.manager_id, isouter=True)
    .where(*IS_ESCALATED)
)


def page(tx: Transaction, query: EscalationQuery, scope: Scope) -> Rows:
    """Open follow-ups that were escalated beyond their assignee, most overdue first."""
    search = looked_up(tx, query.q)
    if search:
        found = ESCALATED.where(tuple_(f.policy_version_id, f.level).in_(select(_steps(query.level))))
        return paginate(tx, search.narrowed(found.where(scope.condition())), ORDER, query)
    return _listing(query.level, scope.reach).page(tx, query, **scope.values())


def shown(row: Record) -> dict[str, Any]:
    """The fields of an `EscalatedFollowUp` that a row of `page` holds."""
    manager = {"id": row.manager_id, "name": row.manager_name}
    return {**values_of(row), "manager": manager if row.manager_id is not None else None}


@cache
def _listing(level: EscalationLevel | None, reach: Reach) -> Listing:
    steps = _steps(level)
    of_step = [f.policy_version_id == steps.c.policy_version_id, f.level == steps.c.level]
    if reach is Reach.ONE:  # of one person's own follow-ups there are few to look through
        at_step = tuple_(f.policy_version_id, f.level).in_(select(steps))
        return Listing(ESCALATED.where(CONDITIONS[reach], at_step), ORDER)
    find = firsts if reach is Reach.SEVERAL else firsts_of_groups
    return Listing(ESCALATED, ORDER, find(IS_ESCALATED, ORDER, steps, of_step))


def _steps(level: EscalationLevel | None) -> Subquery:
    """The steps beyond the assignee, or those of a level: a few, each with an index order of its own."""
    elements = func.jsonb_array_elements(pv.steps)
    step = elements.table_valued(column("definition", JSONB()), with_ordinality="number").render_derived()
    breach = func.coalesce(step.c.definition.op("->>", return_type=Text())("sla_breach").cast(Boolean), False)
    steps = select(pv.id.label("policy_version_id"), step.c.number.cast(SmallInteger).label("level"))
    steps = steps.select_from(policy_versions).join(step, true()).where(step.c.number >= 2)
    if level is not None:
        steps = steps.where(breach if level is EscalationLevel.ADMIN else ~breach)
    return steps.subquery("steps")
