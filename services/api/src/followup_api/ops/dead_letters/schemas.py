"""Dead letters as operators see them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.config import JsonDict

from followup_api.pagination import PageQuery
from followup_api.schemas import NORMAL, Input, Schema, Search, Time, WrittenTime, examples, storable

EVENT_ID = "0198c7a2-4e5b-7c31-9f00-3d2a6b1c8e47"
LISTED: JsonDict = {
    "id": EVENT_ID,
    "type": "followup.escalations.raised.v1",
    "subject": "sweeps/7",
    "source": "followup/escalator",
    "reason": 'CheckViolation: new row for relation "notifications" violates check constraint',
    "attempts": 1,
    "created_at": "2026-03-31T09:00:00Z",
    "first_failed_at": "2026-03-31T09:00:02Z",
    "last_failed_at": "2026-03-31T09:00:02Z",
}
DETAILED: JsonDict = {
    **LISTED,
    "payload": {"sweep_id": 7, "follow_up_ids": [42], "runs": [1], "steps": [2], "repeats": [0]},
    "replayable": True,
    "not_replayable_because": None,
}

EventType = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000),
    AfterValidator(storable),
    NORMAL,
    Field(
        description="Why; kept with the event and in the audit log.", examples=["Sent by hand on 2 March."]
    ),
]


class DeadLetter(Schema, json_schema_extra=examples(LISTED)):
    """An event that was given up, and why."""

    id: UUID
    type: str = Field(description="The event's type; `unreadable` for a message that nobody could read.")
    subject: str | None = Field(description="What it is about, such as `sweeps/7`.")
    source: str = Field(description="The service, or the queue, that it came from.")
    reason: str = Field(description="What the last failure said.")
    attempts: int = Field(
        description="How often it was sent again or failed for good, since its last replay."
    )
    created_at: Time
    first_failed_at: Time | None = Field(description="Null when it failed before this was kept.")
    last_failed_at: Time


class DeadLetterDetail(DeadLetter, json_schema_extra=examples(DETAILED)):
    """A dead letter with what it carries."""

    payload: dict[str, Any] = Field(description="The event's data; of an unreadable message the beginning.")
    replayable: bool
    not_replayable_because: str | None


class DeadLetterQuery(PageQuery):
    """Which dead letters to list."""

    type: EventType | None = Field(None, description="Only of this event type.")
    q: Search | None = Field(None, description="Part of the reason or of the subject.")


DISCARD_EXAMPLE: JsonDict = {"note": "Sent by hand on 2 March."}


class Discard(Input, json_schema_extra=examples(DISCARD_EXAMPLE)):
    """Why a dead letter is given up for good."""

    note: Note


BULK_REPLAY_EXAMPLE: JsonDict = {"type": "followup.escalations.raised.v1", "limit": 500}


class BulkReplay(Input, json_schema_extra=examples(BULK_REPLAY_EXAMPLE)):
    """Which dead letters to replay."""

    type: EventType
    limit: int = Field(200, ge=1, le=1_000, description="At most so many, those that failed first.")


BULK_DISCARD_EXAMPLE: JsonDict = {
    "type": "unreadable",
    "up_to": "2026-03-31T09:00:02.510344Z",
    "note": "A port scan.",
}


class BulkDiscard(BulkReplay, json_schema_extra=examples(BULK_DISCARD_EXAMPLE)):
    """Which dead letters to give up, and why."""

    up_to: WrittenTime = Field(
        description="The `last_failed_at` of the newest one that you have seen: what failed later stays."
    )
    note: Note


DEAD_LETTERS_DONE_EXAMPLE: JsonDict = {"done": 199, "refused": 1, "reason": "unknown event type", "left": 0}


class DeadLettersDone(Schema, json_schema_extra=examples(DEAD_LETTERS_DONE_EXAMPLE)):
    """What was done to how many dead letters."""

    done: int
    refused: int = Field(description="Taken into account, but impossible to replay: discard them instead.")
    reason: str | None = Field(description="Why the first of those was refused.")
    left: int = Field(description="Dead letters of this type that remain.")
