"""Whether everything goes its way: what the database says about it, and the fix."""

from __future__ import annotations

from sqlalchemy import func, select

from followup_api.dependencies import App
from followup_api.ops.self_audit import queries
from followup_api.ops.self_audit.schemas import Check, Finding, SelfAudit
from followup_api.permissions import Permission, require
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/ops/self-audit", tags=["Operations"], dependencies=[require(Permission.OPS)])


@router.get("", summary="Look for what does not go its way")
def read_self_audit(app: App, work: Work) -> SelfAudit:
    """Steps that nobody recorded, events and sweeps that wait too long, dead letters, escalations that
    found nobody; each with what it means and the fix. The same counts are metrics for Prometheus."""
    findings = []
    for check in Check:
        count = queries.count(work.tx, check, app.settings.late_after)
        findings.append(
            Finding(
                check=check,
                count=count,
                or_more=count == queries.COUNT_AT_MOST,
                means=queries.EXPLANATIONS[check].means,
                fix=queries.EXPLANATIONS[check].fix,
                examples=queries.examples(work.tx, check, app.settings.late_after) if count else [],
            )
        )
    return SelfAudit(
        checked_at=work.tx.execute(select(func.now())).scalar_one(),
        healthy=not any(finding.count for finding in findings),
        findings=findings,
    )
