"""Kinds of follow-ups: the list that people choose from, which admins edit."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from followup_api.audit import Audit
from followup_api.etags import IfMatch
from followup_api.idempotency import Idempotent
from followup_api.kinds import queries, service
from followup_api.kinds.schemas import Kind, KindCreate, KindOrder, KindPatch, KindQuery
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/follow-up-kinds", tags=["Kinds of follow-ups"])

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.KINDS_WRITE)]


@router.get("", summary="List kinds of follow-ups")
def list_kinds(work: Work, _caller: Reader, query: Annotated[KindQuery, Query()]) -> Page[Kind]:
    """Kinds in use, in the order in which people choose from them; or the archived ones by label."""
    return queries.page(work.tx, query)


@router.post("", summary="Add a kind of follow-up", status_code=201, responses=documented(409))
def create_kind(
    work: Work, _caller: Writer, body: KindCreate, *, audit: Audit, response: Response, _once: Idempotent
) -> Kind:
    """Add a kind at the end of the list."""
    return _tagged(service.add(work.tx, audit, body.label), response)


@router.put("/order", summary="Put kinds of follow-ups in order")
def order_kinds(work: Work, _caller: Writer, body: KindOrder, audit: Audit) -> Page[Kind]:
    """Put the kinds in use into another order; answers the list."""
    service.put_in_order(work.tx, audit, body.ids)
    return queries.page(work.tx, KindQuery(limit=200))


@router.patch("/{kind_id}", summary="Change a kind of follow-up", responses=documented(404, 409, 412))
def edit_kind(
    work: Work,
    _caller: Writer,
    kind_id: PathId,
    body: KindPatch,
    *,
    tags: IfMatch,
    audit: Audit,
    response: Response,
) -> Kind:
    """Rename a kind for people, archive it, or bring it back. Follow-ups and policies that say its name stay
    as they are: none is deleted."""
    return _tagged(service.change(work.tx, audit, kind_id, body, tags), response)


def _tagged(kind: Kind, response: Response) -> Kind:
    response.headers["ETag"] = kind.etag
    return kind
