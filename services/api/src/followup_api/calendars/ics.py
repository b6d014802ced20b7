"""Days of an iCalendar file (RFC 5545): whole days, once or every year.

What has a time of day, or comes by a rule of another kind, is refused with its place: a calendar is closed on
whole days, and no file decides how long we compute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from followup_api.problems import Invalid

FIELD = "ics"
MOST_EVENTS = 1_000
MOST_DAYS = 20_000
"""Of all events together, those that several have counted again."""
LONGEST = timedelta(days=366)
EARLIEST_YEAR = 1900
"""Of what comes every year, each year since then is looked at."""
DAY = timedelta(days=1)
OF_ITS_DAY = {"BYMONTH": "month", "BYMONTHDAY": "day"}
"""Parts of a rule that say once more on which day an event is."""


class NotCalendar(ValueError):
    """What is wrong with a file as a whole, and the fix, as in "it is no iCalendar file"."""


class _Event:
    """One event of a file, and its place in errors."""

    def __init__(self, number: int, component: Any) -> None:
        self.component = component
        named = component.get("SUMMARY", "")
        self.name = str(named[0] if isinstance(named, list) else named).strip()[:200]
        self._place = f"event {number}" + (f" (“{self.name[:60]}”)" if self.name else "")

    def refuse(self, said: str) -> NoReturn:
        """Say what is wrong with it, and the fix."""
        raise Invalid(FIELD, f"{FIELD}: {self._place} {said}.")

    def days(self, first: date, last: date) -> Iterator[date]:
        """Its days from a first to a last one."""
        self._refuse_what_moves()
        begins = self._date("DTSTART")
        if begins.year < EARLIEST_YEAR:
            self.refuse(f"begins before the year {EARLIEST_YEAR}: correct its DTSTART")
        length = self._length(begins)
        for start in self._starts(begins, last):
            number = max(0, (first - start).days)
            while number < length.days and start + number * DAY <= last:
                yield start + number * DAY
                number += 1

    def _refuse_what_moves(self) -> None:
        if broken := self.component.errors:
            self.refuse(f"cannot be read at {broken[0][0]}: write it as RFC 5545 says")
        for name in ("RDATE", "EXRULE", "RECURRENCE-ID"):
            if name in self.component:
                self.refuse(f"has {name}: write each of its days as an event of its own")

    def _date(self, name: str) -> date:
        given = self.component.get(name)
        if isinstance(given, list):
            self.refuse(f"has more than one {name}: remove all but one")
        written = getattr(given, "dt", None)
        if isinstance(written, datetime) or not isinstance(written, date):
            said = (
                f"has no {name}" if written is None else "has a time of day, and maybe a time zone that moves"
            )
            self.refuse(f"{said}: make it an event of whole days, such as {name};VALUE=DATE:20261224")
        return written

    def _length(self, begins: date) -> timedelta:
        if "DTEND" in self.component:
            length = max(self._date("DTEND") - begins, DAY) if self._date("DTEND") >= begins else timedelta()
        else:
            length = getattr(self.component.get("DURATION"), "dt", DAY)
        if not isinstance(length, timedelta) or length % DAY or not DAY <= length <= LONGEST:
            self.refuse("does not last for 1 to 366 whole days: correct its DTEND or DURATION")
        return length

    def _starts(self, begins: date, last: date) -> Iterator[date]:
        """When it begins: once, or every year."""
        rule = self.component.get("RRULE")
        if rule is None:
            yield begins
            return
        every, most, until = self._rule(rule, begins)
        excluded = set(self._excluded())
        for year in range(begins.year, last.year + 1, every):
            try:
                start = begins.replace(year=year)
            except ValueError:  # 29 February
                continue
            if most == 0 or start > until:
                return
            most -= 1
            if start not in excluded:
                yield start

    def _rule(self, rule: Any, begins: date) -> tuple[int, int, date]:
        """Every how many years, how often and until when at most."""
        parts = {} if isinstance(rule, list) else {name.upper(): value for name, value in rule.items()}
        for name, of_day in OF_ITS_DAY.items():
            if parts.get(name) == [getattr(begins, of_day)]:
                del parts[name]
        known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
        if (
            parts.get("FREQ") != ["YEARLY"]
            or parts.keys() - known
            or any(len(each) != 1 for each in parts.values())
        ):
            self.refuse("has an RRULE other than FREQ=YEARLY: write each of its days as an event of its own")
        [every], [most], [until] = (parts.get(name, [None]) for name in ("INTERVAL", "COUNT", "UNTIL"))
        until = until.date() if isinstance(until, datetime) else until
        for name, number in (("INTERVAL", every), ("COUNT", most)):
            if number is not None and number < 1:
                self.refuse(f"has an RRULE with {name}={number}: write 1 or more, or leave {name} out")
        if most is not None and until is not None:
            self.refuse("has an RRULE with COUNT and UNTIL: leave one of them out")
        if until is not None and until < begins:
            self.refuse("has an RRULE whose UNTIL lies before its DTSTART: correct one of them")
        return every or 1, -1 if most is None else most, until or date.max

    def _excluded(self) -> Iterator[date]:
        given = self.component.get("EXDATE", [])
        for dates in given if isinstance(given, list) else [given]:
            for each in dates.dts:
                yield each.dt.date() if isinstance(each.dt, datetime) else each.dt


def days_of(text: str, first: date, last: date) -> Mapping[date, str]:
    """The days of a file from a first to a last one, with the names of their events.

    Raises:
        Invalid: it is no such file, or has events of another kind.
    """
    days: dict[date, str] = {}
    taken = 0
    try:
        calendar = calendar_of(text, MOST_EVENTS)
    except NotCalendar as error:
        raise Invalid(FIELD, f"{FIELD} {error}.") from None
    for number, component in enumerate(calendar.walk("VEVENT"), 1):
        event = _Event(number, component)
        if str(component.get("STATUS", "")).upper() != "CANCELLED":
            for day in event.days(first, last):
                days.setdefault(day, event.name)
                taken += 1
                if taken > MOST_DAYS:
                    said = f"has events of more than {MOST_DAYS:,} days together"
                    raise Invalid(FIELD, f"{FIELD} {said}: take those of the last and the next years.")
    return days


def calendar_of(text: str, most_events: int) -> Any:
    """What a file of events holds.

    Raises:
        NotCalendar: it is no such file, has no events or more than that.
    """
    from icalendar import Calendar  # few requests need it

    events = text.upper().count("BEGIN:VEVENT")
    if events > most_events:
        said = f"has {events:,} events, more than {most_events:,}"
        raise NotCalendar(f"{said}: take those of the last and the next years")
    try:
        found = Calendar.from_ical(text)
    except ValueError as error:
        said = str(error).partition(":")[0][:100]
        raise NotCalendar(f"is no iCalendar file ({said}): export it as .ics again") from None
    if found.name != "VCALENDAR" or not events:
        raise NotCalendar("has no events: take an iCalendar file (.ics) with events of whole days")
    return found
