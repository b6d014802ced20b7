"""What is done to dead letters: they are sent again, or given up for good."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from followup_common.contracts import Envelope, EventRejected, open_envelope
from followup_common.db import Transaction
from followup_common.db.tables import outbox
from followup_common.messaging.outbox import REDRIVE_AFTER, envelope
from sqlalchemy import func, update

from followup_api.audit import Action, Trail
from followup_api.ops.dead_letters.queries import DEAD, count, lock, lock_oldest
from followup_api.ops.dead_letters.schemas import BulkDiscard, BulkReplay, DeadLettersDone
from followup_api.problems import Conflict, NotFound
from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork

UNREADABLE = "unreadable"


class DeadLetterNotFound(NotFound):
    """There is no such dead letter, or somebody has dealt with it."""

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"There is no dead letter {event_id}: it may have been replayed or discarded.")
        self.event_id = event_id


class NotReplayable(Conflict):
    """The event can never be handled, however often it is sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"It cannot be replayed: {reason}. Discard it with a note instead.")


def replay(work: UnitOfWork, audit: Trail, event_id: UUID) -> None:
    """Send one again.

    Raises:
        DeadLetterNotFound: there is none with this id.
        NotReplayable: it can never be handled.
    """
    row = _locked(work.tx, event_id)
    reason = why_not_replayable(row)
    if reason:
        raise NotReplayable(reason)
    work.send_again(_give_another_life(work.tx, [row]))
    audit(Action.DEAD_LETTERS_REPLAYED, f"dead-letters/{event_id}", type=row.type)


def replay_oldest(work: UnitOfWork, audit: Trail, wanted: BulkReplay) -> DeadLettersDone:
    """Send those of a type again that failed first; what can never be handled is left.

    Raises:
        NotReplayable: none of the type can be.
    """
    if wanted.type == UNREADABLE:
        raise NotReplayable("nobody could read these messages")
    rows = lock_oldest(work.tx, wanted.type, wanted.limit)
    reasons = {row.id: why_not_replayable(row) for row in rows}
    good = [row for row in rows if reasons[row.id] is None]
    work.send_again(_give_another_life(work.tx, good))
    if good:
        audit(Action.DEAD_LETTERS_REPLAYED, type=wanted.type, ids=[str(row.id) for row in good])
    refused = [reason for reason in reasons.values() if reason]
    return DeadLettersDone(
        done=len(good),
        refused=len(refused),
        reason=next(iter(refused), None),
        left=count(work.tx, wanted.type),
    )


def discard(tx: Transaction, audit: Trail, event_id: UUID, note: str) -> None:
    """Give one up for good.

    Raises:
        DeadLetterNotFound: there is none with this id.
    """
    row = _locked(tx, event_id)
    _give_up(tx, [event_id], note)
    audit(Action.DEAD_LETTERS_DISCARDED, f"dead-letters/{event_id}", type=row.type, note=note)


def discard_oldest(tx: Transaction, audit: Trail, wanted: BulkDiscard) -> DeadLettersDone:
    """Give up those of a type that failed first."""
    ids = [row.id for row in lock_oldest(tx, wanted.type, wanted.limit, up_to=wanted.up_to)]
    _give_up(tx, ids, wanted.note)
    if ids:
        named = [str(event_id) for event_id in ids]
        audit(Action.DEAD_LETTERS_DISCARDED, type=wanted.type, ids=named, note=wanted.note)
    return DeadLettersDone(done=len(ids), refused=0, reason=None, left=count(tx, wanted.type))


def why_not_replayable(row: Record) -> str | None:
    """Why an event can never be handled, however often it is sent; None when it can be."""
    if row.type == UNREADABLE:
        return f"nobody could read the message: {row.reason}"
    try:
        open_envelope(envelope(row._mapping).model_dump(mode="json"))
    except EventRejected as rejection:
        return str(rejection)
    return None


def _locked(tx: Transaction, event_id: UUID) -> Record:
    row = lock(tx, event_id)
    if row is None:
        raise DeadLetterNotFound(event_id)
    return row


def _give_another_life(tx: Transaction, rows: Collection[Record]) -> list[Envelope]:
    """Give events another life: the redrive knows them again, and counts from the start.

    Returns:
        The envelopes to publish once this has committed.
    """
    again = {"failed_at": None, "attempts": 0, "available_at": func.now() + REDRIVE_AFTER}
    _update(tx, [row.id for row in rows], again)
    return [envelope(row._mapping) for row in rows]


def _give_up(tx: Transaction, event_ids: Collection[UUID], note: str) -> None:
    """Give events up for good: they count as handled, and age prunes them."""
    _update(tx, event_ids, {"handled_at": func.now(), "discarded_at": func.now(), "note": note})


def _update(tx: Transaction, event_ids: Collection[UUID], values: dict[str, Any]) -> None:
    tx.execute(update(outbox).where(outbox.c.id.in_(event_ids), *DEAD).values(values))
