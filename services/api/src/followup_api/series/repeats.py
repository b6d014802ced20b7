"""A rule of recurrence, as the API takes it."""

from __future__ import annotations

from typing import Annotated

from followup_common.policy.recurrence import Recurrence
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from followup_api.calendars.schemas import TimeOfDay
from followup_api.schemas import examples
from followup_api.time_zones import canonical

RULE_EXAMPLE: JsonDict = {"every": 2, "unit": "week", "weekdays": [1, 4], "closed_days": "next"}


class Repeats(Recurrence):
    """When a follow-up comes again."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=examples(RULE_EXAMPLE))

    at: TimeOfDay | None = Field(None, description="The time of day; without it, that of the first one.")
    time_zone: Annotated[str, AfterValidator(canonical)] | None = Field(
        None, description="Whose clock shows it; without it, that of the assignee."
    )

    @property
    def rule(self) -> Recurrence:
        """Without the time."""
        return Recurrence.model_validate(self.model_dump(exclude={"at", "time_zone"}))
