"""The audit log, for admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from followup_api.dependencies import Work
from followup_api.ops.audit_log import queries
from followup_api.ops.audit_log.schemas import AuditEntry, AuditQuery
from followup_api.pagination import Page
from followup_api.permissions import Permission, require
from followup_api.routing import api_router

router = api_router(prefix="/ops/audit-log", tags=["Operations"], dependencies=[require(Permission.OPS)])


@router.get("", summary="Read the audit log")
def list_audit_log(work: Work, query: Annotated[AuditQuery, Query()]) -> Page[AuditEntry]:
    """Who did what, from where and when; newest first. Nobody can change or delete entries here."""
    found = queries.page(work.tx, query)
    return Page(items=[AuditEntry.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)
