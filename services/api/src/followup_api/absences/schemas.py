"""What the API says and takes about people who are away."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from followup_api.calendars.schemas import Day
from followup_api.followups.schemas import PersonName
from followup_api.pagination import PageQuery
from followup_api.schemas import UNTURNED, Changes, Id, Input, Schema, Time, examples, storable, unchanged

MOST_DAYS = 366
"""How long one absence may be: who is away for longer hands their work over."""
FROM = "The first day, in the person's own time zone."
TO = "The last day, which still belongs to it."
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable), UNTURNED
]

PLANNED: JsonDict = {"user_id": 42, "from": "2026-12-21", "to": "2027-01-03", "substitute_id": 7}


class AbsenceInput(Input, json_schema_extra=examples({**PLANNED, "note": "On holiday"})):
    """An absence to plan."""

    model_config = ConfigDict(validate_by_name=False, validate_by_alias=True)

    user_id: Id | None = Field(None, description="Who is away: yourself, if left out.")
    first_day: Day = Field(alias="from", description=FROM)
    last_day: Day = Field(alias="to", description=f"{TO} At most 366 days in all.")
    substitute_id: Id | None = Field(
        None,
        description="Who is told in their place, and may read and change what they were told of while it "
        "lasts; null: the next one up the line is told.",
    )
    note: Note = Field("", description="For themselves, those above them, and admins.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        refuse_wrong_days(self.first_day, self.last_day)
        return self


class AbsenceChanges(Changes, json_schema_extra=examples({"to": "2027-01-06", "substitute_id": None})):
    """What to change about an absence; what is absent stays."""

    first_day: Day = Field(alias="from", default_factory=unchanged, description=FROM)
    last_day: Day = Field(alias="to", default_factory=unchanged, description=TO)
    substitute_id: Id | None = Field(default_factory=unchanged, description="Null: nobody stands in.")
    note: Note = Field(default_factory=unchanged)


ABSENCE_EXAMPLE: JsonDict = {
    "id": 9,
    "user": {"id": 42, "name": "Anna Berg"},
    "from": "2026-12-21",
    "to": "2027-01-03",
    "substitute": {"id": 7, "name": "Ben Ode"},
    "note": "On holiday",
    "set_by": {"id": 42, "name": "Anna Berg"},
    "source": "own",
    "now": False,
    "ended_at": None,
    "version": 1,
    "etag": '"1-5d41402a"',
}


class Absence(Schema, json_schema_extra=examples(ABSENCE_EXAMPLE)):
    """That somebody is away."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    id: int
    user: PersonName
    first_day: date = Field(alias="from", description=FROM)
    last_day: date = Field(alias="to", description=TO)
    substitute: PersonName | None = Field(description="Who is told in their place.")
    note: str
    set_by: PersonName | None
    source: Literal["own", "manager", "import", "ics"]
    now: bool = Field(description="Whether they are away now.")
    ended_at: Time | None = Field(description="When they came back, before the last day was over.")
    version: int
    etag: str


class AbsenceQuery(PageQuery):
    """Which absences to list."""

    user_id: Id | None = Field(None, description="Only those of this person.")
    past: bool = Field(False, description="Also those that are over.")


AWAY_EXAMPLE: JsonDict = {"user_id": 42, "until": "2027-01-03", "substitute_id": 7}


class Away(Schema, json_schema_extra=examples(AWAY_EXAMPLE)):
    """Somebody who is away now."""

    user_id: int
    until: date = Field(description=TO)
    substitute_id: int | None


class AwayToday(Schema, json_schema_extra=examples({"items": [AWAY_EXAMPLE]})):
    """Everybody who is away now."""

    items: list[Away]


def refuse_wrong_days(first_day: date, last_day: date) -> None:
    """Check that days are in order, and not too many.

    Raises:
        ValueError: they are not.
    """
    if last_day < first_day:
        raise ValueError("to lies before from: it is the last day, and belongs to the absence")
    if (last_day - first_day).days >= MOST_DAYS:
        raise ValueError(f"to is more than {MOST_DAYS} days after from: hand the work over instead")
