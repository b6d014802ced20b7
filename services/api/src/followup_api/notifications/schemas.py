"""A person's inbox as they see it."""

from __future__ import annotations

from typing import Literal

from followup_common.policy import Severity
from pydantic import Field
from pydantic.config import JsonDict

from followup_api.comments.schemas import Comment
from followup_api.followups.schemas import WorkingOverdue
from followup_api.ops.deliveries.schemas import ChannelName
from followup_api.pagination import PageQuery
from followup_api.schemas import Id, Input, Schema, Time, examples


class NotificationQuery(PageQuery):
    """Which notifications to list."""

    unread: bool | None = Field(None, description="Only unread ones, or only read ones; without it, both.")
    summed_up_by: Id | None = Field(
        None, description="Only what this notification, of kind `summary`, sums up."
    )


FEW = 5
"""A summary of so many names them."""
HANDED_ON = "A follow-up that was handed on"
"""The title of what its reader may not see."""


class SubjectName(Schema):
    """The lead or client that a notification is about."""

    id: int
    kind: Literal["lead", "client"]
    name: str


class NotifiedFollowUp(Schema):
    """The follow-up that a notification is about, as its recipient may see it now."""

    id: int
    in_sight: bool = Field(
        description="Whether you may see it now. When not, it was handed on: its title, status, subject and "
        "whose it is are hidden, and reading it gives 404."
    )
    title: str = Field(description=f"Out of your sight it is `{HANDED_ON}`.")
    status: Literal["open", "completed"] = Field(
        description="Out of your sight it is `open`, as it was when you were told."
    )
    subject: SubjectName | None = Field(description="Out of your sight it is null.")


class Why(Schema):
    """Why somebody was told: the policy step, and how they were found.

    Of a follow-up out of sight `label` and `fallback` are null, and `hours_overdue` is 0.
    """

    policy: str
    policy_version: int
    step: int = Field(
        description="Number of the policy step; 0: an assignment; below: the end of a hold, or a comment."
    )
    label: str | None
    hours_overdue: float = Field(description="When the notification was written; one decimal.")
    working_overdue: WorkingOverdue | None = Field(
        None,
        description="The same by the calendar that applies, as that is now; null where none does, and of a "
        "follow-up that was not overdue or is out of sight.",
    )
    audience: str = Field(
        description="`assignee`, `manager`, `manager(2)`.., `admins`, `holder`, or `mentioned`."
    )
    fallback: Literal["up_the_line", "admins", "substitute", "absent"] | None = Field(
        description="`substitute`: you stand in for somebody who is away. `absent`: you were away yourself; "
        "such a notification is read from the beginning."
    )
    text: str = Field(description="How the recipient was found, as a sentence to them.")


class NotificationDelivery(Schema):
    """What became of a notification on its way to one of its recipient's addresses."""

    channel: ChannelName
    state: Literal["queued", "sending", "unknown", "sent", "failed", "suppressed", "expired"] = Field(
        description="`unknown`: nobody knows whether it was sent, and it is tried again. `failed`: it was "
        "refused, and is not tried again. `suppressed`: something had stopped it. `expired`: it could not be "
        "handed over for days."
    )
    at: Time = Field(description="When that was; of one that is still to be sent, when it was planned.")
    next_at: Time | None = Field(description="When it is tried next; null: not any more.")
    reason: str | None = Field(description="Why it was not sent, or not yet.")
    held: bool = Field(False, description="Whether one's own rules hold it until `next_at`.")


