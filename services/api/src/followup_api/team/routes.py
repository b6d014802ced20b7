"""How the people below somebody are doing."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from followup_api.permissions import Caller, Permission, require
from followup_api.routing import api_router
from followup_api.team.schemas import Team, TeamQuery
from followup_api.team.service import team_of
from followup_api.unit_of_work import Work

router = api_router(prefix="/team", tags=["Team"])

Overseer = Annotated[Caller, require(Permission.TEAM_READ)]


@router.get("", summary="See how a team is doing")
def get_team(work: Work, caller: Overseer, query: Annotated[TeamQuery, Query()]) -> Team:
    """Each person of a team with the figures of their own follow-ups: what is late, what is put off, what was
    kept. Each figure says which list it counts. It takes reports, or the role admin; somebody who left is
    there as long as they have open work."""
    return team_of(work.tx, caller, query)
