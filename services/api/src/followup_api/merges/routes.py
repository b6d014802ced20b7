"""Merging two leads or clients, and undoing that."""

from __future__ import annotations

from typing import Annotated

from followup_api.audit import Audit
from followup_api.etags import IfMatch
from followup_api.idempotency import Idempotent
from followup_api.merges import service, undoing
from followup_api.merges.schemas import SubjectMerge, SubjectMergeInput, SubjectMergeResult
from followup_api.merges.service import ChangedSince
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.subjects import shown
from followup_api.subjects.problems import SubjectStale
from followup_api.unit_of_work import Work

of_subjects = api_router(prefix="/subjects", tags=["Subjects"])
router = api_router(prefix="/subject-merges", tags=["Subjects"])

Writer = Annotated[Caller, require(Permission.SUBJECTS_WRITE)]


@of_subjects.post(
    "/{subject_id}/merge",
    summary="Merge another lead or client into it",
    responses=documented(404, 409, 412),
)
def merge_subjects(
    work: Work,
    caller: Writer,
    subject_id: PathId,
    body: SubjectMergeInput,
    *,
    tags: IfMatch,
    audit: Audit,
    _once: Idempotent,
) -> SubjectMergeResult:
    """Make two leads or clients one: follow-ups and series of the other go over, clocks run on and nobody is
    told. Whatever names the other one from now on, such as an import, finds this one. For a day it can be
    undone. Two of one kind with different external ids give 409."""
    try:
        return service.merge(work, audit, caller.user_id, subject_id, body, tags=tags)
    except ChangedSince as stale:
        raise SubjectStale(shown.details(work.tx, caller, stale.subject_id)) from None


@router.post("/{merge_id}/undo", summary="Undo a merge", responses=documented(404, 409))
def undo_merge(work: Work, caller: Writer, merge_id: PathId, *, audit: Audit) -> SubjectMerge:
    """For a day, and the latest merge of a lead or client first: both are there again as they were. What went
    over goes back where it is still there; what was added or changed by hand since stays."""
    return undoing.undo(work, audit, caller.user_id, merge_id)
