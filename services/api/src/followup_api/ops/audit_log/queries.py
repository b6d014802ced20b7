"""SQL of the audit log."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import audit_log
from sqlalchemy import select

from followup_api.ops.audit_log.schemas import AuditQuery
from followup_api.pagination import Rows, paginate

c = audit_log.c


def page(tx: Transaction, query: AuditQuery) -> Rows:
    """Entries, newest first."""
    wanted = {c.action: query.action, c.actor_id: query.actor_id, c.target: query.target or None}
    conditions = (column == value for column, value in wanted.items() if value is not None)
    return paginate(tx, select(audit_log).where(*conditions), (c.id.desc(),), query)
