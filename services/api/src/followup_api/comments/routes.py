"""Comments on follow-ups."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.audit import Action, Audit
from followup_api.comments import queries, service
from followup_api.comments.schemas import Comment, CommentInput, MentionablePeople, MentionableQuery
from followup_api.followups.queries import get
from followup_api.followups.scopes import scope_of
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/follow-ups/{follow_up_id}", tags=["Comments"])

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.FOLLOW_UPS_WRITE)]


@router.get("/comments", summary="List comments", responses=documented(404))
def list_comments(
    work: Work, caller: Reader, follow_up_id: PathId, query: Annotated[PageQuery, Query()]
) -> Page[Comment]:
    """What people said about a follow-up, newest first. The history has it too, among all that happened."""
    get(work.tx, follow_up_id, scope_of(work.tx, caller), reader=caller.user_id)
    return queries.page(work.tx, follow_up_id, query)


@router.post("/comments", summary="Comment on a follow-up", status_code=201, responses=documented(404, 409))
def write_comment(
    *,
    work: Work,
    caller: Writer,
    follow_up_id: PathId,
    body: CommentInput,
    response: Response,
    _once: Idempotent,
) -> Comment:
    """Say something about a follow-up that you may see, open or completed. Those whom you mention are told,
    in their inbox and as their rules say; so is the assignee, in their inbox. Nobody is told of their own."""
    comment_id = service.write(work.tx, caller, follow_up_id, body.body)
    response.headers["Location"] = f"/api/v1/follow-ups/{follow_up_id}/comments/{comment_id}"
    return queries.get(work.tx, follow_up_id, comment_id)


@router.get("/comments/{comment_id}", summary="Read a comment", responses=documented(404))
def get_comment(work: Work, caller: Reader, follow_up_id: PathId, comment_id: PathId) -> Comment:
    """One comment; of one that was deleted, that it was."""
    get(work.tx, follow_up_id, scope_of(work.tx, caller), reader=caller.user_id)
    return queries.get(work.tx, follow_up_id, comment_id)


@router.patch("/comments/{comment_id}", summary="Change a comment", responses=documented(404, 409))
def edit_comment(
    work: Work, caller: Writer, follow_up_id: PathId, comment_id: PathId, body: CommentInput
) -> Comment:
    """Change what you said, for 24 hours; the comment says that you did. Only who is mentioned now and was
    not before is told."""
    service.edit(work.tx, caller, follow_up_id, comment_id, body.body)
    return queries.get(work.tx, follow_up_id, comment_id)


@router.delete(
    "/comments/{comment_id}", summary="Delete a comment", status_code=204, responses=documented(404)
)
def delete_comment(
    work: Work, caller: Writer, follow_up_id: PathId, comment_id: PathId, audit: Audit
) -> None:
    """Delete a comment of yours; as an admin anybody's. Its text is gone, and what people were told of it;
    that there was one stays in the history. Deleting it again changes nothing."""
    if gone := service.delete(work.tx, caller, follow_up_id, comment_id):
        target = f"follow-ups/{follow_up_id}"
        audit(Action.COMMENT_DELETED, target, comment_id=comment_id, author_id=gone.author_id)


@router.get("/mentionable", summary="List whom one can mention", responses=documented(404))
def list_mentionable(
    work: Work, caller: Reader, follow_up_id: PathId, query: Annotated[MentionableQuery, Query()]
) -> MentionablePeople:
    """People who may see a follow-up, but you: its assignee and those above them first, then by name."""
    get(work.tx, follow_up_id, scope_of(work.tx, caller), reader=caller.user_id)
    found = queries.mentionable(work.tx, follow_up_id, caller.user_id, query)
    return MentionablePeople(items=list(found))
