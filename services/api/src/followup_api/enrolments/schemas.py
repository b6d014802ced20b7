"""What the API says and takes about sequences that were started on a lead or client."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.followups.schemas import EXAMPLE_PERSON, PersonName
from followup_api.pagination import PageQuery
from followup_api.schemas import Id, Input, Schema, Time, examples
from followup_api.sequences.schemas import STEPS, STOPS_ON, SequenceStepShown

EXAMPLE_STEPS: list[JsonDict] = [
    {
        "priority": "normal",
        "notes": "",
        "waits": False,
        **step,
        "state": state,
        "follow_up_id": follow_up_id,
        "due_at": due_at,
        "outcome": outcome,
    }
    for step, state, follow_up_id, due_at, outcome in zip(
        STEPS,
        ("completed", "open", "to_come"),
        (42, 43, None),
        ("2026-03-02T16:00:00Z", "2026-03-04T08:00:00Z", "2026-03-11T08:00:00Z"),
        ("no answer", None, None),
        strict=True,
    )
]
EXAMPLE: JsonDict = {
    "id": 7,
    "sequence_id": 2,
    "name": "New lead",
    "subject": {"id": 5, "kind": "lead", "name": "Globex"},
    "assignee": EXAMPLE_PERSON,
    "created_by": EXAMPLE_PERSON,
    "created_at": "2026-03-02T09:00:00.250344Z",
    "steps": [*EXAMPLE_STEPS],
    "stops_on": ["not interested"],
    "ended_at": None,
    "ended_because": None,
    "ended_by": None,
    "may_change": True,
    "version": 1,
    "etag": '"1-5d41402a"',
    "updated_at": "2026-03-02T09:00:00.250344Z",
}


class EnrolmentSubject(Schema):
    """The lead or client that it is for."""

    id: int
    kind: Literal["lead", "client"]
    name: str


class EnrolmentStep(SequenceStepShown):
    """A step, and what was made of it."""

    state: Literal["open", "completed", "deleted", "to_come"] = Field(
        description="`to_come`: it is not planned yet, and never will be where the sequence has ended."
    )
    follow_up_id: int | None = Field(
        description="What was made of it; null: nothing yet, or it is out of your sight."
    )
    due_at: Time | None = Field(
        description="When that is due. Of one that is to come: when it will be, if those before it are "
        "completed when they are due. Null: nobody knows, or it never comes."
    )
    outcome: str | None = Field(description="What came of it, where it is completed.")


class Enrolment(Schema, json_schema_extra=examples(EXAMPLE)):
    """A sequence that was started on a lead or client: what it did, and what it will do."""

    id: int
    sequence_id: int | None = Field(description="Null: that was deleted since.")
    name: str = Field(description="As the sequence was called, and its steps were, when it was started.")
    subject: EnrolmentSubject
    assignee: PersonName = Field(description="Whose the follow-ups are that it will plan.")
    created_by: PersonName
    created_at: Time
    steps: list[EnrolmentStep]
    stops_on: list[str] = Field(description=STOPS_ON)
    ended_at: Time | None = Field(description="Null: it goes on.")
    ended_because: Literal["finished", "outcome", "stopped"] | None = Field(
        description="`finished`: no step is left; `outcome`: one came that stops it; `stopped`: by hand."
    )
    ended_by: PersonName | None
    may_change: bool = Field(
        description="Whether you may stop it: what it plans is yours, or of somebody below you."
    )
    version: int
    etag: str = Field(description="For `If-Match`.")
    updated_at: Time


class EnrolmentQuery(PageQuery):
    """Which ones to list."""

    subject_id: Id | None = Field(None, description="Only those on this lead or client.")
    follow_up_id: Id | None = Field(None, description="Only the one of which this follow-up is a step.")
    ended: bool = Field(True, description="Also those that have ended.")


class EnrolmentStart(Input, json_schema_extra=examples({"sequence_id": 2, "subject_id": 5})):
    """Which sequence to start, and on whom."""

    sequence_id: Id
    subject_id: Id
    assignee_id: Id | None = Field(None, description="Whose its follow-ups are; without it, the caller's.")
