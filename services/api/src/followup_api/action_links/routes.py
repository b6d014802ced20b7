"""Links in mails: GET shows what one would do, POST does it. They need no log-in and no JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from followup_api.action_links import pages, service
from followup_api.action_links.service import Done, Reason, Stale
from followup_api.audit import Audit
from followup_api.dependencies import App
from followup_api.permissions import Permission, require
from followup_api.problems import Invalid, Problem
from followup_api.routing import Route
from followup_api.unit_of_work import WRITES, Work

PREFIX = "/a"
MOST_FIELDS = 10
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

router = APIRouter(
    prefix=PREFIX, route_class=Route, include_in_schema=False, dependencies=[require(Permission.PUBLIC)]
)


async def fields(request: Request) -> Mapping[str, str]:
    """What was filled into the form; fields that were left empty are not there."""
    try:
        text = (await request.body()).decode()
        return {name: value.strip() for name, value in parse_qsl(text, max_num_fields=MOST_FIELDS)}
    except ValueError:
        raise Invalid("body", "body must be what the form of the link sends, in UTF-8.") from None


@router.get("/{token}", dependencies=[WRITES])
def look_at_link(token: str, request: Request, *, app: App, work: Work) -> HTMLResponse:
    """What the link would do, and as whom. A guess that fails is counted, nothing else is written."""
    try:
        found = service.look(request, app, work, token)
    except Problem as problem:
        return refused(problem)
    if isinstance(found, Stale):
        return page(pages.stale(found), _status(found))
    return page(pages.ready(found))


@router.post("/{token}")
def act_by_link(
    token: str,
    request: Request,
    given: Annotated[Mapping[str, str], Depends(fields)],
    *,
    app: App,
    audit: Audit,
) -> HTMLResponse:
    """Do what the link says, once."""
    try:
        outcome = service.act(request, app, audit, token, given)
    except Problem as problem:
        return refused(problem)
    match outcome:
        case Stale():
            return page(pages.stale(outcome), _status(outcome))
        case Done():
            return page(pages.done(outcome))
    again = pages.ready(outcome.ready, problem=outcome.problem, given=given)
    return page(again, outcome.problem.status)


def _status(stale: Stale) -> int:
    return 404 if stale.reason is Reason.UNKNOWN else 410


def refused(problem: Problem) -> HTMLResponse:
    """Why nothing was looked at."""
    return page(pages.refused(problem), problem.status, problem.headers)


def page(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page of a link, which nobody keeps."""
    return HTMLResponse(text, status, {**HEADERS, **(headers or {})})
