"""The inbox: what one was told, and a stream that says when there is more."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Query, Request, Response
from fastapi.openapi.models import Example
from fastapi.responses import StreamingResponse

from followup_api.followups.scopes import scope_of
from followup_api.notifications import live, queries, service
from followup_api.notifications.deliveries import with_deliveries
from followup_api.notifications.messages import notifications_of
from followup_api.notifications.schemas import (
    Notification,
    NotificationQuery,
    ReadAll,
    ReadResult,
    UnreadCount,
)
from followup_api.pagination import Page
from followup_api.permissions import PERSON, Caller, Permission, refuse_another, require
from followup_api.problems import Unavailable, documented
from followup_api.routing import api_router
from followup_api.schemas import WHOLE_NUMBER, PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/notifications", tags=["Notifications"])

Recipient = Annotated[Caller, require(Permission.NOTIFICATIONS)]
Reader = Annotated[Caller, require(Permission.NOTIFICATIONS_WRITE)]

EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events until the client leaves.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'event: inbox\ndata: {"unread": 3, "newest_id": 812}\n\n',
            }
        },
    }
}


READ_ALL: dict[str, Example] = {
    "all": {"value": {}},
    "seen": {"summary": "What one has seen, and not what came since", "value": {"up_to": 812}},
}


@router.get("", summary="List one's notifications")
def list_notifications(
    work: Work, caller: Recipient, query: Annotated[NotificationQuery, Query()]
) -> Page[Notification]:
    """What you were told, newest first, and why it was you.

    Where one happening, such as a sweep, told you of several follow-ups of one severity, the list has a
    summary in their place, which is one unread notification and names up to five; `summed_up_by` lists them.

    It shows what you may see now: of a follow-up that has left your sight, only that it was handed on.
    """
    scope = scope_of(work.tx, caller)
    page = queries.page(work.tx, caller.user_id, scope, query)
    items = with_deliveries(work.tx, caller.user_id, notifications_of(work.tx, page.rows, scope))
    return Page[Notification].of(page, items)


@router.get("/unread-count", summary="Count what is unread")
def count_unread(work: Work, caller: Recipient) -> UnreadCount:
    """How many of your notifications are unread."""
    return UnreadCount(unread=queries.unread(work.tx, caller.user_id))


@router.get(
    "/stream",
    summary="Follow one's inbox live",
    response_class=StreamingResponse,
    responses={**EVENT_STREAM, **documented(409, 503)},
)
async def stream_inbox(
    request: Request,
    caller: Recipient,
    response: Response,
    person: Annotated[
        int | None,
        WHOLE_NUMBER,
        Query(description=f"In place of the header {PERSON}, which browsers do not send here."),
    ] = None,
) -> StreamingResponse:
    """Server-sent events.

    `event: inbox` says how many notifications are unread and the id of the newest one: at once, and whenever
    your inbox shows something else, be it only another title or one that has gone: then the numbers may be as
    they were. It carries no notifications, so nothing is lost or doubled when you connect again: read the
    list. Comments come every 15 seconds. The stream ends with the log-in behind it. One person
    has at most 20: the oldest ends with `event: closed`; do not connect again by yourself then.
    """
    refuse_another(person, caller.user_id)
    inboxes = live.of(request.app)
    if inboxes is None:
        raise Unavailable("Live inboxes are not running here: ask for the unread count instead.")
    headers = {**response.headers, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(inboxes.events(caller), media_type="text/event-stream", headers=headers)


@router.post("/read-all", summary="Mark all as read")
def read_all(
    work: Work, caller: Reader, body: Annotated[ReadAll | None, Body(openapi_examples=READ_ALL)] = None
) -> ReadResult:
    """Mark all your notifications as read; with `up_to`, only what you have seen."""
    return ReadResult(read=service.mark_all_read(work.tx, caller.user_id, body.up_to if body else None))


@router.post(
    "/{notification_id}/read", status_code=204, summary="Mark one as read", responses=documented(404)
)
def read_one(work: Work, caller: Reader, notification_id: PathId) -> None:
    """Mark one of your notifications as read. Doing it again changes nothing."""
    service.mark_read(work.tx, caller.user_id, notification_id)
