"""Rules by which follow-ups come again, as stored in `series.rule`."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MOST_OFTEN = 1_000
"""How many dates a rule with an end by count may have."""
LONGEST = {"day": 366, "working_day": 250, "week": 104, "month": 120}
"""The most units between two dates: what comes once in ten years is no series."""
LAST = -1
"""In place of a number from 1 to 5: the last such weekday of a month."""


class ClosedDays(StrEnum):
    """What happens to a date that is no working day."""

    NEXT = "next"
    """It moves to the next working day."""
    PREVIOUS = "previous"
    """It moves to the working day before."""
    SKIP = "skip"
    """It is left out."""
    KEEP = "keep"
    """It stays."""


class CountedFrom(StrEnum):
    """From where the next date is counted."""

    CALENDAR = "calendar"
    """From the first one, whenever the others were done."""
    COMPLETION = "completion"
    """From the day on which the one before was done."""


Unit = Literal["day", "working_day", "week", "month"]


def _in_order(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(values)))


def _whole(value: object) -> object:
    """A truth equals 0 or 1, and would be taken for one; as a text it is refused."""
    return str(value) if isinstance(value, bool | float) else value


def _some(values: object) -> object:
    return tuple(values) if isinstance(values, list) else values


def _written_day(value: object) -> object:
    """A number would be taken for seconds."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type] # what is no text is refused here
    except (TypeError, ValueError):
        raise ValueError("is no day: write one like 2026-12-24") from None


def _whole_minute(value: time) -> time:
    if value.second or value.microsecond or value.tzinfo:
        raise ValueError("is not a time of day in whole minutes: write it like 09:00")
    return value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError):
        raise ValueError("is no time zone: use a name of the IANA database, such as Europe/Berlin") from None
    return value


Weekday = Annotated[int, Field(ge=1, le=7, strict=True)]
"""From 1 (Monday) to 7."""


class Recurrence(BaseModel):
    """When something comes again. Its dates follow RFC 5545 with its weeks from Monday; where a month has no
    such day, RFC 7529 with `SKIP=BACKWARD`: the 31st is the last day of every month.

    Attributes:
        every: how many units lie between two dates.
        weekdays: of a week, from 1 (Monday); those of the first date, if none are given.
        day: of a month; in a month that is too short its last one.
        nth: of a month, which one of `weekday`: 1 to 5, or -1 for the last. A month without a fifth is left
            out.
        counted_from: where the next date is counted from.
        closed_days: what happens to a date that is no working day of the person's.
        until: the last day on which one may come.
        count: how many there are in all, those that were missed among them where a calendar counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: int = Field(1, ge=1, strict=True)
    unit: Unit
    weekdays: Annotated[tuple[Weekday, ...], BeforeValidator(_some), AfterValidator(_in_order)] = Field(
        (), max_length=7
    )
    day: int | None = Field(None, ge=1, le=31, strict=True)
    nth: Annotated[Literal[1, 2, 3, 4, 5, -1] | None, BeforeValidator(_whole)] = None
    weekday: Weekday | None = None
    counted_from: CountedFrom = Field(CountedFrom.CALENDAR, strict=False)
    closed_days: ClosedDays = Field(ClosedDays.NEXT, strict=False)
    until: Annotated[date | None, BeforeValidator(_written_day)] = None
    count: int | None = Field(None, ge=1, le=MOST_OFTEN, strict=True)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.every > LONGEST[self.unit]:
            raise ValueError(f"every is too long: use at most {LONGEST[self.unit]} with unit {self.unit}")
        if self.until is not None and self.count is not None:
            raise ValueError("until and count are both given: end it by one of them, or by neither")
        if self.weekdays and self.unit != "week":
            raise ValueError("weekdays belongs to unit week: leave it out, or use that unit")
        if (self.day is not None or self.nth is not None) and self.unit != "month":
            raise ValueError("day and nth belong to unit month: leave them out, or use that unit")
        if self.day is not None and self.nth is not None:
            raise ValueError("day and nth are both given: use one of them")
        if (self.nth is None) != (self.weekday is None):
            raise ValueError("nth and weekday belong together: send both, such as 1 and 1, or none")
        if self.unit == "working_day" and self.closed_days is not ClosedDays.NEXT:
            raise ValueError("closed_days does not go with unit working_day: leave it out")
        return self._from_completion()

    def _from_completion(self) -> Self:
        if self.counted_from is CountedFrom.COMPLETION:
            if self.weekdays or self.day is not None or self.nth is not None:
                raise ValueError("counted_from completion goes with no weekdays, day or nth: leave them out")
            if self.closed_days is ClosedDays.SKIP:
                raise ValueError(
                    "closed_days skip does not go with counted_from completion: use next, previous or keep"
                )
        return self

    def stored(self) -> dict[str, Any]:
        """As JSON, without what is as it always is."""
        return {"unit": self.unit, **self.model_dump(mode="json", exclude_defaults=True)}


class Timetable(BaseModel):
    """A rule, and from when on and on which clock it counts.

    Attributes:
        rule: when it comes again.
        starts_on: the day from which it counts.
        at: the time of day, in whole minutes.
        time_zone: whose clock shows it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Recurrence
    starts_on: date
    at: Annotated[time, AfterValidator(_whole_minute)]
    time_zone: Annotated[str, AfterValidator(_known_zone)]

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock shows the time."""
        return ZoneInfo(self.time_zone)
