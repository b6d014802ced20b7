"""Sweeps: asking for one, and watching it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.audit import Audit
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.sweeps import queries, service
from followup_api.sweeps.schemas import Sweep, SweepProgress
from followup_api.unit_of_work import Work

router = api_router(prefix="/sweeps", tags=["Sweeps"])

ADMIN = require(Permission.SWEEPS)


@router.post("", summary="Ask for an escalation run", status_code=202)
def request_sweep(
    work: Work, audit: Audit, caller: Annotated[Caller, ADMIN], response: Response, _once: Idempotent
) -> Sweep:
    """Ask for an escalation run (a sweep) now; the answer is the run as it waits for its turn."""
    row = service.request_sweep(work, audit, "manual", requested_by=caller.user_id)
    response.headers["Location"] = f"/api/v1/sweeps/{row.id}"
    return Sweep.model_validate(row)


@router.get("", summary="List escalation runs", dependencies=[ADMIN])
def list_sweeps(work: Work, query: Annotated[PageQuery, Query()]) -> Page[Sweep]:
    """Escalation runs, newest first."""
    return Page[Sweep].of(queries.page(work.tx, query))


@router.get("/{sweep_id}", summary="Read an escalation run", dependencies=[ADMIN], responses=documented(404))
def get_sweep(work: Work, sweep_id: PathId) -> SweepProgress:
    """One escalation run and how far it is."""
    return SweepProgress.model_validate(queries.get(work.tx, sweep_id))
