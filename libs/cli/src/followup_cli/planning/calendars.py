"""Calendars in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from followup_cli.planning.files import Entry, Part, read
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


class Calendar(Entry):
    """A calendar, as `PUT /calendars/{id}` takes it."""

    time_zone: str
    hours: list[_Hours] = Field(min_length=1)
    holidays: _Holidays | None = None
    days: list[_Day] = Field(default_factory=list)

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
    """What is to be done so that calendars are as a file says.

    Raises:
        Failure: the file cannot be taken.
    """
    present = {calendar["name"].casefold(): calendar for calendar in api.all("/calendars")}
    wanted = read(file, "calendars", Calendar)
    found = (_change(calendar, present.get(calendar.name.casefold())) for calendar in wanted)
    return [change for change in found if change is not None]


def _change(wanted: Calendar, present: dict[str, Any] | None) -> Change | None:
    body = wanted.model_dump(mode="json")
    if present is None:
        lines = list(differences({}, wanted.facts()))
        return Change(f"Add calendar “{wanted.name}”", lines, lambda api: api.create("/calendars", body))
    lines = list(differences(_present(present).facts(), wanted.facts()))
    if not lines:
        return None
    path, etag = f"/calendars/{present['id']}", present["etag"]
    return Change(f"Change calendar “{wanted.name}”", lines, lambda api: api.put(path, body, etag=etag))


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
