"""The escalation dashboard, for managers, admins and everyone with reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from followup_common.policy import Severity

from followup_api.escalations import queries
from followup_api.escalations.counts import counts, narrowing_to, unroutable
from followup_api.escalations.lines import top_of
from followup_api.escalations.schemas import (
    EscalatedFollowUp,
    EscalationCountQuery,
    EscalationCounts,
    EscalationFilters,
    EscalationQuery,
    EscalationSummary,
)
from followup_api.escalations.summary import summary
from followup_api.followups.scopes import narrowed_scope
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/escalations", tags=["Escalations"])

Overseer = Annotated[Caller, require(Permission.ESCALATIONS_READ)]


@router.get("", summary="List open escalations")
def list_escalations(
    work: Work, caller: Overseer, query: Annotated[EscalationQuery, Query()]
) -> Page[EscalatedFollowUp]:
    """Open follow-ups that were escalated beyond their assignee, most overdue first.

    You see your own and those of everyone below you, at any depth; an admin sees all. It takes
    reports, or the role manager or admin.
    """
    page = queries.page(work.tx, query, narrowed_scope(work.tx, caller, query.assignee))
    return Page[EscalatedFollowUp].of(page, queries.shown(work.tx, page.rows))


@router.get("/counts", summary="Count open escalations")
def count_escalations(
    work: Work, caller: Overseer, query: Annotated[EscalationCountQuery, Query()]
) -> EscalationCounts:
    """As many as the list with the same filters shows, in all and by reporting line."""
    scope = narrowed_scope(work.tx, caller, query.assignee)
    return counts(work.tx, scope, query, top_of(caller, query.assignee), quick=query.quick)


@router.get("/summary", summary="Sum up open escalations")
def summarize_escalations(
    work: Work, caller: Overseer, query: Annotated[EscalationFilters, Query()]
) -> EscalationSummary:
    """Open escalations by level, team, age and day, as far as you may see them: those that the list with the
    same filters shows."""
    scope = narrowed_scope(work.tx, caller, query.assignee)
    narrowing = narrowing_to(work.tx, scope, query)
    found = summary(work.tx, scope, caller.time_zone, narrowing)
    return EscalationSummary(
        manager=found.of(Severity.ESCALATED),
        admin=found.of(Severity.BREACH),
        unroutable=unroutable(work.tx, scope, narrowing),
        by_team=found.by_team(),
        age=found.by_age(),
        over_time=found.days,
    )
