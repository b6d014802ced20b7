"""What the API says about a single follow-up, beyond what lists say of it."""

from __future__ import annotations

from datetime import date

from followup_common.policy import Severity
from pydantic import Field
from pydantic.config import JsonDict

from followup_api.followups.schemas import EXAMPLE_FOLLOW_UP, FollowUp
from followup_api.schemas import Schema, Time, examples

EXAMPLE_POLICY: JsonDict = {
    "id": 2,
    "name": "Key accounts",
    "version": 3,
    "why": "It is for follow-ups whose tags have one of key account.",
}


class FollowUpPolicy(Schema):
    """The version of a policy that a follow-up is escalated by."""

    id: int
    name: str
    version: int
    why: str = Field(description="Which follow-ups that version is for, as a sentence for people.")


EXAMPLE_NEXT_STEP: JsonDict = {
    "at": "2026-03-06T09:00:00Z",
    "step": 3,
    "repeat": 0,
    "label": "admin",
    "severity": "breach",
}


class NextStep(Schema):
    """The step that comes if nobody does anything."""

    at: Time = Field(
        description="When it comes by the policy's clock; it goes out with the next sweep after."
    )
    step: int = Field(description="Its number.")
    repeat: int = Field(description="How often that step has been told before it.")
    label: str
    severity: Severity


EXAMPLE_DETAIL: JsonDict = {
    **EXAMPLE_FOLLOW_UP,
    "policy": EXAMPLE_POLICY,
    "next_step": EXAMPLE_NEXT_STEP,
}


ABSENT_UNTIL = "The last day of the absence that the assignee is on now; null: they are there."


class FollowUpGiven(
    FollowUp, json_schema_extra=examples({**EXAMPLE_FOLLOW_UP, "assignee_absent_until": None})
):
    """A follow-up that was planned or changed, and whether its assignee is there."""

    assignee_absent_until: date | None = Field(description=ABSENT_UNTIL)


class FollowUpDetail(FollowUp, json_schema_extra=examples(EXAMPLE_DETAIL)):
    """A follow-up, the policy that it is on, and what comes next on it."""

    policy: FollowUpPolicy
    next_step: NextStep | None = Field(
        description="Null after the last step, of a completed one, and where its calendar cannot be used."
    )
