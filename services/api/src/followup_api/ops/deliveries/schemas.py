"""Deliveries as operators see them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.followups.schemas import PersonName
from followup_api.pagination import PageQuery
from followup_api.schemas import Input, Schema, Search, Time, examples

DELIVERY_ID = "5b6f2c1e-8a0d-4c57-9a53-0d6e7f1b2c3d"
LISTED: JsonDict = {
    "id": DELIVERY_ID,
    "channel": "email",
    "state": "failed",
    "user": {"id": 7, "name": "Amir Patel"},
    "address": "amir@example.com",
    "notification_id": 812,
    "follow_up_id": 42,
    "notice": None,
    "attempts": 1,
    "created_at": "2026-03-04T12:00:02Z",
    "ended_at": "2026-03-04T12:00:03Z",
    "next_at": None,
    "reason": "554 5.7.1 relay access denied",
}
DETAILED: JsonDict = {
    **LISTED,
    "tries": [
        {
            "number": 1,
            "began_at": "2026-03-04T12:00:02Z",
            "ended_at": "2026-03-04T12:00:03Z",
            "outcome": "refused",
            "answer": "554 5.7.1 relay access denied",
        }
    ],
}

ChannelName = Literal["email", "slack", "slack_webhook", "teams", "apprise", "push"]
Notice = Literal["code", "test"]
MessageState = Literal["queued", "sending", "unknown", "sent", "failed", "suppressed", "expired"]
DeliveryState = Literal[MessageState, "digested"]
GivenUp = Literal["failed", "expired"]


class OpsDelivery(Schema, json_schema_extra=examples(LISTED)):
    """What became of a notification on its way to one address."""

    id: UUID = Field(description="Goes along with each try; of a mail it is in the `Message-ID`.")
    channel: ChannelName
    state: DeliveryState
    user: PersonName = Field(description="Whom it tells.")
    address: str | None = Field(description="Where it goes; null: that destination is there no more.")
    notification_id: int | None = Field(description="Null where it is a digest, or tells of none.")
    follow_up_id: int | None = Field(description="Null where it tells of many, or of none.")
    notice: Notice | None = Field(
        description="`code`: what verifies a destination. `test`: somebody tests one. Null: it tells of a "
        "notification, or is a digest."
    )
    attempts: int
    created_at: Time
    ended_at: Time | None = Field(description="Null: it is still to be sent.")
    next_at: Time | None = Field(description="When it is tried next; null: not any more.")
    reason: str | None = Field(description="Why it was not sent, or not yet.")


class DeliveryTry(Schema):
    """One try to hand a delivery over."""

    number: int
    began_at: Time
    ended_at: Time | None
    outcome: Literal["sent", "refused", "put_off", "unknown"] | None = Field(
        description="Null: it is under way, or its process has ended."
    )
    answer: str | None = Field(description="What the other side said.")


class OpsDeliveryDetail(OpsDelivery, json_schema_extra=examples(DETAILED)):
    """A delivery with all its tries."""

    tries: list[DeliveryTry]


SUMMARY_EXAMPLE: JsonDict = {
    "read_at": "2026-03-31T09:00:00Z",
    "channels": [
        {
            "channel": "email",
            "is_on": True,
            "problem": None,
            "problem_since": None,
            "queued": 12,
            "sending": 1,
            "unknown": 0,
            "oldest_due_at": "2026-03-31T08:58:00Z",
            "failed": 3,
            "expired": 0,
        }
    ],
    "circuits": [
        {
            "channel": "email",
            "target": "busy.example",
            "opened_at": "2026-03-31T08:50:00Z",
            "retry_at": "2026-03-31T09:02:00Z",
            "problem": "450 4.7.1 try again later",
        }
    ],
}


class ChannelDeliveries(Schema):
    """What is under way by one channel, and what was given up; each counted to 10,000."""

    channel: ChannelName | Literal["webhook"]
    is_on: bool = Field(description="Whether it is configured.")
    problem: str | None = Field(description="Why its server cannot be reached; null: it can.")
    problem_since: Time | None
    queued: int
    sending: int
    unknown: int = Field(description="Perhaps sent: tried again under the same id.")
    oldest_due_at: Time | None = Field(description="Since when the oldest waits that could be sent.")
    failed: int
    expired: int


class OpenCircuit(Schema):
    """A place that fails again and again: what goes there waits until it is tried again."""

    channel: ChannelName
    target: str = Field(description="The domain of mail addresses.")
    opened_at: Time
    retry_at: Time = Field(description="When one delivery tries it.")
    problem: str | None = Field(description="What it said last.")


class DeliveriesSummary(Schema, json_schema_extra=examples(SUMMARY_EXAMPLE)):
    """How deliveries go."""

    read_at: Time = Field(description="By the database's clock, as the other times.")
    channels: list[ChannelDeliveries]
    circuits: list[OpenCircuit] = Field(description="Those that are open, the longest first; up to 100.")


class DeliveryQuery(PageQuery):
    """Which deliveries to list."""

    state: DeliveryState | None = Field(None, description="Only in this state.")
    channel: ChannelName | None = Field(None, description="Only by this channel.")
    q: Search | None = Field(None, description="Part of the reason.")


RETRY_EXAMPLE: JsonDict = {"state": "failed", "q": "relay access denied", "limit": 1000}


class BulkRetry(Input, json_schema_extra=examples(RETRY_EXAMPLE)):
    """Which deliveries to try again."""

    state: Annotated[GivenUp, Field(description="`failed`, or those that `expired`.")] = "failed"
    channel: ChannelName | None = Field(None, description="Only by this channel.")
    q: Search | None = Field(None, description="Part of the reason, so that wrong addresses are left alone.")
    limit: int = Field(200, ge=1, le=1_000, description="At most so many, the oldest first.")


RETRIED_EXAMPLE: JsonDict = {"done": 199, "left": 0}


class DeliveriesRetried(Schema, json_schema_extra=examples(RETRIED_EXAMPLE)):
    """How many deliveries are tried again."""

    done: int
    left: int = Field(description="Of those that were asked for, how many remain; 10,000: or more.")
