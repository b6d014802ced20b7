"""Where one is told outside the house."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response

from followup_api.audit import Audit
from followup_api.auth.proof import require_proof
from followup_api.dependencies import App
from followup_api.destinations import queries, service
from followup_api.destinations.problems import AdminsOnly
from followup_api.destinations.schemas import (
    OF_ADMINS,
    OWN_CHANNELS,
    ChannelInfo,
    ChannelList,
    Destination,
    DestinationPatch,
    LastMessage,
    NewDestination,
    Verification,
)
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.rows import Record
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

router = api_router(prefix="/me/destinations", tags=["Session"])
channels = api_router(prefix="/me/channels", tags=["Session"])
of_people = api_router(prefix="/users/{user_id}/destinations", tags=["Users"])

Self = Annotated[Caller, require(Permission.SELF)]
Writer = Annotated[Caller, require(Permission.SELF_WRITE)]
LoggedInAdmin = Annotated[Caller, require(Permission.USERS_WRITE, session=True)]
LoggedInWriter = Annotated[Caller, require(Permission.SELF_WRITE, session=True)]


@channels.get("", summary="List channels")
def list_channels(work: Work, caller: Self) -> ChannelList:
    """By what people can be told outside the house, as operators have set it up."""
    found = queries.channels_on(work.tx)
    own = {name for name in OWN_CHANNELS if name not in OF_ADMINS or _is_admin(caller)}
    return ChannelList(items=[ChannelInfo(**row._mapping, own=row.name in own) for row in found])


@router.get("", summary="List one's destinations")
def list_my_destinations(work: Work, caller: Self, page: Annotated[PageQuery, Query()]) -> Page[Destination]:
    """Where one is told, the oldest first, and whether it works."""
    found = queries.page(work.tx, caller.user_id, page)
    return Page[Destination].of(found, map(_shown, found.rows))


@router.post("", status_code=201, summary="Add a destination", responses=documented(409, 429, 503))
def add_my_destination(
    new: NewDestination, *, app: App, work: Work, audit: Audit, caller: LoggedInWriter, _: Idempotent
) -> Destination:
    """A code is sent there; nothing else is, until it has come back. Needs a log-in, not a token."""
    require_proof(caller)
    if new.channel in OF_ADMINS and not _is_admin(caller):
        raise AdminsOnly
    destination_id = service.add(work.tx, audit, caller.user_id, new, app.settings)
    return _found(work, caller, destination_id)


@of_people.post(
    "", status_code=201, summary="Add a destination for somebody", responses=documented(404, 409, 429, 503)
)
def add_destination(
    user_id: PathId,
    new: NewDestination,
    *,
    app: App,
    work: Work,
    audit: Audit,
    caller: LoggedInAdmin,
    _: Idempotent,
) -> Destination:
    """A code is sent there; nothing else is, until the person has typed it in. Needs a log-in."""
    require_proof(caller)
    destination_id = service.add(work.tx, audit, user_id, new, app.settings)
    return Destination(**_shown(service.get(work.tx, user_id, destination_id)))


@router.post(
    "/{destination_id}/code",
    status_code=202,
    summary="Send another code",
    responses=documented(404, 409, 429),
)
def send_my_code(destination_id: PathId, work: Work, caller: LoggedInWriter) -> Destination:
    """The code before ends. Needs a log-in, not a token."""
    service.send_code(work.tx, caller.user_id, destination_id)
    return _found(work, caller, destination_id)


@router.post(
    "/{destination_id}/verify",
    summary="Verify a destination",
    response_model=Destination,
    responses=documented(404),
)
def verify_my_destination(
    destination_id: PathId, given: Verification, *, work: Work, audit: Audit, caller: LoggedInWriter
) -> Destination | Response:
    """With the code that was sent there within 15 minutes; five wrong ones end it. Needs a log-in."""
    wrong = service.verify(work.tx, audit, caller.user_id, destination_id, given.code)
    return wrong.response() if wrong else _found(work, caller, destination_id)


@router.post(
    "/{destination_id}/test",
    status_code=202,
    summary="Test a destination",
    responses=documented(404, 409, 429),
)
def test_my_destination(destination_id: PathId, work: Work, audit: Audit, caller: Writer) -> Destination:
    """Send a message there. `last_message` says what becomes of it."""
    service.test(work.tx, audit, caller.user_id, destination_id)
    return _found(work, caller, destination_id)


@router.patch("/{destination_id}", summary="Switch a destination on or off", responses=documented(404, 409))
def switch_my_destination(
    destination_id: PathId, patch: DestinationPatch, *, work: Work, audit: Audit, caller: Writer
) -> Destination:
    """While it is off nothing is sent there, and nothing is kept for it."""
    if state := patch.changes().get("state"):
        service.switch(work.tx, audit, caller.user_id, destination_id, state)
    return _found(work, caller, destination_id)


@router.delete(
    "/{destination_id}", status_code=204, summary="Remove a destination", responses=documented(404, 409)
)
def remove_my_destination(destination_id: PathId, work: Work, audit: Audit, caller: Writer) -> None:
    """Nothing is sent there any more."""
    service.remove(work.tx, audit, caller.user_id, destination_id)


def _is_admin(caller: Caller) -> bool:
    return Permission.USERS_WRITE in caller.entitled


def _found(work: Work, caller: Caller, destination_id: int) -> Destination:
    return Destination(**_shown(service.get(work.tx, caller.user_id, destination_id)))


def _shown(row: Record) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in Destination.model_fields if name != "last_message"}
    if row.notice is None:
        return {**shown, "last_message": None}
    last = LastMessage(notice=row.notice, state=row.last_state, at=row.at, reason=row.reason)
    return {**shown, "last_message": last}
