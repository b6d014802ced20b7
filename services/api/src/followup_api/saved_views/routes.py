"""Lists of follow-ups that people keep under a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.audit import Audit
from followup_api.etags import IfMatch
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.saved_views import queries, service
from followup_api.saved_views.schemas import SavedView, SavedViewCreate, SavedViewPatch
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/saved-views", tags=["Saved views"])

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.SELF_WRITE)]


@router.get("", summary="List saved views")
def list_saved_views(work: Work, caller: Reader, query: Annotated[PageQuery, Query()]) -> Page[SavedView]:
    """Your own, and those that are shared with everybody, by name."""
    return queries.page(work.tx, caller, query)


@router.post("", summary="Save a view", status_code=201, responses=documented(409))
def create_saved_view(
    work: Work, caller: Writer, body: SavedViewCreate, *, audit: Audit, response: Response, _once: Idempotent
) -> SavedView:
    """Keep what a list of follow-ups shows under a name, for yourself or, as a manager or an admin, for
    everybody."""
    return _tagged(service.create(work.tx, caller, audit, body), response)


@router.get("/{view_id}", summary="Read a saved view", responses=documented(404))
def get_saved_view(work: Work, caller: Reader, view_id: PathId, response: Response) -> SavedView:
    """One of yours, or a shared one."""
    return _tagged(queries.get(work.tx, caller, view_id), response)


@router.patch("/{view_id}", summary="Change a saved view", responses=documented(404, 409, 412))
def edit_saved_view(
    work: Work,
    caller: Writer,
    view_id: PathId,
    body: SavedViewPatch,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> SavedView:
    """Rename one of yours, share it or not, or let it show something else; as an admin any shared one."""
    return _tagged(service.change(work.tx, caller, audit, view_id, body, tags=tags), response)


@router.delete("/{view_id}", summary="Delete a saved view", status_code=204, responses=documented(404, 412))
def delete_saved_view(work: Work, caller: Writer, view_id: PathId, *, tags: IfMatch, audit: Audit) -> None:
    """Delete one of yours, or as an admin any shared one. No follow-up changes."""
    service.remove(work.tx, caller, audit, view_id, tags=tags)


def _tagged(view: SavedView, response: Response) -> SavedView:
    response.headers["ETag"] = view.etag
    return view
