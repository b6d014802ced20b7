"""What webhooks can listen to.

The function `webhook_event_type` of the database says which entry of a history is which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

EventType = Literal[
    "follow_up.created",
    "follow_up.changed",
    "follow_up.completed",
    "follow_up.reopened",
    "follow_up.held",
    "follow_up.commented",
    "follow_up.deleted",
    "follow_up.restored",
    "escalation.announced",
]

TEST = "webhook.test"
"""Sent by the test alone, whatever a webhook listens to."""

EVENT_TYPES: Mapping[EventType, str] = {
    "follow_up.created": "Somebody made follow-ups, or an import did.",
    "follow_up.changed": "Follow-ups were edited, moved, reassigned, undone, or given another policy.",
    "follow_up.completed": "Follow-ups were completed.",
    "follow_up.reopened": "Completed follow-ups were opened again.",
    "follow_up.held": "Follow-ups were acknowledged, snoozed or set to wait, or that ended.",
    "follow_up.commented": "Somebody commented on follow-ups, or changed or deleted a comment.",
    "follow_up.deleted": "Follow-ups were deleted.",
    "follow_up.restored": "Deleted follow-ups came back.",
    "escalation.announced": "Follow-ups reached a step of their policy, and people were told.",
}
"""What each says."""
