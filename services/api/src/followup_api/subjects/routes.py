"""Leads and clients."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.dependencies import Work
from followup_api.followups.scopes import scope_of
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import Conflict, NotFound, documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.subjects import queries
from followup_api.subjects.schemas import Subject, SubjectCreate, SubjectDetails, SubjectQuery

router = api_router(prefix="/subjects", tags=["Subjects"])

Reader = Annotated[Caller, require(Permission.SUBJECTS_READ)]
Writer = Annotated[Caller, require(Permission.FOLLOW_UPS_WRITE)]


class SubjectTaken(Conflict):
    """Another lead or client of this kind has the external id."""

    def __init__(self, kind: str, external_id: str | None) -> None:
        message = f"external_id {external_id!r} belongs to another {kind}: use that one, or choose another."
        super().__init__(message, errors=[("external_id", message)])


class SubjectNotFound(NotFound):
    """There is no lead or client with this id."""

    def __init__(self, subject_id: int) -> None:
        super().__init__(f"There is no lead or client {subject_id}.")


@router.get("", summary="List leads and clients")
def list_subjects(work: Work, caller: Reader, query: Annotated[SubjectQuery, Query()]) -> Page[Subject]:
    """Leads and clients by name, with the number of open follow-ups that you may see on each."""
    rows = queries.page(work.tx, query, scope_of(work.tx, caller))
    items = [Subject.model_validate(row) for row in rows.rows]
    return Page[Subject](items=items, next_cursor=rows.next_cursor)


@router.post("", summary="Add a lead or client", status_code=201, responses=documented(409))
def create_subject(work: Work, caller: Writer, body: SubjectCreate, response: Response) -> SubjectDetails:
    """Add a lead or client."""
    subject_id = queries.add(work.tx, body)
    if subject_id is None:
        raise SubjectTaken(body.kind, body.external_id)
    response.headers["Location"] = f"/api/v1/subjects/{subject_id}"
    return _details(work, caller, subject_id)


@router.get("/{subject_id}", summary="Read a lead or client", responses=documented(404))
def get_subject(work: Work, caller: Reader, subject_id: PathId) -> SubjectDetails:
    """One lead or client with the follow-ups on it that you may see."""
    return _details(work, caller, subject_id)


def _details(work: Work, caller: Caller, subject_id: int) -> SubjectDetails:
    scope = scope_of(work.tx, caller)
    row = queries.find(work.tx, subject_id, scope)
    if row is None:
        raise SubjectNotFound(subject_id)
    found = queries.follow_ups_of(work.tx, subject_id, scope)
    return SubjectDetails.model_validate({**row._mapping, "follow_ups": found})
