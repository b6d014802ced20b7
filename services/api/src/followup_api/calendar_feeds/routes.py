"""Calendar feeds: one's own, and what programs read at their addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from followup_common.db.tables import calendar_feeds

from followup_api.action_links.routes import HEADERS, PREFIX
from followup_api.audit import Audit
from followup_api.auth.browser import page_origin
from followup_api.auth.queries import by_id
from followup_api.auth.secrets import digest
from followup_api.calendar_feeds import events, queries, service
from followup_api.calendar_feeds.problems import CalendarFeedMade
from followup_api.calendar_feeds.schemas import CalendarFeed, CreatedCalendarFeed, NewCalendarFeed
from followup_api.dependencies import App, AppContext
from followup_api.followups.scopes import narrowed_scope
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.permissions import Caller, Permission, caller_of, require
from followup_api.problems import documented
from followup_api.routing import Route, api_router
from followup_api.rows import Record
from followup_api.schemas import PathId
from followup_api.unit_of_work import WRITES, Work

router = api_router(prefix="/calendar-feeds", tags=["Calendar feeds"])
by_address = APIRouter(
    prefix=f"{PREFIX}/calendar",
    route_class=Route,
    include_in_schema=False,
    dependencies=[require(Permission.PUBLIC)],
)

Self = Annotated[Caller, require(Permission.SELF)]
Owner = Annotated[Caller, require(Permission.SELF_WRITE)]


@router.get("", summary="List one's calendar feeds")
def list_calendar_feeds(page: Annotated[PageQuery, Query()], work: Work, caller: Self) -> Page[CalendarFeed]:
    """The oldest first, without their addresses."""
    found = paginate(work.tx, queries.feeds_of(caller.user_id), (calendar_feeds.c.id,), page)
    return Page[CalendarFeed].of(found)


@router.post("", status_code=201, summary="Make a calendar feed", responses=documented(409))
def create_calendar_feed(
    new: NewCalendarFeed,
    request: Request,
    *,
    app: App,
    work: Work,
    audit: Audit,
    caller: Owner,
    once: Idempotent,
) -> CreatedCalendarFeed:
    """The answer shows an address to subscribe to in a calendar program; nobody can read it again later. It
    shows open follow-ups from 30 days ago to 180 days from now, at most 1,000, and can change nothing.
    Programs ask when they want to: some every hour, Google Calendar every 8 to 24."""
    row, secret = service.make(work.tx, audit, caller, new)
    once.say_instead(CalendarFeedMade(row.id))
    return _with_address(row, secret, request, app)


@router.post(
    "/{feed_id}/rotate-address", summary="Give a calendar feed another address", responses=documented(404)
)
def rotate_calendar_feed_address(
    feed_id: PathId, request: Request, *, app: App, work: Work, audit: Audit, caller: Owner
) -> CreatedCalendarFeed:
    """The answer shows it; nobody can read it again later. The one before leads nowhere at once."""
    row, secret = service.rotate(work.tx, audit, caller, feed_id)
    return _with_address(row, secret, request, app)


@router.delete("/{feed_id}", status_code=204, summary="Revoke a calendar feed", responses=documented(404))
def revoke_calendar_feed(feed_id: PathId, work: Work, audit: Audit, caller: Owner) -> None:
    """Its address leads nowhere at once."""
    service.revoke(work.tx, audit, caller, feed_id)


@by_address.get("/{token}.ics", dependencies=[WRITES])
def read_calendar_feed(token: str, request: Request, *, app: App, work: Work) -> Response:
    """What the feed's owner may see now, for their calendar program; 304 where it has that already."""
    feed = queries.by_digest(work.tx, digest(token))
    if feed is None:
        return Response("This calendar feed does not exist any more.\n", 404, HEADERS, "text/plain")
    caller = caller_of(by_id(work.tx, feed.user_id))
    shown = queries.events(work.tx, narrowed_scope(work.tx, caller, feed.whose))
    origin = page_origin(request, app.settings)
    etag = events.tag(feed, shown, origin)
    headers = {**HEADERS, "Cache-Control": "private, no-cache", "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="followup.ics"'
    return Response(events.written(feed, shown, origin), headers=headers, media_type="text/calendar")


def _with_address(row: Record, secret: str, request: Request, app: AppContext) -> CreatedCalendarFeed:
    url = f"{page_origin(request, app.settings)}{by_address.prefix}/{secret}.ics"
    return CreatedCalendarFeed(**row._mapping, url=url)
