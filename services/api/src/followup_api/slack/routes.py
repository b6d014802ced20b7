"""Where Slack says what people do with messages. Nothing here asks Slack: the dispatcher changes messages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from followup_api.audit import Audit
from followup_api.dependencies import App
from followup_api.permissions import Permission, require
from followup_api.routing import Route
from followup_api.slack import service
from followup_api.slack.schemas import interaction

router = APIRouter(
    prefix="/slack",
    route_class=Route,
    include_in_schema=False,
    dependencies=[require(Permission.PUBLIC)],
)


async def raw(request: Request) -> bytes:
    """The body as it came, which is what is signed."""
    return await request.body()


@router.post("/interactivity")
def take_click(request: Request, body: Annotated[bytes, Depends(raw)], *, app: App, audit: Audit) -> Response:
    """Do what somebody has clicked. An empty answer says that it has come, as Slack wants it in 3 seconds."""
    problem = service.check(request, app, audit, body)
    if problem is not None:
        return problem.response()
    service.click(request, app, audit, interaction(body))
    return Response()
