"""Dead letters: read them, send them again, or give them up."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from followup_api.audit import Action, Audit
from followup_api.ops.dead_letters import queries
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
from followup_api.pagination import Page
from followup_api.permissions import Permission, require
from followup_api.problems import Conflict, NotFound, documented
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/ops/dead-letters", tags=["Operations"], dependencies=[require(Permission.OPS)])

EventId = Annotated[UUID, Path(description="Id of the event.", examples=[EVENT_ID])]


class DeadLetterNotFound(NotFound):
    """There is no such dead letter, or somebody has dealt with it."""

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"There is no dead letter {event_id}: it may have been replayed or discarded.")
        self.event_id = event_id


class NotReplayable(Conflict):
    """The event can never be handled, however often it is sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"It cannot be replayed: {reason}. Discard it with a note instead.")


@router.get("", summary="List dead letters")
def list_dead_letters(work: Work, query: Annotated[DeadLetterQuery, Query()]) -> Page[DeadLetter]:
    """Events that were given up, those that failed last first."""
    found = queries.page(work.tx, query)
    return Page[DeadLetter].of(found)


@router.post("/replay", summary="Replay dead letters of a type", responses=documented(409))
def replay_dead_letters(work: Work, audit: Audit, body: BulkReplay) -> DeadLettersDone:
    """Send again those that failed first. What can never be handled is left, counted as refused."""
    if body.type == queries.UNREADABLE:
        raise NotReplayable("nobody could read these messages")
    rows = queries.lock_oldest(work.tx, body.type, body.limit)
    reasons = {row.id: queries.why_not_replayable(row) for row in rows}
    good = [row for row in rows if reasons[row.id] is None]
    work.send_again(queries.replay(work.tx, good))
    if good:
        audit(Action.DEAD_LETTERS_REPLAYED, type=body.type, ids=[str(row.id) for row in good])
    refused = [reason for reason in reasons.values() if reason]
    return DeadLettersDone(
        done=len(good),
        refused=len(refused),
        reason=next(iter(refused), None),
        left=queries.count(work.tx, body.type),
    )


@router.post("/discard", summary="Discard dead letters of a type")
def discard_dead_letters(work: Work, audit: Audit, body: BulkDiscard) -> DeadLettersDone:
    """Give up those that failed first, for good; never one that failed after `up_to`."""
    ids = [row.id for row in queries.lock_oldest(work.tx, body.type, body.limit, up_to=body.up_to)]
    queries.discard(work.tx, ids, body.note)
    if ids:
        named = [str(event_id) for event_id in ids]
        audit(Action.DEAD_LETTERS_DISCARDED, type=body.type, ids=named, note=body.note)
    return DeadLettersDone(done=len(ids), refused=0, reason=None, left=queries.count(work.tx, body.type))


@router.get("/{event_id}", summary="Read a dead letter", responses=documented(404))
def read_dead_letter(work: Work, event_id: EventId) -> DeadLetterDetail:
    """One dead letter with what it carries, and whether a replay can help."""
    row = queries.find(work.tx, event_id)
    if row is None:
        raise DeadLetterNotFound(event_id)
    reason = queries.why_not_replayable(row)
    shown = DeadLetter.model_validate(row).model_dump()
    return DeadLetterDetail(
        **shown, payload=row.payload, replayable=reason is None, not_replayable_because=reason
    )


@router.post(
    "/{event_id}/replay", status_code=204, summary="Replay a dead letter", responses=documented(404, 409)
)
def replay_dead_letter(work: Work, audit: Audit, event_id: EventId) -> None:
    """Send it again at once, as if it had never failed. What it was handled for is not handled twice."""
    row = queries.lock(work.tx, event_id)
    if row is None:
        raise DeadLetterNotFound(event_id)
    reason = queries.why_not_replayable(row)
    if reason:
        raise NotReplayable(reason)
    work.send_again(queries.replay(work.tx, [row]))
    audit(Action.DEAD_LETTERS_REPLAYED, f"dead-letters/{event_id}", type=row.type)


@router.post(
    "/{event_id}/discard", status_code=204, summary="Discard a dead letter", responses=documented(404)
)
def discard_dead_letter(work: Work, audit: Audit, event_id: EventId, body: Discard) -> None:
    """Give it up for good: nothing sends it again, and it is deleted once it is old."""
    row = queries.lock(work.tx, event_id)
    if row is None:
        raise DeadLetterNotFound(event_id)
    queries.discard(work.tx, [event_id], body.note)
    audit(Action.DEAD_LETTERS_DISCARDED, f"dead-letters/{event_id}", type=row.type, note=body.note)
