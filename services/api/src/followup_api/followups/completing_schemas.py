"""What the API says and takes about completing follow-ups, and what comes next."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from followup_common.policy.presets import Preset
from pydantic import Field, model_validator
from pydantic.config import JsonDict

from followup_api.fields import SaneTime
from followup_api.followups.facts import DEFAULT_OUTCOME, KIND, KindName
from followup_api.followups.schemas import EXAMPLE_FOLLOW_UP, FollowUp, Note
from followup_api.schemas import Id, Input, Line, Parameters, Schema, Time, examples

OUTCOME = "Name of one of `GET /outcomes`."

NEXT_EXAMPLE: JsonDict = {"title": "Send Acme the offer", "preset": "in_3_working_days"}


class NextFollowUp(Input, json_schema_extra=examples(NEXT_EXAMPLE)):
    """The follow-up that comes after one: about the same lead or client."""

    title: Line | None = Field(None, description="Without it, that of the one before.")
    due_at: SaneTime | None = None
    preset: Annotated[Preset, Field(strict=False)] | None = Field(
        None, description="In place of `due_at`: as `GET /follow-ups/presets` says for its assignee."
    )
    assignee_id: Id | None = Field(None, description="Without it, whose the one before was.")
    kind: KindName | None = Field(None, description=f"Without it, that of the one before. {KIND}")

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.due_at is None) == (self.preset is None):
            raise ValueError("needs either a due_at or a preset, and not both")
        return self


class NextOfEach(Input, json_schema_extra=examples({"preset": "monday"})):
    """When each of many follow-ups comes again: with its title, kind, assignee, and lead or client."""

    due_at: SaneTime | None = None
    preset: Annotated[Preset, Field(strict=False)] | None = Field(
        None, description="In place of `due_at`: as `GET /follow-ups/presets` says for its assignee."
    )

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.due_at is None) == (self.preset is None):
            raise ValueError("needs either a due_at or a preset, and not both")
        return self


class Completion(
    Input,
    json_schema_extra=examples(
        {"outcome": "no answer", "note": "Voicemail is full.", "next": NEXT_EXAMPLE},
    ),
):
    """What came of a follow-up, and what comes next."""

    outcome: KindName = Field(DEFAULT_OUTCOME, description=f"What came of it. {OUTCOME}")
    note: Note | None = Field(
        None,
        description="For the history of it and of its lead or client; needed where `note_required` says so.",
    )
    next: NextFollowUp | None = Field(
        None, description="What to do next; an undo of the completion takes it back too."
    )


class CompletionQuery(Parameters):
    """When to refuse a completion."""

    only_open: bool = Field(
        False,
        description="Refuse (412, with `current`) to complete one that is completed already: for a "
        "completion that was made without a connection and is sent later. Send it with an `Idempotency-Key`, "
        "so that one whose answer was lost is not taken for somebody else's.",
    )


class NextInSeries(Schema):
    """The one that comes after in a series."""

    id: int
    due_at: Time


class Completed(
    FollowUp, json_schema_extra=examples({**EXAMPLE_FOLLOW_UP, "next": None, "next_in_series": None})
):
    """A completed follow-up, and the one that was planned with it."""

    next: FollowUp | None
    next_in_series: NextInSeries | None = Field(
        description="What this completion made of its series; null: it is of none, or nothing comes after."
    )


class LogEntry(
    Input, json_schema_extra=examples({"kind": "call", "outcome": "left message", "note": "Calls back."})
):
    """Something that happened and completes nothing, such as a call."""

    kind: KindName | None = Field(None, description=f"What was done; without it, a note. {KIND}")
    outcome: KindName | None = Field(None, description=f"What came of it. {OUTCOME}")
    note: Note | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.kind is None and self.note is None:
            raise ValueError("needs a kind (what was done), or a note")
        if self.kind is None and self.outcome is not None:
            raise ValueError("outcome needs a kind: say what was done")
        return self


class PresetQuery(Parameters):
    """For whom."""

    assignee_id: Id | None = Field(None, description="Whose follow-up it would be; without it, the caller's.")
    working_days: int | None = Field(
        None, ge=1, le=60, description="Say as well when so many working days have passed."
    )
    hold: Literal["snooze", "wait"] | None = Field(
        None, description="Only those up to which you may hold the follow-up `follow_up_id`, by its policy."
    )
    follow_up_id: Id | None = Field(None, description="With `hold`: which one.")

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.hold is None) != (self.follow_up_id is None):
            raise ValueError("hold and follow_up_id belong together: send both, or none")
        return self


class PresetTime(
    Schema, json_schema_extra=examples({"preset": "tomorrow", "due_at": "2026-03-03T08:00:00Z"})
):
    """A due time that one can choose by its name."""

    preset: Preset
    due_at: Time = Field(description="In the assignee's working hours, on their own clock.")


class PresetTimes(Schema):
    """Due times that one can choose by their names."""

    items: list[PresetTime]
    after_working_days: Time | None = Field(
        description="After as many working days as `working_days` asks for; null without it."
    )
