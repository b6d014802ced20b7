"""SQL of the audit log: each filter has an index in the order of the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from followup_common.db import Transaction
from followup_common.db.tables import audit_log, users
from sqlalchemy import ColumnElement, and_, select, union_all

from followup_api.audit import Action
from followup_api.ops.audit_log.kinds import actions_of
from followup_api.ops.audit_log.schemas import AuditQuery
from followup_api.ops.audit_log.sentences import people_in
from followup_api.pagination import PageCondition, Rows, paginate
from followup_api.rows import Record

c = audit_log.c
ORDER = (c.at.desc(), c.id.desc())


def page(tx: Transaction, query: AuditQuery) -> Rows:
    """Entries, newest first."""
    wanted = {c.action: query.action, c.actor_id: query.actor_id, c.target: query.target or None}
    conditions = [column == value for column, value in wanted.items() if value is not None]
    if query.since:
        conditions.append(c.at >= query.since)
    if query.until:
        conditions.append(c.at < query.until)
    entries = select(audit_log).where(*conditions)
    parts = _parts(query)
    return paginate(tx, entries, ORDER, query, _merged(parts, conditions) if parts else None)


def names(tx: Transaction, entries: Iterable[Record]) -> Mapping[int, str]:
    """The names of all who are in entries, by their ids."""
    ids = {id_ for row in entries for id_ in people_in(row.actor_id, row.target, row.details)}
    rows = tx.execute(select(users.c.id, users.c.name).where(users.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _parts(query: AuditQuery) -> list[ColumnElement[bool]]:
    """What kind and person ask for, as parts that have an index order each and no entry in common."""
    actions: Sequence[Action] = actions_of(query.kind) if query.kind else ()
    if query.person_id is None:
        return [c.action == action for action in actions]
    theirs, about = c.actor_id == query.person_id, c.target == f"users/{query.person_id}"
    of_kind = [c.action.in_(actions)] if actions else []
    return [and_(theirs, *of_kind), and_(about, c.actor_id.is_distinct_from(query.person_id), *of_kind)]


def _merged(parts: Sequence[ColumnElement[bool]], conditions: Sequence[ColumnElement[bool]]) -> PageCondition:
    """The first of all parts from the first of each, so that no part is read to its end and sorted."""

    def condition(after: Sequence[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[bool]:
        top_n = (
            select(c.id, c.at).where(part, *conditions, *after).order_by(*ORDER).limit(limit)
            for part in parts
        )
        merged = union_all(*top_n).subquery()
        return c.id.in_(select(merged.c.id).order_by(merged.c.at.desc(), merged.c.id.desc()).limit(limit))

    return condition
