"""Series: follow-ups that come again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response

from followup_api.audit import Action, Audit
from followup_api.etags import IfMatch
from followup_api.followups.scopes import scope_of
from followup_api.followups.service import Target, check_assignable
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.series import beginning, queries, service
from followup_api.series.schemas import (
    Series,
    SeriesPatch,
    SeriesPreview,
    SeriesPreviewInput,
    SeriesQuery,
    SeriesStart,
)
from followup_api.series.service import SeriesTarget
from followup_api.unit_of_work import Work

router = api_router(prefix="/series", tags=["Series"])
of_follow_ups = api_router(prefix="/follow-ups", tags=["Series"])

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.FOLLOW_UPS_WRITE)]
Deleter = Annotated[Caller, require(Permission.FOLLOW_UPS_DELETE)]


def target(work: Work, caller: Writer, series_id: PathId, tags: IfMatch) -> SeriesTarget:
    """The series that a request is about to change."""
    return SeriesTarget.of(work, caller, series_id, tags)


Targeted = Annotated[SeriesTarget, Depends(target)]


@router.get("", summary="List series")
def list_series(work: Work, caller: Reader, query: Annotated[SeriesQuery, Query()]) -> Page[Series]:
    """Follow-ups of yours, and of everyone below you, that come again; as an admin everyone's."""
    return queries.page(work.tx, scope_of(work.tx, caller), query)


@router.post("/preview", summary="Say what a rule means")
def preview_series(work: Work, caller: Reader, body: SeriesPreviewInput) -> SeriesPreview:
    """A rule in words, and the next ten times by the working days of the assignee. Nothing is stored. A rule
    after whose first date none comes is refused, and the answer says what to change."""
    assignee_id = body.assignee_id or caller.user_id
    check_assignable(work.tx, assignee_id, scope_of(work.tx, caller))
    return beginning.preview(work.tx, body.repeats, body.due_at, assignee_id)


@router.get("/{series_id}", summary="Read a series", responses=documented(404))
def get_series(work: Work, caller: Reader, series_id: PathId, response: Response) -> Series:
    """What the next one has, when it comes, and which one is open."""
    return _tagged(queries.read(work.tx, series_id, scope_of(work.tx, caller), caller.user_id), response)


@router.patch("/{series_id}", summary="Change a series", responses=documented(404, 409, 412))
def change_series(series: Targeted, body: SeriesPatch, response: Response) -> Series:
    """Change the open one and those that come after it, or all of them. To change the open one alone, change
    the follow-up. Another rule counts from the open one, which stays as it is."""
    return _tagged(service.change(series, body), response)


@router.post("/{series_id}/end", summary="End a series", responses=documented(404, 412))
def end_series(series: Targeted, response: Response) -> Series:
    """Nothing comes after the open one, which stays. One that has ended stays so."""
    return _tagged(service.end(series), response)


@router.delete(
    "/{series_id}",
    summary="Delete a series",
    status_code=204,
    responses=documented(404, 412),
)
def delete_series(work: Work, caller: Deleter, series_id: PathId, tags: IfMatch, audit: Audit) -> None:
    """End a series and delete its open follow-up, which can be restored for 30 days. Those that are completed
    stay. Who may is a setting, as for follow-ups."""
    lost = service.delete(SeriesTarget.of(work, caller, series_id, tags))
    if lost:
        audit(Action.FOLLOW_UP_DELETED, f"follow-ups/{lost.pop('id')}", **lost)


@of_follow_ups.post(
    "/{follow_up_id}/series",
    summary="Let a follow-up come again",
    status_code=201,
    responses=documented(404, 409, 412),
)
def start_series(
    work: Work,
    caller: Writer,
    follow_up_id: PathId,
    body: SeriesStart,
    *,
    tags: IfMatch,
    response: Response,
    _once: Idempotent,
) -> Series:
    """An open follow-up becomes the first of a series: when it is completed or deleted, the next one comes.
    Dates that pass while one is open are counted, and not made up for."""
    begun = service.start(Target.of(work, caller, follow_up_id, tags), body.repeats)
    response.headers["Location"] = f"/api/v1/series/{begun.id}"
    return _tagged(begun, response)


def _tagged(series: Series, response: Response) -> Series:
    response.headers["ETag"] = series.etag
    return series
