"""Absences: one's own, and those of everyone below one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.absences import queries, service
from followup_api.absences.schemas import Absence, AbsenceChanges, AbsenceInput, AbsenceQuery, AwayToday
from followup_api.audit import Audit
from followup_api.etags import IfMatch
from followup_api.followups.scopes import scope_of
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/absences", tags=["Absences"])

Reader = Annotated[Caller, require(Permission.ABSENCES_READ)]
Writer = Annotated[Caller, require(Permission.ABSENCES_WRITE)]


@router.get("", summary="List absences")
def list_absences(work: Work, caller: Reader, query: Annotated[AbsenceQuery, Query()]) -> Page[Absence]:
    """Your own absences and those of everyone below you, as an admin everyone's; the newest first."""
    return queries.page(work.tx, scope_of(work.tx, caller), query)


@router.post("", summary="Plan an absence", status_code=201, responses=documented(409))
def plan_absence(
    work: Work, caller: Writer, body: AbsenceInput, *, audit: Audit, response: Response, _once: Idempotent
) -> Absence:
    """Plan an absence of your own, or of somebody below you; as an admin of anyone. Days are those of that
    person's own time zone. While it lasts, the substitute is told in their place; without one, the next one
    up the line. Clocks of follow-ups run on."""
    added = service.plan(work.tx, audit, caller.user_id, scope_of(work.tx, caller), body)
    response.headers["Location"] = f"/api/v1/absences/{added.id}"
    return _tagged(added, response)


@router.get("/today", summary="List who is away now")
def list_away(work: Work, _caller: Reader) -> AwayToday:
    """Everybody who is away now, until when, and who stands in: for anyone who gives work to somebody."""
    return AwayToday(items=queries.away_now(work.tx))


@router.get("/{absence_id}", summary="Read an absence", responses=documented(404))
def get_absence(work: Work, caller: Reader, absence_id: PathId, response: Response) -> Absence:
    """One absence of yours, or of somebody below you."""
    return _tagged(queries.shown(queries.get(work.tx, absence_id, scope_of(work.tx, caller))), response)


@router.patch("/{absence_id}", summary="Change an absence", responses=documented(404, 409, 412))
def change_absence(
    work: Work,
    caller: Writer,
    absence_id: PathId,
    body: AbsenceChanges,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Absence:
    """Change an absence that is not over. Whom it concerns stays."""
    changed = service.change(work.tx, audit, absence_id, scope_of(work.tx, caller), body, tags=tags)
    return _tagged(changed, response)


@router.delete(
    "/{absence_id}",
    summary="End or take back an absence",
    status_code=204,
    responses=documented(404, 409, 412),
)
def end_absence(work: Work, caller: Writer, absence_id: PathId, *, tags: IfMatch, audit: Audit) -> None:
    """One that has begun ends now: its person is back, and finds one notification of what came meanwhile. One
    that is to come is taken back."""
    service.end(work.tx, audit, absence_id, scope_of(work.tx, caller), tags)


def _tagged(absence: Absence, response: Response) -> Absence:
    response.headers["ETag"] = absence.etag
    return absence
