"""The escalation dashboard, for managers and admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from followup_api.dependencies import Work
from followup_api.escalations import queries
from followup_api.escalations.schemas import EscalatedFollowUp, EscalationQuery, EscalationSummary
from followup_api.followups.scopes import narrowed_scope, scope_of
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require

router = APIRouter(prefix="/escalations", tags=["Escalations"])

Overseer = Annotated[Caller, require(Permission.ESCALATIONS_READ)]


@router.get("", summary="List open escalations")
def list_escalations(
    work: Work, caller: Overseer, query: Annotated[EscalationQuery, Query()]
) -> Page[EscalatedFollowUp]:
    """Open follow-ups that were escalated beyond their assignee, most overdue first.

    A manager sees those of their reports at any depth, and their own; an admin sees all.
    """
    return queries.page(work.tx, query, narrowed_scope(work.tx, caller, query.assignee))


@router.get("/summary", summary="Sum up open escalations")
def summarize_escalations(work: Work, caller: Overseer) -> EscalationSummary:
    """Open escalations by level, team, age and day, as far as you may see them."""
    scope = scope_of(work.tx, caller)
    teams = queries.by_team(work.tx, scope)
    return EscalationSummary(
        manager=sum(team.manager_level for team in teams),
        admin=sum(team.admin_level for team in teams),
        unroutable=queries.unroutable(work.tx) if caller.role == "admin" else 0,
        by_team=teams,
        age=queries.by_age(work.tx, scope),
        over_time=list(queries.over_time(work.tx, scope, caller.time_zone)),
    )
