"""What operators need: dead letters, the self-audit, the audit log."""

from __future__ import annotations

from fastapi import APIRouter

from followup_api.ops.audit_log.routes import router as audit_log
from followup_api.ops.dead_letters.routes import router as dead_letters
from followup_api.ops.self_audit.routes import router as self_audit

router = APIRouter()
for part in (self_audit, dead_letters, audit_log):
    router.include_router(part)
