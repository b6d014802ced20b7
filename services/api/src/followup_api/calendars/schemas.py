"""What the API says and takes about calendars and their working time."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Annotated, Any, Self

from followup_common.policy import Severity
from followup_common.policy.models import UpToAYear
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.config import JsonDict

from followup_api.fields import EARLIEST, LATEST, SaneTime
from followup_api.pagination import PageQuery
from followup_api.schemas import Input, Line, Parameters, Schema, Time, examples, storable
from followup_api.users.schemas import TimeZone

TIME_OF_DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]"
YEAR = timedelta(days=366)
SECOND = timedelta(seconds=1)
MOST_ICS = 200_000
"""Characters of a file of days: reading more takes seconds."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", flags=re.ASCII)


def time_of_day(value: object) -> object:
    """Read hours and minutes of a day.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(TIME_OF_DAY, value):
        raise ValueError("is not a time of day: write hours and minutes as a text, from 00:00 to 23:59")
    return time.fromisoformat(value)


def written_day(value: object) -> object:
    """Read a day, as RFC 3339 writes it.

    Raises:
        ValueError: it is something else, a day that does not exist, or one that nobody can have meant.
    """
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("is not a day: write it as a text like 2026-12-24")
    try:
        read = date.fromisoformat(value)
    except ValueError:
        raise ValueError("is a day that does not exist: write one like 2026-12-24") from None
    if not EARLIEST.date() <= read < LATEST.date():
        raise ValueError("is not a day between the years 1970 and 2199: correct the year")
    return read


def iso_hours(duration: timedelta) -> str:
    """A duration in hours, minutes and seconds: a day of work has no fixed length."""
    sign, duration = ("-", -duration) if duration < timedelta() else ("", duration)
    minutes, seconds = divmod(duration, timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    exact = f"{seconds / SECOND:.6f}".rstrip("0").rstrip(".")
    parts = ((f"{hours}", "H"), (f"{minutes}", "M"), (exact, "S"))
    return f"{sign}PT{''.join(number + unit for number, unit in parts if number != '0') or '0H'}"


TimeOfDay = Annotated[
    time,
    BeforeValidator(time_of_day),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{TIME_OF_DAY}$", "examples": ["09:00"]}),
]
Day = Annotated[date, BeforeValidator(written_day)]
Weekday = Annotated[int, Field(ge=1, le=7)]
Worked = Annotated[
    timedelta,
    PlainSerializer(iso_hours, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["PT6H"]}),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(storable)]
DayName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)]

EXAMPLE_DAYS: list[Any] = [
    {"date": "2026-12-24", "name": "Christmas Eve", "hours": [{"opens": "09:00", "closes": "12:00"}]},
    {"date": "2026-12-31", "name": "Stocktaking", "closed": True},
]
EXAMPLE: JsonDict = {
    "name": "Berlin office",
    "time_zone": "Europe/Berlin",
    "hours": [
        {"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "12:30"},
        {"days": [1, 2, 3, 4], "opens": "13:30", "closes": "18:00"},
    ],
    "holidays": {"country": "DE", "subdivision": "BE", "categories": ["public"], "removed": []},
    "days": EXAMPLE_DAYS,
}
EXAMPLE_ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Holidays//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTART;VALUE=DATE:20260518\r\nSUMMARY:Company outing\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
EXAMPLE_SHOWN: JsonDict = {
    **EXAMPLE,
    "id": 3,
    "holidays": {
        **{"country": "DE", "subdivision": "BE", "categories": ["public"], "removed": []},
        "days": [{"date": "2026-12-25", "name": "Christmas Day", "removed": False}],
    },
    "days": [{"closed": False, "hours": [], **EXAMPLE_DAYS[0]}, {"hours": [], **EXAMPLE_DAYS[1]}],
    "imported_days": [{"date": "2026-05-18", "name": "Company outing"}],
    "first_day": "2025-11-28",
    "last_day": "2028-11-29",
    "holidays_until": "2029-11-29",
    "version": 2,
    "etag": '"2-8c21f09b"',
    "created_at": "2026-01-12T08:00:00Z",
    "updated_at": "2026-02-02T13:20:45Z",
    "archived_at": None,
}


class OpenRange(Input):
    """Open from one time of a day to another; to that of the next day, unless it closes after it opens."""

    opens: TimeOfDay
    closes: TimeOfDay = Field(
        description="22:00 to 06:00 is a night, and 00:00 to 00:00 the whole day. Not a minute later is open."
    )


class WeekdayHours(OpenRange):
    """The same hours on some weekdays; a weekday may be in several, for a break between."""

    days: list[Weekday] = Field(min_length=1, max_length=7, description="From 1, Monday, to 7, Sunday.")


class SpecialDay(Input):
    """A day that is closed, or has hours of its own in place of its weekday's."""

    date: Day
    name: DayName = ""
    closed: bool = False
    hours: list[OpenRange] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.closed == bool(self.hours):
            raise ValueError("needs either `closed: true` or `hours`: give one of them")
        return self


