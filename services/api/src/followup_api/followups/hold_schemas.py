"""What the API says and takes about holds: acknowledging, snoozing and waiting."""

from __future__ import annotations

from typing import Annotated, Self

from followup_common.policy.presets import Preset
from pydantic import Field, model_validator
from pydantic.config import JsonDict

from followup_api.fields import SaneTime
from followup_api.followups.completing_schemas import PresetTime
from followup_api.followups.schemas import Reason
from followup_api.schemas import Input, Schema, examples

ChosenPreset = Annotated[Preset, Field(strict=False)]
SNOOZE_EXAMPLE: JsonDict = {"preset": "tomorrow"}
WAIT_EXAMPLE: JsonDict = {"until": "2026-03-06T09:00:00Z", "reason": "They decide on Thursday."}


class _Until(Input):
    """Up to when something is held."""

    until: SaneTime | None = None
    preset: ChosenPreset | None = Field(
        None, description="In place of `until`: as `GET /follow-ups/presets` says."
    )

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.until is None) == (self.preset is None):
            raise ValueError("needs either an until or a preset, and not both")
        return self


class Snooze(_Until, json_schema_extra=examples(SNOOZE_EXAMPLE)):
    """Until when the caller is not reminded."""

    reason: Reason | None = Field(
        None, description="Needed from the second snooze on, or as the policy says; kept in the history."
    )


class Wait(_Until, json_schema_extra=examples(WAIT_EXAMPLE)):
    """Until when it is somebody else's turn, and why."""

    reason: Reason = Field(description="For what it waits; kept in the history.")


class HoldPresets(Schema):
    """Times up to which one may hold many follow-ups, by their names."""

    items: list[PresetTime] = Field(
        description="Those that the policies of all of them allow; `due_at` is the earliest at which one of "
        "them would go on."
    )
    refused: int = Field(description="How many may be held up to none of them: those are left alone.")
