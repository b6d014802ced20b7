"""Sequences that were started on a lead or client."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.audit import Audit
from followup_api.enrolments import queries, service
from followup_api.enrolments.schemas import Enrolment, EnrolmentQuery, EnrolmentStart
from followup_api.etags import IfMatch
from followup_api.followups.scopes import scope_of
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/enrolments", tags=["Sequences"])

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.FOLLOW_UPS_WRITE)]


@router.get("", summary="List sequences that were started")
def list_enrolments(work: Work, caller: Reader, query: Annotated[EnrolmentQuery, Query()]) -> Page[Enrolment]:
    """The newest first: those whose follow-ups are yours, or of somebody below you."""
    return queries.page(work.tx, scope_of(work.tx, caller), query)


@router.post("", summary="Start a sequence", status_code=201, responses=documented(409))
def start_sequence(
    work: Work, caller: Writer, body: EnrolmentStart, *, response: Response, _once: Idempotent
) -> Enrolment:
    """On a lead or client. The follow-ups up to the first step that waits are planned at once; those after it
    when none of them is open any more. One sequence goes on once for each lead or client."""
    started = service.start(work.tx, caller, body)
    response.headers["Location"] = f"/api/v1/enrolments/{started.id}"
    return _tagged(started, response)


@router.get("/{enrolment_id}", summary="Read a sequence that was started", responses=documented(404))
def get_enrolment(work: Work, caller: Reader, enrolment_id: PathId, response: Response) -> Enrolment:
    """What it did, and what it will do."""
    return _tagged(queries.get(work.tx, enrolment_id, scope_of(work.tx, caller)), response)


@router.post("/{enrolment_id}/stop", summary="Stop a sequence", responses=documented(404, 412))
def stop_sequence(
    work: Work,
    caller: Writer,
    enrolment_id: PathId,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Enrolment:
    """Nothing comes of it any more. Those of its follow-ups that are open and that you see are deleted,
    if you may delete follow-ups, and can be restored for 30 days; else they stay. One that has ended stays
    so."""
    return _tagged(service.stop(work.tx, caller, audit, enrolment_id, tags=tags), response)


def _tagged(enrolment: Enrolment, response: Response) -> Enrolment:
    response.headers["ETag"] = enrolment.etag
    return enrolment
