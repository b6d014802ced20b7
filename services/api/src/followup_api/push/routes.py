"""The browsers in which one is told, by web push."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request

from followup_api.audit import Audit
from followup_api.auth.browser import name_of
from followup_api.auth.proof import require_proof
from followup_api.dependencies import App
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.push import queries, service
from followup_api.push.schemas import Browser, Browsers, NewBrowser
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/me/browsers", tags=["Session"])

Self = Annotated[Caller, require(Permission.SELF)]
Writer = Annotated[Caller, require(Permission.SELF_WRITE)]
LoggedInWriter = Annotated[Caller, require(Permission.SELF_WRITE, session=True)]


@router.get("", summary="List the browsers in which one is told")
def list_my_browsers(app: App, work: Work, caller: Self) -> Browsers:
    """By web push, and the key to subscribe with."""
    key = queries.public_key(work.tx) if app.settings.secrets_key else None
    found = queries.browsers_of(work.tx, caller.user_id)
    return Browsers(public_key=key, items=[Browser(**row._mapping) for row in found])


@router.post("", status_code=201, summary="Be told in this browser", responses=documented(409, 503))
def add_my_browser(
    new: NewBrowser, request: Request, *, app: App, work: Work, audit: Audit, caller: LoggedInWriter
) -> Browser:
    """What the inbox says is pushed there as well, encrypted for it alone. A browser is one person's: anyone
    who was told in it before is not any more. Needs a log-in, not a token."""
    require_proof(caller)
    name = name_of(request.headers.get("user-agent")) or "A browser"
    return Browser(
        **service.add(work.tx, audit, caller.user_id, new, name=name, settings=app.settings)._mapping
    )


@router.delete(
    "/{browser_id}", status_code=204, summary="Be told in a browser no more", responses=documented(404)
)
def remove_my_browser(browser_id: PathId, work: Work, audit: Audit, caller: Writer) -> None:
    """Nothing is pushed there any more; what was on its way is dropped."""
    service.remove(work.tx, audit, caller.user_id, browser_id)
