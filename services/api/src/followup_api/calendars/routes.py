"""Calendars: when work is done, and how much of it lies between two moments."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.audit import Audit
from followup_api.calendars import queries, service, working_time
from followup_api.calendars.preview import preview, preview_import
from followup_api.calendars.problems import CalendarNotFound
from followup_api.calendars.schemas import (
    Calendar,
    CalendarInput,
    CalendarPreview,
    CalendarQuery,
    IcsInput,
    WorkingTimeAnswer,
    WorkingTimeQuery,
)
from followup_api.etags import IfMatch
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/calendars", tags=["Calendars"])

Reader = Annotated[Caller, require(Permission.CALENDARS_READ)]
Writer = Annotated[Caller, require(Permission.CALENDARS_WRITE)]


@router.get("", summary="List calendars")
def list_calendars(work: Work, _caller: Reader, query: Annotated[CalendarQuery, Query()]) -> Page[Calendar]:
    """Calendars by name."""
    return queries.page(work.tx, query)


@router.post("", summary="Add a calendar", status_code=201, responses=documented(409))
def create_calendar(
    work: Work, _caller: Writer, body: CalendarInput, *, audit: Audit, response: Response, _once: Idempotent
) -> Calendar:
    """Add a calendar, and work it out for the next two years."""
    added = service.add(work.tx, audit, body)
    response.headers["Location"] = f"/api/v1/calendars/{added.id}"
    return _tagged(added, response)


@router.get("/{calendar_id}", summary="Read a calendar", responses=documented(404))
def get_calendar(work: Work, _caller: Reader, calendar_id: PathId, response: Response) -> Calendar:
    """One calendar, archived or not."""
    found = queries.find(work.tx, calendar_id)
    if found is None:
        raise CalendarNotFound(calendar_id)
    return _tagged(found, response)


@router.put("/{calendar_id}", summary="Change a calendar", responses=documented(404, 409, 412))
def replace_calendar(
    work: Work,
    _caller: Writer,
    calendar_id: PathId,
    body: CalendarInput,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Calendar:
    """Write a calendar as a whole: what the body leaves out is taken away. Makes a new version, and works it
    out again for the next two years."""
    return _tagged(service.replace(work.tx, audit, calendar_id, body, tags), response)


@router.post(
    "/{calendar_id}/preview", summary="See what a change of a calendar would do", responses=documented(404)
)
def preview_calendar(
    work: Work, _caller: Writer, calendar_id: PathId, body: CalendarInput
) -> CalendarPreview:
    """How many open follow-ups the same `PUT` would move, and which steps would come at once. Changes
    nothing."""
    return preview(work.tx, calendar_id, body)


@router.put(
    "/{calendar_id}/imported-days",
    summary="Import the days of an iCalendar file",
    responses=documented(404, 409, 412),
)
def import_days(
    work: Work,
    _caller: Writer,
    calendar_id: PathId,
    body: IcsInput,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Calendar:
    """Close a calendar on the days of a file, in place of those of the file before. Events of whole days are
    taken, once or every year, as far as they lie in the next ten years; a file with others is refused with
    their place. Makes a new version."""
    return _tagged(service.import_days(work.tx, audit, calendar_id, body.ics, tags), response)


@router.post(
    "/{calendar_id}/imported-days/preview",
    summary="See what an import of an iCalendar file would do",
    responses=documented(404),
)
def preview_imported_days(
    work: Work, _caller: Writer, calendar_id: PathId, body: IcsInput
) -> CalendarPreview:
    """How many open follow-ups the same `PUT` would move, and which steps would come at once. Changes
    nothing."""
    return preview_import(work.tx, calendar_id, body.ics)


@router.delete(
    "/{calendar_id}", summary="Archive a calendar", status_code=204, responses=documented(404, 409, 412)
)
def archive_calendar(
    work: Work, _caller: Writer, calendar_id: PathId, *, tags: IfMatch, audit: Audit
) -> None:
    """Take a calendar out of use; it can still be read. Its name is free again. 409 names who still counts by
    it."""
    service.archive(work.tx, audit, calendar_id, tags)


@router.get(
    "/{calendar_id}/working-time",
    summary="Compute working time",
    responses=documented(404),
    response_model_exclude_none=True,
)
def get_working_time(
    work: Work, _caller: Reader, calendar_id: PathId, query: Annotated[WorkingTimeQuery, Query()]
) -> WorkingTimeAnswer:
    """How much is worked from one moment `to` another; or when so much has been worked (`add`), or so many
    working days later it is (`add_days`). What falls on closing time comes at the next opening. Steps of
    policies are computed by the same functions."""
    return working_time.answer(work.tx, calendar_id, query)


def _tagged(calendar: Calendar, response: Response) -> Calendar:
    response.headers["ETag"] = calendar.etag
    return calendar
