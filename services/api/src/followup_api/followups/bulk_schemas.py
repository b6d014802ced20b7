"""What the API says and takes about actions on many follow-ups at once."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from followup_common.policy.conditions import Priority
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.config import JsonDict

from followup_api.fields import SaneTime
from followup_api.followups.completing_schemas import NextOfEach
from followup_api.followups.due_filters import DueFilters
from followup_api.followups.facts import FactFilters, KindName, Tags
from followup_api.followups.hold_schemas import ChosenPreset
from followup_api.followups.policy_change_schemas import ClockChoice
from followup_api.followups.progress_filters import ProgressFilters
from followup_api.followups.schemas import FOUND_IN, WHY, Assigned, Note, Reason
from followup_api.schemas import Id, Input, Line, Schema, Search, examples

AT_ONCE = 10_000
"""How many follow-ups a bulk action takes."""


class BulkAction(StrEnum):
    """What to do to many follow-ups at once."""

    COMPLETE = "complete"
    REASSIGN = "reassign"
    RESCHEDULE = "reschedule"
    EDIT = "edit"
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    WAIT = "wait"
    RESUME = "resume"
    UNDO = "undo"


CHANGES_POLICY = (BulkAction.EDIT, BulkAction.REASSIGN)
"""What may bring follow-ups to another policy whose clock goes on."""


HOLDS = (BulkAction.ACKNOWLEDGE, BulkAction.SNOOZE, BulkAction.WAIT)
"""What holds follow-ups."""
UNTIL = (BulkAction.SNOOZE, BulkAction.WAIT)
"""What does so up to a time."""


class BulkFilter(FactFilters, ProgressFilters, DueFilters, Input):
    """All follow-ups that a list with the same filters holds, as many as were counted."""

    view: Literal["overdue", "today", "upcoming", "open"]
    assignee: Assigned = "all"
    subject_id: Id | None = Field(None, description="Only those about this lead or client.")
    summed_up_by: Id | None = Field(
        None, description="Only those of which this notification of yours, of kind `summary`, tells."
    )
    q: Search | None = Field(None, description=FOUND_IN)
    expected: Annotated[int, Field(ge=0)] = Field(
        description="How many `GET /follow-ups/counts` counted with the same filters, for `open` all three "
        "together: when there are more or fewer by now, nothing is changed."
    )
    as_of: SaneTime = Field(
        description="`as_of` of that count: what was changed after it is left alone, like by `etags`."
    )


Ids = Annotated[list[Id], Field(min_length=1, max_length=AT_ONCE, fail_fast=True)]


class HoldPresetsInput(Input, json_schema_extra=examples({"hold": "snooze", "ids": [42, 43]})):
    """Which follow-ups somebody would hold, and how: either `ids`, or all that a `filter` finds."""

    hold: Literal["snooze", "wait"]
    ids: Ids | None = None
    filter: BulkFilter | None = Field(None, description="In place of `ids`; the count is not compared.")

    @model_validator(mode="after")
    def _ids_or_a_filter(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or a filter")
        return self


BULK_CHANGE_EXAMPLES: tuple[JsonDict, ...] = (
    {"ids": [42, 43], "versions": [3, 1], "action": "complete", "next": {"preset": "monday"}},
    {"ids": [42, 43], "action": "reassign", "assignee_id": 5},
    {
        "filter": {"view": "overdue", "expected": 102, "as_of": "2026-03-02T09:00:00.250344Z"},
        "action": "complete",
    },
    {"ids": [42, 43], "action": "reschedule", "due_at": "2026-03-04T13:30:00Z"},
    {"ids": [42, 43], "action": "edit", "priority": "high", "add_tags": ["vip"]},
    {"ids": [42, 43], "action": "wait", "preset": "monday", "reason": "They decide on Thursday."},
)


class BulkChange(ClockChoice, json_schema_extra=examples(*BULK_CHANGE_EXAMPLES)):
    """One action on up to 10,000 follow-ups: either `ids`, or all that a `filter` finds."""

    ids: Ids | None = None
    filter: BulkFilter | None = Field(None, description="In place of `ids`; not for `undo`.")
    versions: list[Annotated[int, Field(ge=1)]] | None = Field(
        None,
        max_length=AT_ONCE,
        fail_fast=True,
        description="The `version` of each of `ids` as you read it, in the same order: what changed since "
        "is left alone. Without versions or etags, all are changed whatever was changed meanwhile.",
    )
    etags: list[Line] | None = Field(
        None,
        max_length=AT_ONCE,
        fail_fast=True,
        description="The same with the `etag` of each, which also tells a row from the one that had its "
        "version before a restore of the database.",
    )
    action: Annotated[BulkAction, Field(strict=False)]
    assignee_id: Id | None = Field(None, description="Needed to reassign.")
    due_at: SaneTime | None = Field(None, description="Needed to reschedule.")
    reason: Reason | None = Field(
        None, description=f"Why they are rescheduled, snoozed or wait, or their clock starts over. {WHY}"
    )
    until: SaneTime | None = Field(None, description="To snooze or to wait: until when.")
    preset: ChosenPreset | None = Field(None, description="In place of `until`, its name.")

    outcome: KindName | None = Field(None, description="To complete: what came of all of them.")
    note: Note | None = Field(
        None, description="To complete: for the history of each; needed where `note_required` of one says so."
    )
    next: NextOfEach | None = Field(
        None,
        description="To complete: when each of them comes again; an undo takes the next ones back too.",
    )
    kind: KindName | None = Field(None, description="To edit: what they all become.")
    priority: Priority | None = Field(None, description="To edit: what they all get.")
    add_tags: Tags = Field(default_factory=list, description="To edit: tags that each of them gets.")
    remove_tags: Tags = Field(default_factory=list, description="To edit: tags that none of them keeps.")

    @field_validator("versions", "etags")
    @classmethod
    def _one_for_each_id(cls, value: list[Any] | None, given: ValidationInfo) -> list[Any] | None:
        ids = given.data.get("ids")  # missing when those are wrong themselves
        if value is not None and ids is not None and len(value) != len(ids):
            raise ValueError(f"needs one for each of the {len(ids)} ids, not {len(value)}")
        return value

    @model_validator(mode="after")
    def _ids_or_a_filter(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or a filter")
        if self.filter and (self.versions is not None or self.etags is not None):
            raise ValueError("versions and etags belong to ids: a filter has as_of")
        if self.filter and self.action == BulkAction.UNDO:
            raise ValueError("an undo needs ids: give those that were done")
        return self

    @model_validator(mode="after")
    def _argument_of_the_action(self) -> Self:
        if (self.assignee_id is not None) != (self.action == BulkAction.REASSIGN):
            raise ValueError("assignee_id belongs to the action reassign, which needs it")
        if (self.due_at is not None) != (self.action == BulkAction.RESCHEDULE):
            raise ValueError("due_at belongs to the action reschedule, which needs it")
        if self.outcome is not None and self.action != BulkAction.COMPLETE:
            raise ValueError("outcome belongs to the action complete")
        if self.note is not None and self.action != BulkAction.COMPLETE:
            raise ValueError("note belongs to the action complete")
        if self.next is not None and self.action != BulkAction.COMPLETE:
            raise ValueError("next belongs to the action complete")
        edits = (self.kind, self.priority, self.add_tags or None, self.remove_tags or None)
        if any(edit is not None for edit in edits) != (self.action == BulkAction.EDIT):
            raise ValueError(
                "kind, priority, add_tags and remove_tags belong to the action edit, which needs one of them"
            )
        if (self.restart_clock is not None or self.ask_about_policy) and self.action not in CHANGES_POLICY:
            raise ValueError("restart_clock and ask_about_policy belong to the actions edit and reassign")
        reasoned = self.action in (BulkAction.RESCHEDULE, *UNTIL) or self.restart_clock
        if self.reason is not None and not reasoned:
            raise ValueError(
                "reason belongs to the actions reschedule, snooze and wait, and to restart_clock"
            )
        if both := sorted({*self.add_tags} & {*self.remove_tags}):
            raise ValueError(f"add_tags and remove_tags both name {both[0]!r}: leave it out of one")
        return self

    @model_validator(mode="after")
    def _time_of_a_hold(self) -> Self:
        given = (self.until is not None) + (self.preset is not None)
        if given != (self.action in UNTIL):
            raise ValueError("until or preset, one of them, belongs to the actions snooze and wait")
        if self.action == BulkAction.WAIT and self.reason is None:
            raise ValueError("the action wait needs a reason: for what do they wait?")
        return self


class BulkFailure(Schema):
    """A follow-up that the action could not be done to, and why."""

    id: int
    message: str


class BulkDone(Schema):
    """A follow-up that the action has changed."""

    id: int
    etag: str = Field(description="Its new entity tag: send it to undo this change, and no later one.")


BULK_RESULT_EXAMPLE: JsonDict = {
    "done": [42],
    "changed": [{"id": 42, "etag": '"4-1a5f0c93"'}],
    "failed": [{"id": 43, "message": "There is no such follow-up."}],
    "assignee_absent_until": None,
}


class BulkResult(Schema, json_schema_extra=examples(BULK_RESULT_EXAMPLE)):
    """What became of a bulk action."""

    done: list[int]
    changed: list[BulkDone] = Field(
        description="Those of `done` that this request has changed; the others were as it wanted them."
    )
    failed: list[BulkFailure]
    assignee_absent_until: date | None = Field(
        None, description="To reassign: the last day of the absence that the new assignee is on now."
    )
