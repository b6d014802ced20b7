"""What the API says about the history of follow-ups."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.comments.schemas import Comment
from followup_api.followups.schemas import PersonName
from followup_api.schemas import Schema, Time, examples


class ActivityRecipient(Schema):
    """Somebody whom an escalation told, and how they were found."""

    user: PersonName
    audience: str = Field(description="`assignee`, `manager`, `manager(2)`.. or `admins`.")
    fallback: Literal["up_the_line", "admins", "substitute", "absent"] | None = Field(
        description="Why it was not the person meant: the next one up the line, the admins, or who stands in "
        "for somebody. `absent`: it was, and they were away: they found it when they were back."
    )
    why: str = Field(description="How they were found, to put after their name: `manager of Amir Patel`.")


class ActivityEscalation(Schema):
    """The policy step behind an escalation, and who was told."""

    step: int
    label: str
    hours_overdue: float
    sla_breach: bool
    policy: str
    policy_version: int
    why: str = Field(description="The step, its policy and how late it was, as a sentence for people.")
    recipients: list[ActivityRecipient]


ACTIVITY_EXAMPLE: JsonDict = {
    "id": 90,
    "kind": "escalated",
    "actor": None,
    "created_at": "2026-03-04T09:00:03Z",
    "details": {},
    "escalation": {
        "step": 2,
        "label": "manager",
        "hours_overdue": 48.0,
        "sla_breach": False,
        "policy": "standard",
        "policy_version": 1,
        "why": "Step 2 (manager) of policy “standard”, version 1, when it was 2 days overdue.",
        "recipients": [
            {
                "user": {"id": 2, "name": "Dana Reyes"},
                "audience": "manager",
                "fallback": None,
                "why": "manager of Amir Patel",
            }
        ],
    },
    "summary": "Told Dana Reyes (manager of Amir Patel) that it is 2 days overdue",
}


class Activity(Schema, json_schema_extra=examples(ACTIVITY_EXAMPLE)):
    """One entry of a follow-up's history."""

    id: int
    kind: str = Field(
        description="`created`, `imported`, `edited`, `rescheduled`, `reassigned`, `completed`, `reopened`, "
        "`logged`, `acknowledged`, `snoozed`, `waiting`, `resumed` (a hold was ended), `hold_ended` (its "
        "time has come), `undone`, `restored`, `policy_changed`, `commented`, `comment_edited`, "
        "`comment_deleted`, `escalated` or `assignment_announced` (whom "
        "the step reached told after a reassignment); later versions may add kinds."
    )
    actor: PersonName | None = Field(description="Who did it; null for the system.")
    created_at: Time
    details: dict[str, Any] = Field(
        description="What changed: `{changes: {field: {from, to}}, reason}`; for escalations what the "
        "notifier kept."
    )
    escalation: ActivityEscalation | None
    comment: Comment | None = Field(
        None, description="What somebody said, as it is now; of entries of the kind `commented`."
    )
    summary: str = Field(description="The entry as a sentence for people.")


class FollowUpName(Schema):
    """A follow-up, as much as a line about it needs."""

    id: int
    title: str


class StoryEntry(
    Activity,
    json_schema_extra=examples(
        {**ACTIVITY_EXAMPLE, "follow_up": {"id": 42, "title": "Call Acme about renewal"}}
    ),
):
    """One entry of the history of a lead or client."""

    follow_up: FollowUpName
