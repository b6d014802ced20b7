"""Webhooks as admins see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.config import JsonDict

from followup_api.followups.schemas import PersonName
from followup_api.ops.deliveries.schemas import DeliveryTry, MessageState
from followup_api.pagination import PageQuery
from followup_api.schemas import NORMAL, Changes, Input, Schema, Time, examples, storable, unchanged
from followup_api.webhooks.event_types import EventType

DELIVERY_ID = "5b6f2c1e-8a0d-4c57-9a53-0d6e7f1b2c3d"
EVENT_ID = "0a9c1d7e-4f5b-4a37-8e61-2b6d7f8c9a01"
URL = "https://crm.example.com/hooks/followup"
NEW: JsonDict = {"url": URL, "event_types": ["follow_up.completed", "escalation.announced"]}
KEPT: JsonDict = {
    "id": 3,
    **NEW,
    "state": "on",
    "owner": {"id": 1, "name": "Ada Okafor"},
    "created_at": "2026-03-04T09:00:00Z",
    "waiting": 0,
    "failing_since": None,
    "problem": None,
    "off_because": None,
    "previous_secret_until": None,
}
SECRET: JsonDict = {"secret": "whsec_" + "A" * 43 + "="}  # an example, of the right shape
DELIVERED: JsonDict = {
    "id": DELIVERY_ID,
    "event_id": EVENT_ID,
    "event_type": "follow_up.completed",
    "state": "sent",
    "attempts": 1,
    "created_at": "2026-03-04T12:00:02Z",
    "ended_at": "2026-03-04T12:00:03Z",
    "next_at": None,
    "reason": None,
}


def _each_once(types: list[EventType]) -> list[EventType]:
    return list(dict.fromkeys(types))


WebhookUrl = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    AfterValidator(storable),
    NORMAL,
]
EventTypes = Annotated[list[EventType], Field(min_length=1, max_length=50), AfterValidator(_each_once)]
State = Literal["on", "paused", "off"]


class NewWebhook(Input, json_schema_extra=examples(NEW)):
    """Where a program listens, and to what."""

    url: WebhookUrl = Field(
        description="`https`, and at a public address, unless an operator allows its network with "
        "`FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS`. Redirects are not followed."
    )
    event_types: EventTypes = Field(description="Those of `GET /event-types` that it hears.")


class WebhookPatch(Changes, json_schema_extra=examples({"state": "paused"})):
    """What is to change of a webhook; what is left out stays."""

    url: WebhookUrl = Field(default_factory=unchanged, description="As for a new one.")
    event_types: EventTypes = Field(default_factory=unchanged, description="As for a new one.")
    state: Literal["on", "paused"] = Field(
        default_factory=unchanged, description="`paused`: what happens waits, until it is `on` again."
    )


class Webhook(Schema, json_schema_extra=examples(KEPT)):
    """A webhook, without its secret."""

    id: int
    url: str
    event_types: list[EventType]
    state: State = Field(
        description="`off`: switched off, as it answered 410 or failed for days; nothing is kept for it."
    )
    owner: PersonName = Field(description="Who made it, and is told when it fails.")
    created_at: Time
    waiting: int = Field(description="Deliveries that are still to be sent; 1,000: or more.")
    failing_since: Time | None = Field(description="Null: the last delivery went through, or none was tried.")
    problem: str | None = Field(description="Why the last delivery did not go through.")
    off_because: str | None = Field(description="Why it was switched off.")
    previous_secret_until: Time | None = Field(
        description="Until then requests are signed with the secret before as well; null: with one only."
    )


class CreatedWebhook(Webhook, json_schema_extra=examples({**KEPT, **SECRET})):
    """A new webhook, with its secret: this is the only time that it is shown."""

    secret: str = Field(repr=False, description="Verifies what comes, by any library of Standard Webhooks.")


class NewSecret(
    Schema, json_schema_extra=examples({**SECRET, "previous_secret_until": "2026-03-05T09:00:00Z"})
):
    """Another secret of a webhook: this is the only time that it is shown."""

    secret: str = Field(repr=False, description="Verifies what comes, by any library of Standard Webhooks.")
    previous_secret_until: Time = Field(description="Until then the one before signs as well.")


class WebhookDelivery(Schema, json_schema_extra=examples(DELIVERED)):
    """What became of an event on its way to a webhook."""

    id: UUID
    event_id: UUID = Field(description="The header `webhook-id`: the same at each attempt.")
    event_type: str
    state: MessageState
    attempts: int
    created_at: Time
    ended_at: Time | None = Field(description="Null: it is still to be sent.")
    next_at: Time | None = Field(description="When it is tried next; null: not any more.")
    reason: str | None = Field(description="Why it was not sent, or not yet.")


TRIED: JsonDict = {
    **DELIVERED,
    "data": {"follow_ups": [{"id": 42, "title": "Call Acme"}]},
    "tries": [
        {
            "number": 1,
            "began_at": "2026-03-04T12:00:02Z",
            "ended_at": "2026-03-04T12:00:03Z",
            "outcome": "sent",
            "answer": "204 No Content",
        }
    ],
}


class WebhookDeliveryDetail(WebhookDelivery, json_schema_extra=examples(TRIED)):
    """A delivery with what it says and all its tries."""

    data: dict[str, Any] = Field(description="`data` of what is sent.")
    tries: list[DeliveryTry]


class WebhookDeliveryQuery(PageQuery):
    """Which deliveries to list."""

    state: MessageState | None = Field(None, description="Only in this state.")


class Sent(Schema, json_schema_extra=examples({"delivery_id": DELIVERY_ID})):
    """What is on its way."""

    delivery_id: UUID = Field(description="Says what becomes of it.")


class EventTypeInfo(
    Schema,
    json_schema_extra=examples({"name": "follow_up.completed", "description": "Follow-ups were completed."}),
):
    """Something to listen to."""

    name: EventType
    description: str


class EventTypeList(
    Schema,
    json_schema_extra=examples(
        {"items": [{"name": "follow_up.completed", "description": "Follow-ups were completed."}]}
    ),
):
    """All that there is to listen to."""

    items: list[EventTypeInfo]