EXAMPLE: JsonDict = {
    "id": 812,
    "kind": "escalation",
    "created_at": "2026-03-04T12:00:02Z",
    "read_at": None,
    "follow_up": {
        "id": 42,
        "in_sight": True,
        "title": "Call Acme about renewal",
        "status": "open",
        "subject": {"id": 7, "kind": "client", "name": "Acme Corporation"},
    },
    "message": "Call Acme about renewal is 2 days 3 h overdue",
    "label": "manager",
    "severity": "escalated",
    "sla_breach": False,
    "why": {
        "policy": "standard",
        "policy_version": 1,
        "step": 2,
        "label": "manager",
        "hours_overdue": 51.0,
        "working_overdue": {"calendar": "Berlin", "days": 1, "hours": 3.0},
        "audience": "manager",
        "fallback": None,
        "text": "You manage Amir Patel.",
    },
    "number": None,
    "completed": None,
    "reason": None,
    "deliveries": [
        {
            "channel": "email",
            "state": "sent",
            "at": "2026-03-04T12:00:03Z",
            "next_at": None,
            "reason": None,
            "held": False,
        }
    ],
}


class Notification(Schema, json_schema_extra=examples(EXAMPLE)):
    """Something that a person was told."""

    id: int
    kind: Literal[
        "escalation",
        "assignment",
        "hold",
        "mention",
        "comment",
        "summary",
        "webhook",
        "destination",
        "answer",
    ] = Field(
        description="`hold`: a wait, a snooze or the time for which somebody had it has ended. `mention`: "
        "a comment mentions you. `comment`: somebody commented on a follow-up of yours. `webhook`: "
        "one that you look after fails, or was switched off. `destination`: an address of yours takes no "
        "mail, and was switched off. `answer`: your answer to a mail did not do what it says."
    )
    created_at: Time
    read_at: Time | None
    follow_up: NotifiedFollowUp | None = Field(
        description="Null for a summary, which is about several, and of a webhook, a destination or an "
        "answer."
    )
    message: str = Field(description="What it says, as a sentence.")
    label: str | None = Field(description="Label of the policy step; null for others than escalations.")
    severity: Severity | None = Field(
        None, description="How grave the step is, or the steps are that a summary tells of; else null."
    )
    sla_breach: bool
    comment: Comment | None = Field(
        None, description="Of a mention or a comment: what was said, as it is now."
    )
    why: Why | None = Field(description="Null for a summary, and of a webhook, a destination or an answer.")
    number: int | None = Field(
        None,
        description="Of a summary: of how many follow-ups it tells; `GET /notifications?summed_up_by=` lists "
        "the notifications that it sums up. There are none of work that went from you.",
    )
    sums_up: Literal["escalation", "assignment", "hand_over", "absence"] | None = Field(
        None, description="Of a summary: what it tells of."
    )
    follow_ups: list[NotifiedFollowUp] = Field(
        [],
        description=f"Of a summary of up to {FEW} that one happening told: which, the longest overdue first.",
    )
    in_lists: bool = Field(
        False,
        description="Of a summary: whether `GET /follow-ups?summed_up_by=` lists the follow-ups, too. It "
        "does not of an absence, and where a policy names you, or you stand in for somebody.",
    )
    completed: int | None = Field(
        None, description="Of a summary of escalations: how many are completed by now; null: many more."
    )
    reason: str | None = Field(
        None,
        description="Of a summary of escalations: how its recipient was found, as a sentence to them; of a "
        "hand-over, who did it. Of a webhook: whose it is, and what comes next. Of a destination: what to "
        "do. Of an answer: what to do, or what has changed.",
    )
    webhook_id: int | None = Field(None, description="Of a webhook: which one.")
    destination_id: int | None = Field(None, description="Of a destination: which one.")
    answered_id: int | None = Field(None, description="Of an answer: the follow-up that its mail tells of.")
    deliveries: list[NotificationDelivery] = Field(
        [], description="How it left the house, where it did or was to."
    )


class UnreadCount(Schema):
    """How many notifications are unread."""

    unread: int = Field(examples=[3])


class ReadAll(Input):
    """Which notifications to mark as read."""

    up_to: Id | None = Field(None, description="Only those up to this id: what came later stays unread.")


class ReadResult(Schema):
    """How many notifications were marked as read."""

    read: int = Field(examples=[3])