class HolidaysOf(Input):
    """Public holidays, on which the calendar is closed."""

    country: Code = Field(description="ISO 3166-1 code, such as DE.", examples=["DE"])
    subdivision: Code | None = Field(None, description="Code of a part of it, such as BE for Berlin.")
    categories: list[Code] = Field(
        default_factory=lambda: ["public"], min_length=1, max_length=20, description="Kinds of holidays."
    )
    removed: list[Day] = Field(
        default_factory=list, max_length=1_000, description="Holidays on which it is open all the same."
    )


class CalendarInput(Input):
    """All of a calendar."""

    model_config = ConfigDict(json_schema_extra=examples(EXAMPLE))

    name: Line
    time_zone: TimeZone = Field(description="IANA name of the zone whose clocks the hours are on.")
    hours: list[WeekdayHours] = Field(min_length=1, max_length=100)
    holidays: HolidaysOf | None = None
    days: list[SpecialDay] = Field(
        default_factory=list, max_length=1_000, description="They count before holidays."
    )


class IcsInput(Input):
    """A file of days on which a calendar is closed."""

    model_config = ConfigDict(json_schema_extra=examples({"ics": EXAMPLE_ICS}))

    ics: Annotated[str, StringConstraints(min_length=1, max_length=MOST_ICS), AfterValidator(storable)] = (
        Field(description="Text of an iCalendar file (RFC 5545): events of whole days, once or every year.")
    )


class NamedDay(Schema):
    """A day on which a calendar is closed."""

    date: date
    name: str


class Holiday(Schema):
    """A holiday of a calendar."""

    date: date
    name: str
    removed: bool = Field(description="The calendar is open on it all the same.")


class Holidays(Schema):
    """Whose holidays a calendar keeps, and which they are."""

    country: str
    subdivision: str | None
    categories: list[str]
    removed: list[date]
    days: list[Holiday] = Field(description="From `first_day` to `last_day`.")


class Hours(Schema):
    """The same hours on some weekdays."""

    days: list[int]
    opens: TimeOfDay
    closes: TimeOfDay


class Range(Schema):
    """Hours of one day."""

    opens: TimeOfDay
    closes: TimeOfDay


class ShownDay(Schema):
    """A day of its own."""

    date: date
    name: str
    closed: bool
    hours: list[Range]


class CalendarQuery(PageQuery):
    """Which calendars to list."""

    archived: bool = Field(False, description="Those that are archived, instead of those in use.")


class Calendar(Schema, json_schema_extra=examples(EXAMPLE_SHOWN)):
    """When work is done: what steps of policies can count by."""

    id: int
    name: str
    time_zone: str
    hours: list[Hours]
    holidays: Holidays | None
    days: list[ShownDay]
    imported_days: list[NamedDay] = Field(
        description="Of a file; `days` count before them. Kept for ten years from the import on."
    )
    first_day: date = Field(description="The first day that it has been worked out for.")
    last_day: date = Field(description="The last one: two years ahead, day after day.")
    holidays_until: date | None = Field(
        description="Until which day holidays are known; they are looked up again each year. Null without "
        "holidays, and for the minute after a change."
    )
    version: int = Field(description="Counts changes.")
    etag: str = Field(description="For `If-Match`: the same as the header `ETag` of a single one.")
    created_at: Time
    updated_at: Time
    archived_at: Time | None


class WorkingTimeQuery(Parameters):
    """What to count. Besides `from` exactly one of the others."""

    since: SaneTime = Field(alias="from", description="What to count from.")
    to: SaneTime | None = Field(None, description="Until when: how much is worked between.")
    add: UpToAYear | None = Field(None, description="When so much has been worked; negative: before `from`.")
    add_days: int | None = Field(
        None, ge=-366, le=366, description="The same time so many working days later; negative: before."
    )


class WorkingTimeAnswer(
    Schema, json_schema_extra=examples({"worked": "PT6H"}, {"at": "2026-03-31T07:00:00Z"})
):
    """Either how much is worked, or when."""

    worked: Worked | None = Field(None, description="In hours, minutes and seconds.")
    at: Time | None = None


EXAMPLE_PREVIEW: JsonDict = {
    "follow_ups": 310,
    "moved": 240,
    "steps": [
        {
            **{"policy": "Standard", "policy_version": 4, "step": 2, "label": "manager"},
            **{"severity": "escalated", "follow_ups": 3},
        }
    ],
    "as_of": "2026-03-02T09:00:00.250344Z",
}


class PreviewedStep(Schema):
    """A step that would come at once."""

    policy: str
    policy_version: int
    step: int
    label: str
    severity: Severity
    follow_ups: int = Field(description="For how many follow-ups.")


class CalendarPreview(Schema, json_schema_extra=examples(EXAMPLE_PREVIEW)):
    """What a change of a calendar would do."""

    follow_ups: int = Field(description="Open ones with a step to come that would count by the calendar.")
    moved: int = Field(description="Those of them whose next step would come at another time.")
    steps: list[PreviewedStep] = Field(description="What would come at once, and by now has not.")
    as_of: Time = Field(description="When this was computed.")
