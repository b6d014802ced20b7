"""The outbox as operators see it."""

from __future__ import annotations

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Schema, Time, examples


class OutboxCounts(Schema):
    """Events that are stored and not settled."""

    waiting: int = Field(description="Stored, and handled by nobody yet.")
    oldest_waiting_at: Time | None = Field(description="When the oldest of those came up.")
    failed: int = Field(description="Given up: the dead letters.")


class OutboxType(OutboxCounts):
    """Those of one event type."""

    type: str = Field(description="The event's type; `unreadable` for a message that nobody could read.")


OUTBOX_EXAMPLE: JsonDict = {
    "read_at": "2026-03-31T09:00:00Z",
    "waiting": 12,
    "oldest_waiting_at": "2026-03-31T08:58:00Z",
    "failed": 1,
    "or_more": False,
    "types": [
        {
            "type": "followup.escalations.raised.v1",
            "waiting": 12,
            "oldest_waiting_at": "2026-03-31T08:58:00Z",
            "failed": 1,
        }
    ],
}


class Outbox(OutboxCounts, json_schema_extra=examples(OUTBOX_EXAMPLE)):
    """What is not settled, in all and by event type."""

    read_at: Time = Field(description="By the database's clock, as the other times.")
    or_more: bool = Field(description="There are more: counting stopped at 10,000 waiting or failed.")
    types: list[OutboxType] = Field(description="Only types that have any, by name.")
