"""Calendar feeds as their owner sees them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Input, Line, Schema, Time, examples

MOST_FEEDS = 10
"""Of one person: a feed for each of their programs."""
MOST_ALARM = 7 * 24 * 60
"""Minutes: a week."""

NEW: JsonDict = {"name": "Phone", "whose": "me", "alarm_minutes": 15}
KEPT: JsonDict = {**NEW, "id": 3, "created_at": "2026-03-31T09:00:00Z", "last_read_at": None}
ADDRESS = f"https://followup.example.com/a/calendar/{'0' * 43}.ics"  # an example, of the right shape


class Whose(StrEnum):
    """Whose follow-ups a feed shows: the person's own, or those of everybody below them."""

    ME = "me"
    TEAM = "team"


class NewCalendarFeed(Input, json_schema_extra=examples(NEW)):
    """What a new feed shows."""

    name: Line = Field(description="Says later which program reads it.")
    whose: Annotated[Whose, Field(strict=False)] = Whose.ME
    alarm_minutes: int | None = Field(
        None,
        ge=0,
        le=MOST_ALARM,
        description="So long before each is due, programs that know alarms give one. Null: never.",
    )


class CalendarFeed(Schema, json_schema_extra=examples(KEPT)):
    """A feed, without its address."""

    id: int
    name: str
    whose: Whose
    alarm_minutes: int | None
    created_at: Time
    last_read_at: Time | None = Field(description="By a program, to five minutes. Null: not yet.")


class CreatedCalendarFeed(CalendarFeed, json_schema_extra=examples({**KEPT, "url": ADDRESS})):
    """A feed with its address: this is the only time that it is shown."""

    url: str = Field(
        repr=False,
        description="Who has it reads what the feed shows: subscribe to it, share it with nobody.",
    )
