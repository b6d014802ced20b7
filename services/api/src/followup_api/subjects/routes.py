"""Leads and clients."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.etags import IfMatch
from followup_api.followups.activity_schemas import StoryEntry
from followup_api.followups.scopes import scope_of
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.subjects import queries, service, story
from followup_api.subjects.owners import check_owner
from followup_api.subjects.problems import SubjectStale, SubjectTaken
from followup_api.subjects.schemas import (
    Subject,
    SubjectChange,
    SubjectCreate,
    SubjectDetails,
    SubjectPatch,
    SubjectQuery,
)
from followup_api.subjects.shown import details
from followup_api.subjects.survivors import survivor_of
from followup_api.unit_of_work import Work

router = api_router(prefix="/subjects", tags=["Subjects"])

Reader = Annotated[Caller, require(Permission.SUBJECTS_READ)]
Planner = Annotated[Caller, require(Permission.FOLLOW_UPS_WRITE)]
Writer = Annotated[Caller, require(Permission.SUBJECTS_WRITE)]


@router.get("", summary="List leads and clients")
def list_subjects(work: Work, caller: Reader, query: Annotated[SubjectQuery, Query()]) -> Page[Subject]:
    """Leads and clients by name, with the number of open follow-ups that you may see on each."""
    return Page[Subject].of(queries.page(work.tx, query, scope_of(work.tx, caller)))


@router.post("", summary="Add a lead or client", status_code=201, responses=documented(409))
def create_subject(
    work: Work, caller: Planner, body: SubjectCreate, response: Response, _once: Idempotent
) -> SubjectDetails:
    """Add a lead or client."""
    check_owner(work.tx, body.owner_id, scope_of(work.tx, caller))
    subject_id = service.add(work.tx, body)
    if subject_id is None:
        raise SubjectTaken(body.kind, body.external_id)
    response.headers["Location"] = f"/api/v1/subjects/{subject_id}"
    return _tagged(details(work.tx, caller, subject_id), response)


@router.get("/{subject_id}", summary="Read a lead or client", responses=documented(404))
def get_subject(work: Work, caller: Reader, subject_id: PathId, response: Response) -> SubjectDetails:
    """One lead or client with the follow-ups on it that you may see. Where it was merged into another one,
    the answer is that one, with its own id."""
    return _tagged(details(work.tx, caller, survivor_of(work.tx, subject_id)), response)


@router.patch("/{subject_id}", summary="Change a lead or client", responses=documented(404, 409, 412))
def edit_subject(
    work: Work, caller: Writer, subject_id: PathId, body: SubjectPatch, *, tags: IfMatch, response: Response
) -> SubjectDetails:
    """Change a lead or client for all who have follow-ups on it. Its history keeps what it was before."""
    subject_id = survivor_of(work.tx, subject_id)
    check_owner(work.tx, body.changes().get("owner_id"), scope_of(work.tx, caller))
    edited = service.edit(work.tx, subject_id, body, tags, caller.user_id)
    current = details(work.tx, caller, subject_id)
    if not edited:
        raise SubjectStale(current)
    return _tagged(current, response)


@router.get("/{subject_id}/changes", summary="List what was changed about it", responses=documented(404))
def list_subject_changes(
    work: Work, caller: Reader, subject_id: PathId, query: Annotated[PageQuery, Query()]
) -> Page[SubjectChange]:
    """What was changed about a lead or client and those merged into it, newest first: who did it, and each
    field from what to what."""
    subject_id = survivor_of(work.tx, subject_id)
    details(work.tx, caller, subject_id)
    return queries.history(work.tx, subject_id, query)


@router.get(
    "/{subject_id}/activities", summary="List a lead's or client's history", responses=documented(404)
)
def list_subject_activities(
    work: Work, caller: Reader, subject_id: PathId, query: Annotated[PageQuery, Query()]
) -> Page[StoryEntry]:
    """What happened to all follow-ups on it that you may see, newest first: outcomes, notes, calls, and who
    was told what."""
    subject_id = survivor_of(work.tx, subject_id)
    details(work.tx, caller, subject_id)
    return story.page(work.tx, subject_id, scope_of(work.tx, caller), query, caller.time_zone)


def _tagged(subject: SubjectDetails, response: Response) -> SubjectDetails:
    response.headers["ETag"] = subject.etag
    return subject
