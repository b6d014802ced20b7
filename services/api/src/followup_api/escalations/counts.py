"""How many escalations are open, in all and by reporting line, from their index."""

from __future__ import annotations

from collections.abc import Sequence

from followup_common.db import Transaction
from followup_common.db.tables import escalations, follow_ups, policy_versions, users
from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from followup_api.escalations.lines import Person, by_line
from followup_api.escalations.queries import IS_ESCALATED
from followup_api.escalations.schemas import EscalationCounts
from followup_api.followups.scopes import Scope
from followup_api.followups.searches import Search, looked_up

f, u, e, pv = follow_ups.c, users.c, escalations.c, policy_versions.c


def counts(tx: Transaction, scope: Scope, search: str | None, top: int | None) -> EscalationCounts:
    """Count the open escalations that a list with the same filters shows.

    Args:
        tx: where to count.
        scope: whose.
        search: only those in which this is found.
        top: the person whose direct reports are told apart; None: those who report to nobody.
    """
    words = looked_up(tx, search)
    found = by_line(_people(tx, scope, words), top)
    return EscalationCounts(
        manager=sum(line.manager for line in found.lines) + found.others.manager,
        admin=sum(line.admin for line in found.lines) + found.others.admin,
        unroutable=unroutable(tx, scope, words),
        below=found.below,
        by_line=found.lines,
        others=found.others,
    )


def unroutable(tx: Transaction, scope: Scope, search: Search | None = None) -> int:
    """Steps of open follow-ups that wait until somebody can be told."""
    waiting = (
        select(func.count())
        .select_from(escalations)
        .join(follow_ups, and_(f.id == e.follow_up_id, f.due_version == e.due_version, f.is_open))
        .where(e.status == literal_column("'unroutable'"), scope.condition())
    )
    if search:
        waiting = search.narrowed(waiting)
    return int(tx.execute(waiting).scalar_one())


def _people(tx: Transaction, scope: Scope, search: Search | None) -> Sequence[Person]:
    """Everyone who has open escalations, and everyone above them."""
    own = _own(scope, search)
    line = select(u.id, u.manager_id).where(u.id.in_(select(own.c.assignee_id))).cte("line", recursive=True)
    line = line.union(select(u.id, u.manager_id).join(line, u.id == line.c.manager_id))  # ends in a cycle
    reports = users.alias("reports")
    statement = (
        select(
            *(u.id, u.name, u.manager_id),
            select(reports.c.id).where(reports.c.manager_id == u.id).exists().label("has_reports"),
            *(func.coalesce(own.c[level], 0).label(level) for level in ("manager", "admin")),
        )
        .select_from(line)
        .join(users, u.id == line.c.id)
        .join(own, own.c.assignee_id == u.id, isouter=True)
    )
    return [Person(*row) for row in tx.execute(statement)]


def _own(scope: Scope, search: Search | None) -> CTE:
    """Each person's own, by level. Steps are looked up a few times rather than once a row."""
    grouped = (
        select(f.policy_version_id, f.level, f.assignee_id, func.count().label("number"))
        .select_from(follow_ups)
        .where(*IS_ESCALATED, scope.condition())
        .group_by(f.policy_version_id, f.level, f.assignee_id)
    )
    if search:
        grouped = search.narrowed(grouped)
    each = grouped.subquery()
    step = pv.steps.op("->", return_type=JSONB())(each.c.level - 1)
    breach = func.coalesce(step.op("->>", return_type=Text())("sla_breach").cast(Boolean), False)
    return (
        select(
            each.c.assignee_id, _sum(each.c.number, ~breach, "manager"), _sum(each.c.number, breach, "admin")
        )
        .join(policy_versions, pv.id == each.c.policy_version_id)
        .group_by(each.c.assignee_id)
        .cte("own")
    )


def _sum(number: ColumnElement[int], condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return cast(func.sum(case((condition, number), else_=0)), BigInteger).label(name)
