"""Dead letters: read them, send them again, or give them up."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from followup_api.audit import Audit
from followup_api.ops.dead_letters import queries, service
from followup_api.ops.dead_letters.schemas import (
    EVENT_ID,
    BulkDiscard,
    BulkReplay,
    DeadLetter,
    DeadLetterDetail,
    DeadLetterQuery,
    DeadLettersDone,
    Discard,
)
from followup_api.ops.dead_letters.service import DeadLetterNotFound, why_not_replayable
from followup_api.pagination import Page
from followup_api.permissions import Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/ops/dead-letters", tags=["Operations"], dependencies=[require(Permission.OPS)])

EventId = Annotated[UUID, Path(description="Id of the event.", examples=[EVENT_ID])]


@router.get("", summary="List dead letters")
def list_dead_letters(work: Work, query: Annotated[DeadLetterQuery, Query()]) -> Page[DeadLetter]:
    """Events that were given up, those that failed last first."""
    found = queries.page(work.tx, query)
    return Page[DeadLetter].of(found)


@router.post("/replay", summary="Replay dead letters of a type", responses=documented(409))
def replay_dead_letters(work: Work, audit: Audit, body: BulkReplay) -> DeadLettersDone:
    """Send again those that failed first. What can never be handled is left, counted as refused."""
    return service.replay_oldest(work, audit, body)


@router.post("/discard", summary="Discard dead letters of a type")
def discard_dead_letters(work: Work, audit: Audit, body: BulkDiscard) -> DeadLettersDone:
    """Give up those that failed first, for good; never one that failed after `up_to`."""
    return service.discard_oldest(work.tx, audit, body)


@router.get("/{event_id}", summary="Read a dead letter", responses=documented(404))
def read_dead_letter(work: Work, event_id: EventId) -> DeadLetterDetail:
    """One dead letter with what it carries, and whether a replay can help."""
    row = queries.find(work.tx, event_id)
    if row is None:
        raise DeadLetterNotFound(event_id)
    reason = why_not_replayable(row)
    shown = DeadLetter.model_validate(row).model_dump()
    return DeadLetterDetail(
        **shown, payload=row.payload, replayable=reason is None, not_replayable_because=reason
    )


@router.post(
    "/{event_id}/replay", status_code=204, summary="Replay a dead letter", responses=documented(404, 409)
)
def replay_dead_letter(work: Work, audit: Audit, event_id: EventId) -> None:
    """Send it again at once, as if it had never failed. What it was handled for is not handled twice."""
    service.replay(work, audit, event_id)


@router.post(
    "/{event_id}/discard", status_code=204, summary="Discard a dead letter", responses=documented(404)
)
def discard_dead_letter(work: Work, audit: Audit, event_id: EventId, body: Discard) -> None:
    """Give it up for good: nothing sends it again, and it is deleted once it is old."""
    service.discard(work.tx, audit, event_id, body.note)
