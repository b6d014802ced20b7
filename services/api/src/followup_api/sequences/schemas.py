"""What the API says and takes about sequences."""

from __future__ import annotations

from typing import Annotated

from followup_common.policy.conditions import Priority
from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

from followup_api.fields import Notes
from followup_api.followups.completing_schemas import OUTCOME
from followup_api.followups.facts import DEFAULT_KIND, KIND, KindName
from followup_api.followups.schemas import PersonName
from followup_api.saved_views.schemas import ViewName
from followup_api.schemas import Changes, Input, Line, Schema, Time, examples, unchanged

MOST_STEPS = 20
LONGEST_OFFSET = 60
"""Working days, as for due times by name."""
STEPS: list[JsonDict] = [
    {"title": "Call", "kind": "call", "offset": 0},
    {"title": "Send the brochure", "kind": "e-mail", "offset": 2},
    {"title": "Call again", "kind": "call", "offset": 5, "waits": True},
]
OFFSET = (
    "Working days of the assignee after the start; from the last step with `waits` on, after what that one "
    "waited for. 0: the same day."
)
WAITS = (
    "Whether it is planned only when none of the steps before it is open any more; its offset, and those of "
    "the steps after it, count from then. Without it, it is planned together with the one before."
)
STOPS_ON = f"Outcomes that end it, and delete those of its follow-ups that are open. {OUTCOME}"


def _not_before_the_start(offset: int) -> int:
    if offset < 0:
        raise ValueError("is before the start: use 0, which is the day of the start, or more")
    return offset


Offset = Annotated[
    int,
    Field(le=LONGEST_OFFSET, json_schema_extra={"minimum": 0}),
    AfterValidator(_not_before_the_start),
]


class SequenceStepInput(Input):
    """A follow-up of a sequence."""

    title: Line
    kind: KindName = Field(DEFAULT_KIND, description=f"What is to be done. {KIND}")
    priority: Priority = "normal"
    notes: Notes = ""
    offset: Offset = Field(description=OFFSET)
    waits: bool = Field(False, description=WAITS)


class SequenceStepShown(Schema):
    """A follow-up of a sequence."""

    title: str
    kind: str = Field(description=f"What is to be done. {KIND}")
    priority: Priority
    notes: str
    offset: int = Field(description=OFFSET)
    waits: bool = Field(description=WAITS)


Steps = Annotated[list[SequenceStepInput], Field(min_length=1, max_length=MOST_STEPS)]
StopsOn = Annotated[list[KindName], Field(max_length=100)]
EXAMPLE: JsonDict = {
    "id": 2,
    "name": "New lead",
    "steps": [{"priority": "normal", "notes": "", "waits": False, **step} for step in STEPS],
    "stops_on": ["not interested"],
    "going_on": 14,
    "created_by": {"id": 2, "name": "Dana Reyes"},
    "version": 1,
    "etag": '"1-5d41402a"',
    "created_at": "2026-03-02T09:00:00.250344Z",
    "updated_at": "2026-03-02T09:00:00.250344Z",
}


class Sequence(Schema, json_schema_extra=examples(EXAMPLE)):
    """A set of follow-ups that is started on leads and clients."""

    id: int
    name: str
    steps: list[SequenceStepShown]
    stops_on: list[str] = Field(description=STOPS_ON)
    going_on: int = Field(description="On how many leads and clients it goes on.")
    created_by: PersonName
    version: int
    etag: str = Field(description="For `If-Match`.")
    created_at: Time
    updated_at: Time


class SequenceCreate(
    Input,
    json_schema_extra=examples({"name": "New lead", "steps": [*STEPS], "stops_on": ["not interested"]}),
):
    """A sequence to add."""

    name: ViewName = Field(description="Unique.")
    steps: Steps
    stops_on: StopsOn = Field(default_factory=list, description=STOPS_ON)


class SequencePatch(Changes, json_schema_extra=examples({"name": "New lead (web)"})):
    """What to change of a sequence; what is left out stays."""

    name: ViewName = Field(default_factory=unchanged, description="Unique.")
    steps: Steps = Field(default_factory=unchanged, description="All of them.")
    stops_on: StopsOn = Field(default_factory=unchanged, description=STOPS_ON)
