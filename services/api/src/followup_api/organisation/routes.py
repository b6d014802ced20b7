"""What holds for everybody: the calendar of those who have none."""

from __future__ import annotations

from typing import Annotated

from followup_api.audit import Audit
from followup_api.organisation import service
from followup_api.organisation.schemas import Organisation, OrganisationInput
from followup_api.permissions import Caller, Permission, require
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/organisation", tags=["Calendars"])

Reader = Annotated[Caller, require(Permission.CALENDARS_READ)]
Writer = Annotated[Caller, require(Permission.CALENDARS_WRITE)]


@router.get("", summary="Read what holds for everybody")
def get_organisation(work: Work, _caller: Reader) -> Organisation:
    """The calendar of those who have none, nor anybody above them."""
    return service.read(work.tx)


@router.put("", summary="Change what holds for everybody")
def replace_organisation(work: Work, _caller: Writer, body: OrganisationInput, audit: Audit) -> Organisation:
    """Give everybody who has none another calendar. Open follow-ups that count by it are placed again; nobody
    is told again what they were told."""
    return service.replace(work.tx, audit, body)
