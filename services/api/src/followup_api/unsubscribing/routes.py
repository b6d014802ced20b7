"""Links to unsubscribe (RFC 8058): GET shows what one would switch off, POST does it. They need no log-in."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import HTTP
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from followup_api.action_links import pages
from followup_api.action_links.routes import PREFIX, page, refused
from followup_api.audit import Audit
from followup_api.dependencies import App
from followup_api.permissions import Permission, require
from followup_api.problems import Invalid, Problem
from followup_api.routing import Route
from followup_api.unit_of_work import WRITES, Work
from followup_api.unsubscribing import service, words
from followup_api.unsubscribing.service import Done, Offer, Reason, Stale

MOST_BYTES = 4096
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program posts by itself, and the page's button too."""

router = APIRouter(
    prefix=f"{PREFIX}/off",
    route_class=Route,
    include_in_schema=False,
    dependencies=[require(Permission.PUBLIC)],
)


async def one_click(request: Request) -> None:
    """Require what says that somebody wants it; mail programs send it as a form of either kind.

    Raises:
        Invalid: it is not there.
    """
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if len(body) > MOST_BYTES or ONE_CLICK not in _fields(kind, body):
        raise Invalid("body", f"body must be the form {'='.join(ONE_CLICK)}, as in RFC 8058.")


def _fields(kind: str, body: bytes) -> Iterator[tuple[str, str]]:
    """The fields of a form."""
    if not kind.startswith("multipart/form-data"):
        yield from parse_qsl(body.decode(errors="replace"))
        return
    form = message_from_bytes(b"Content-Type: %s\r\n\r\n%s" % (kind.encode("latin-1"), body), policy=HTTP)
    for part in form.iter_parts():
        name, value = part.get_param("name", header="content-disposition"), part.get_payload()
        yield str(name), str(value).strip()


@router.get("/{token}", dependencies=[WRITES])
def look_at_unsubscribing(token: str, request: Request, *, app: App, work: Work) -> HTMLResponse:
    """What would be switched off, and for whom. A guess that fails is counted, nothing else is written."""
    try:
        found = service.look(request, app, work, token)
    except Problem as problem:
        return refused(problem)
    return _stale(found) if isinstance(found, Stale) else _asking(found)


@router.post("/{token}", dependencies=[Depends(one_click)])
def unsubscribe(token: str, request: Request, *, app: App, audit: Audit) -> HTMLResponse:
    """Switch it off, without a log-in; again it changes nothing."""
    try:
        outcome = service.stop(request, app, audit, token)
    except Problem as problem:
        return refused(problem)
    match outcome:
        case Stale():
            return _stale(outcome)
        case Done(offer=offer):
            return _said(words.done(offer))
    return _said(words.cannot(outcome), 409)


def _asking(offer: Offer) -> HTMLResponse:
    """The page that asks before it is switched off, if there is something to switch off."""
    if not offer.found.ends:
        return _said(words.cannot(offer) if offer.found.stays else words.done(offer))
    return page(
        pages.rendered(
            headline=words.asks(offer),
            as_whom=words.for_whom(offer),
            said=words.will(offer),
            button=words.BUTTON,
            hidden=[ONE_CLICK],
            settings=True,
        )
    )


def _stale(found: Stale) -> HTMLResponse:
    return _said(words.stale(found), 404 if found.reason is Reason.UNKNOWN else 410)


def _said(said: tuple[str, str], status: int = 200) -> HTMLResponse:
    return page(pages.rendered(headline=said[0], said=said[1], settings=True), status)
