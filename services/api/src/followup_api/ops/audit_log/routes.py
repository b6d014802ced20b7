"""The audit log, for admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query

from followup_api.ops.audit_log import queries
from followup_api.ops.audit_log.schemas import AuditEntry, AuditQuery
from followup_api.ops.audit_log.sentences import summary
from followup_api.pagination import Page
from followup_api.permissions import Permission, require
from followup_api.routing import api_router
from followup_api.rows import Record
from followup_api.unit_of_work import Work

router = api_router(prefix="/ops/audit-log", tags=["Operations"], dependencies=[require(Permission.OPS)])


@router.get("", summary="Read the audit log")
def list_audit_log(work: Work, query: Annotated[AuditQuery, Query()]) -> Page[AuditEntry]:
    """Who did what, from where and when, as sentences too; newest first.

    Nobody can change or delete entries here.
    """
    found = queries.page(work.tx, query)
    names = queries.names(work.tx, found.rows)
    return Page[AuditEntry].of(found, (_entry(row, names) for row in found.rows))


def _entry(row: Record, names: Mapping[int, str]) -> AuditEntry:
    said = summary(row.action, row.actor_id, row.target, row.details, names)
    return AuditEntry(
        id=row.id,
        at=row.at,
        action=row.action,
        summary=said,
        actor_id=row.actor_id,
        target=row.target,
        address=row.address,
        request_id=row.request_id,
        details=row.details,
    )
