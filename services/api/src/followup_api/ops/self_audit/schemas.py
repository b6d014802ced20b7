"""What the self-audit finds."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Schema, Time, examples

SEEN: JsonDict = {"subject": "follow-ups/42", "since": "2026-03-31T06:00:00Z", "detail": None}
FOUND: JsonDict = {
    "check": "overdue-steps",
    "count": 1,
    "or_more": False,
    "means": "Follow-ups passed a step of their policy long ago, and no sweep has taken them.",
    "fix": "See that a scheduler and an escalator run.",
    "examples": [SEEN],
}


class Check(StrEnum):
    """What is looked for."""

    OVERDUE_STEPS = "overdue-steps"
    OUTBOX_OVERDUE = "outbox-overdue"
    SWEEPS_STUCK = "sweeps-stuck"
    DEAD_LETTERS = "dead-letters"
    UNROUTABLE = "unroutable"
    TIMES_AHEAD = "times-ahead"
    LEFT_BEHIND = "left-behind"


class Example(Schema, json_schema_extra=examples(SEEN)):
    """One thing that a check found."""

    subject: str = Field(description="What it is, such as `follow-ups/42`.")
    since: Time
    detail: str | None = Field(description="What is known about it, such as the last error.")


class Finding(Schema, json_schema_extra=examples(FOUND)):
    """What one check found."""

    check: Check
    count: int = Field(description="How many; 0 is well.")
    or_more: bool = Field(description="Counting stopped there.")
    means: str
    fix: str = Field(description="What to do about it.")
    examples: list[Example] = Field(description="Those that have waited longest.")


SELF_AUDIT_EXAMPLE: JsonDict = {"checked_at": "2026-03-31T09:00:00Z", "healthy": False, "findings": [FOUND]}


class SelfAudit(Schema, json_schema_extra=examples(SELF_AUDIT_EXAMPLE)):
    """Whether everything goes its way, by what the database says."""

    checked_at: Time
    healthy: bool
    findings: list[Finding] = Field(description="One for each check, also for those that found nothing.")
