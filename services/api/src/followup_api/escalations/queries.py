"""SQL of the list of open escalations, which is based on the partial index of escalated follow-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import escalation_states, follow_ups, users
from followup_common.policy import Severity
from sqlalchemy import ColumnElement, FromClause, Text, any_, column, func, literal_column, select

from followup_api.escalations.filters import narrowed_by
from followup_api.escalations.schemas import EscalationLevel, EscalationQuery
from followup_api.followups import queries as followups
from followup_api.followups.queries import FOLLOW_UPS
from followup_api.followups.scopes import ASSIGNEE, Scope, ScopeSize
from followup_api.followups.searches import looked_up
from followup_api.followups.top_n import top_n_found, top_n_of_assignees, top_n_of_groups
from followup_api.pagination import PagedQuery, Rows, paginate
from followup_api.rows import Record

es, managers = escalation_states.c, users.alias("managers")
OF_SEVERITY: dict[str, ColumnElement[str]] = {
    severity.value: literal_column(f"'{severity}'") for severity in (Severity.ESCALATED, Severity.BREACH)
}
"""SQL of the severities of what is escalated beyond its assignee, as the indexes say it."""
IS_ESCALATED = (es.is_open, es.severity.in_(OF_SEVERITY.values()))
ORDER = (es.anchor_at, es.follow_up_id)
ESCALATED = (
    FOLLOW_UPS.add_columns(managers.c.id.label("manager_id"), managers.c.name.label("manager_name"))
    .join(managers, managers.c.id == users.c.manager_id, isouter=True)
    .where(*IS_ESCALATED)
)


def page(tx: Transaction, query: EscalationQuery, scope: Scope) -> Rows:
    """Open follow-ups that were escalated beyond their assignee, most overdue first."""
    search = looked_up(tx, query.q, scope)
    narrowed = narrowed_by(query)
    if search or narrowed:
        wanted = [scope.condition(es.assignee_id), *narrowed]
        if query.level:
            wanted.append(es.severity == OF_SEVERITY[query.level.severity])
    if search:
        found = ESCALATED.where(*wanted)
        if search.one_by_one:
            own = select(es.follow_up_id).where(*IS_ESCALATED, *wanted).correlate(None)
            found = found.where(follow_ups.c.id == any_(func.array(own.scalar_subquery())))
        return paginate(tx, search.narrowed(found), ORDER, query)
    if narrowed:
        ids = select(es.follow_up_id).where(*IS_ESCALATED, *wanted)
        return paginate(tx, ESCALATED, ORDER, query, top_n_found(ids, ORDER))
    return _paged(query.level, scope.size).page(tx, query, **scope.values())


def shown(tx: Transaction, rows: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """The fields of an `EscalatedFollowUp` for each row of `page`."""
    for row, values in zip(rows, followups.shown(tx, rows), strict=True):
        manager = {"id": row.manager_id, "name": row.manager_name}
        yield {**values, "manager": manager if row.manager_id is not None else None}


@cache
def _paged(level: EscalationLevel | None, size: ScopeSize) -> PagedQuery:
    severities = _severities(level)
    of_severity = [es.severity == severities.c.severity]
    theirs = [es.assignee_id == ASSIGNEE] if size is ScopeSize.ONE else []
    top_n = top_n_of_assignees if size is ScopeSize.SEVERAL else top_n_of_groups
    return PagedQuery(ESCALATED, ORDER, top_n((*IS_ESCALATED, *theirs), ORDER, severities, of_severity))


def _severities(level: EscalationLevel | None) -> FromClause:
    """Those of a level, or both, each of which has an index order of its own."""
    words = ", ".join(f"'{word}'" for word in ([level.severity.value] if level else OF_SEVERITY))
    listed = func.unnest(literal_column(f"ARRAY[{words}]"))
    return listed.table_valued(column("severity", Text()), name="severities").render_derived()
