"""Handing over the open work of a person, for good or for a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from followup_api.audit import Audit
from followup_api.followups.scopes import scope_of
from followup_api.handovers import queries, service
from followup_api.handovers.schemas import HandOver, HandOverInput, HandOverQuery, HandOverResult
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

of_people = api_router(prefix="/users", tags=["Hand-overs"])
router = api_router(prefix="/hand-overs", tags=["Hand-overs"])

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.FOLLOW_UPS_WRITE)]


@of_people.post(
    "/{user_id}/hand-over", summary="Hand over somebody's open work", responses=documented(404, 409)
)
def hand_over_work(
    work: Work, caller: Writer, user_id: PathId, body: HandOverInput, *, audit: Audit
) -> HandOverResult:
    """Give the open follow-ups of somebody whose follow-ups you may see to somebody else. Count first
    (`dry_run`), then send the count as `expected`: 409 says that it has changed. Clocks run on. Everyone
    concerned is told once, of all of it. For a day it can be undone."""
    scope = scope_of(work.tx, caller)
    return service.hand_over(work, audit, caller.user_id, scope, user_id, body=body)


@router.get("", summary="List hand-overs")
def list_hand_overs(work: Work, caller: Reader, query: Annotated[HandOverQuery, Query()]) -> Page[HandOver]:
    """Hand-overs of the work of those whose follow-ups you may see, the newest first."""
    return queries.page(work.tx, scope_of(work.tx, caller), query)


@router.post("/{hand_over_id}/undo", summary="Undo a hand-over", responses=documented(404, 409))
def undo_hand_over(work: Work, caller: Writer, hand_over_id: PathId, *, audit: Audit) -> HandOver:
    """For a day: what is open and was not changed since goes back to whom it came from. Who had heard of the
    hand-over is told so, once; you are not."""
    return service.undo(work, audit, caller.user_id, scope_of(work.tx, caller), hand_over_id)
