"""Calendars in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from followup_cli.planning import assignments
from followup_cli.planning.files import Document, Named, Part, written
from followup_cli.planning.names import calendar_names
from followup_cli.planning.plans import Change, Facts, differences

if TYPE_CHECKING:
    from followup_cli.client import Client

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class _Range(Part):
    opens: str
    closes: str


class _Hours(_Range):
    days: list[int]


class _Holidays(Part):
    country: str
    subdivision: str | None = None
    categories: list[str] = Field(default_factory=lambda: ["public"])
    removed: list[str] = Field(default_factory=list)


class _Day(Part):
    date: str
    name: str = ""
    closed: bool = False
    hours: list[_Range] = Field(default_factory=list)


class Calendar(Named):
    """A calendar, as `PUT /calendars/{id}` takes it, or one that is to be out of use."""

    time_zone: str = ""
    hours: list[_Hours] = Field(default_factory=list)
    holidays: _Holidays | None = None
    days: list[_Day] = Field(default_factory=list)
    archived: Literal[True] | None = None

    @model_validator(mode="after")
    def _whole_or_archived(self) -> Self:
        given = self.model_fields_set - {"name"}
        if self.archived and given != {"archived"}:
            raise ValueError("is archived: leave out what else it says, or `archived`")
        if not self.archived and not {"time_zone", "hours"} <= given:
            raise ValueError("needs `time_zone` and `hours`, or `archived: true`")
        return self

    @property
    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        return self.model_dump(mode="json", exclude={"archived"})

    def facts(self) -> Facts:
        """What is compared of it."""
        holidays = self.holidays
        return {
            "time_zone": self.time_zone,
            "hours": frozenset(_hours(self.hours)),
            "holidays": f"{holidays.country} {holidays.subdivision or ''}".strip() if holidays else "",
            "holidays.categories": frozenset(holidays.categories if holidays else ()),
            "holidays.removed": frozenset(holidays.removed if holidays else ()),
            "days": frozenset(map(_day, self.days)),
        }


def changes(api: Client, file: Path) -> list[Change]:
    """What is to be done so that calendars, and who counts by them, are as a file says.

    Raises:
        Failure: the file cannot be taken.
    """
    document = Document(file)
    document.require("calendars", "organisation", "people")
    present = {calendar["name"].casefold(): calendar for calendar in api.all("/calendars")}
    wanted = document.entries("calendars", Calendar)
    known = {*present, *(calendar.key for calendar in wanted)}
    known -= {calendar.key for calendar in wanted if calendar.archived}
    given = list(assignments.changes(api, document, known, calendar_names(api)))
    document.refuse_errors()
    found = [_change(calendar, present.get(calendar.key)) for calendar in wanted]
    made = [change for change in found if change is not None]
    # One that is archived may be used by somebody until they have another one.
    archived = {calendar.key for calendar in wanted if calendar.archived} & present.keys()
    return [*made, *given, *(_archive(present[key]) for key in sorted(archived))]


def exported(api: Client) -> str:
    """All calendars in use, and who counts by them, as a file."""
    found = (_present(calendar) for calendar in api.all("/calendars"))
    entries = [calendar.model_dump(mode="json", exclude_defaults=True) for calendar in found]
    return written({"calendars": entries, **assignments.assigned(api, calendar_names(api))})


def _change(wanted: Calendar, present: dict[str, Any] | None) -> Change | None:
    if wanted.archived:
        return None
    body = wanted.body
    if present is None:
        lines = list(differences({}, wanted.facts()))
        return Change(f"Add calendar “{wanted.name}”", lines, lambda api: api.create("/calendars", body))
    lines = list(differences(_present(present).facts(), wanted.facts()))
    if not lines:
        return None
    path, etag = f"/calendars/{present['id']}", present["etag"]
    return Change(f"Change calendar “{wanted.name}”", lines, lambda api: api.put(path, body, etag=etag))


def _archive(present: dict[str, Any]) -> Change:
    path, etag = f"/calendars/{present['id']}", present["etag"]
    return Change(f"Archive calendar “{present['name']}”", [], lambda api: api.delete(path, etag=etag))


def _present(answer: dict[str, Any]) -> Calendar:
    holidays = answer["holidays"] and {**answer["holidays"]}
    if holidays:
        del holidays["days"]
    named = {field: answer[field] for field in ("name", "time_zone", "hours", "days")}
    return Calendar.model_validate({**named, "holidays": holidays})


def _hours(hours: list[_Hours]) -> Iterator[str]:
    for one in hours:
        yield from (f"{_weekday(day)} {_range(one)}" for day in one.days)


def _weekday(day: int) -> str:
    return f"{DAYS[day - 1]}" if 1 <= day <= len(DAYS) else f"day {day}"


def _range(one: _Range) -> str:
    return f"{one.opens}-{one.closes}"


def _day(day: _Day) -> str:
    open_on = ", ".join(sorted(map(_range, day.hours))) or "closed"
    return f"{day.date} {open_on}" + (f" ({day.name})" if day.name else "")
