"""Calendars of people (iCalendar, RFC 5545) as a source of rows: one for each time that somebody is away.

What of a calendar is an absence, `is_away` says; what comes by a rule is looked up for a year ahead.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import islice
from operator import attrgetter
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from followup_common.addresses import folded

from followup_api.calendars.ics import NotCalendar, calendar_of
from followup_api.imports.encodings import encoding_of
from followup_api.imports.problems import Errors, refused
from followup_api.imports.reading import Reading
from followup_api.imports.sources import RawRecord, Source
from followup_api.time_zones import usable

HEADINGS = ["email", "first_day", "last_day", "note"]
MOST_EVENTS = 5_000
MOST_BYTES = 5 * 1024 * 1024
MOST_RULES = 50
"""Absences of a file that come by a rule: each may take some milliseconds to look up."""
EARLIEST_YEAR = 2000
AHEAD = timedelta(days=366)
"""How far what comes by a rule is looked up."""
DAY = timedelta(days=1)
AT_WORK = time(8), time(18)
HALF = timedelta(hours=5)
"""How much of these hours of a day an event with times takes that is an absence on that day."""
LONGEST_NOTE = 500
NAMED = 3
"""Events that are named as examples of what is no absence."""
HERE = ("FREE", "TENTATIVE", "WORKINGELSEWHERE")
"""What Outlook and Exchange call the time of somebody who can be asked."""
BUSY = ("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS")
WORDS = (
    *("vacation", "vacations", "holiday", "holidays", "annual leave", "on leave", "parental leave", "pto"),
    *("sick", "sick leave", "out of office", "out of the office", "ooo", "oof", "day off", "days off"),
    *("time off", "away", "absent", "absence", "urlaub", "abwesend", "abwesenheit", "krank", "elternzeit"),
    *("congé", "congés", "vacances", "vacaciones", "ausente", "ferie", "vakantie", "verlof"),
)
"""What people call an absence, in the category or the title of an event."""
SAYS_AWAY = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", flags=re.IGNORECASE)
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


@dataclass(frozen=True)
class _Absence:
    email: str
    first: date
    last: date
    note: str
    line: int


class CalendarFile(Source):
    """A calendar, as rows of absences.

    Args:
        file: as it was sent.
        reading: how to read it.

    Raises:
        NotImported: it is no such file, or too large.
    """

    kind = "ics"

    def __init__(self, file: BinaryIO, reading: Reading) -> None:
        super().__init__()
        text = _text(file)
        try:
            calendar = calendar_of(text, MOST_EVENTS)
        except NotCalendar as error:
            raise refused(f"The file {error}.") from None
        self._reading, self._today = reading, datetime.now(UTC).date()
        self._zone = reading.zone or _zone_of(calendar)
        self._rules = 0
        components = calendar.walk("VEVENT")
        self._events = list(zip(_lines(text), components, strict=False))
        self._replaced = {_occurrence(each) for each in components if "RECURRENCE-ID" in each}

    def rows(self, errors: Errors, /) -> Iterator[RawRecord]:
        """The headings, and the absences by where they are in the file; those of one person that overlap
        are one."""
        away = [(line, event) for line, event in self._events if self._counts(event)]
        self.warnings = list(self._passed_over({line for line, _ in away}))
        yield 1, HEADINGS
        found = sorted(_joined(self._absences(away, errors)), key=attrgetter("line", "first"))
        for each in found:
            yield each.line, [each.email, each.first.isoformat(), each.last.isoformat(), each.note]

    def _counts(self, event: Any) -> bool:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return False
        return self._reading.every or is_away(event)

    def _passed_over(self, away: set[int]) -> Iterator[str]:
        others = [_first(event, "SUMMARY") for line, event in self._events if line not in away]
        if others:
            named = ", ".join(f"“{name[:60]}”" for name in list(dict.fromkeys(filter(None, others)))[:NAMED])
            such = f", such as {named}" if named else ""
            yield (
                f"{len(others):,} of {len(self._events):,} events do not say that somebody is away{such}: "
                "they were passed over."
            )

    def _absences(self, away: Sequence[tuple[int, Any]], errors: Errors) -> Iterator[_Absence]:
        for line, event in away:
            try:
                yield from self._absence(line, event)
            except _Unreadable as error:
                named = _first(event, "SUMMARY")[:60]
                errors.add(line, "first_day", f"The event{f' “{named}”' if named else ''} {error}.")

    def _absence(self, line: int, event: Any) -> Iterator[_Absence]:
        if broken := event.errors:
            raise _Unreadable(f"cannot be read at {broken[0][0]}: write it as RFC 5545 says")
        begins, ends = self._local(event, "DTSTART"), self._ends(event)
        if ends < begins:
            raise _Unreadable("ends before it begins: correct its DTEND or DURATION")
        whole = not isinstance(_value(event, "DTSTART"), datetime)
        private = str(event.get("CLASS", "PUBLIC")).upper() != "PUBLIC"
        note = "" if private else _first(event, "SUMMARY")[:LONGEST_NOTE]
        for start in self._starts(event, begins):
            first, last = _days(start, start + (ends - begins), whole=whole)
            if first <= last:
                yield _Absence(self._reading.person or _whose(event), first, last, note, line)

    def _local(self, event: Any, name: str) -> datetime:
        """A time of the event by the clock that it is written in; that of a day is its midnight."""
        written = _value(event, name)
        if written is None:
            raise _Unreadable(f"has no {name}: correct it, or remove the event")
        return self._by_the_clock(written)

    def _by_the_clock(self, written: date) -> datetime:
        if not isinstance(written, datetime):
            return datetime.combine(written, time())
        if written.tzinfo is not None and written.utcoffset() == timedelta() and written.tzname() == "UTC":
            written = written.astimezone(self._zone)
        return written.replace(tzinfo=None)

    def _ends(self, event: Any) -> datetime:
        begins = self._local(event, "DTSTART")
        if "DTEND" in event:
            return self._local(event, "DTEND")
        length = _value(event, "DURATION")
        if isinstance(length, timedelta):
            return begins + length
        return begins if isinstance(_value(event, "DTSTART"), datetime) else begins + DAY

    def _starts(self, event: Any, begins: datetime) -> Iterable[datetime]:
        """When it begins: once, or as often as its rule says, but for what is written apart."""
        if "RRULE" not in event:
            return [begins]
        self._rules += 1
        if self._rules > MOST_RULES:
            raise _Unreadable(f"is one of more than {MOST_RULES} that come by a rule: remove some")
        if begins.year < EARLIEST_YEAR:
            raise _Unreadable(f"comes by a rule since before {EARLIEST_YEAR}: begin it later")
        rule, until = event["RRULE"], datetime.combine(self._today + AHEAD, time())
        if isinstance(rule, list) or rule.get("FREQ", [""])[0] not in FREQUENCIES:
            raise _Unreadable(
                "comes by a rule other than daily, weekly, monthly or yearly: write its days apart"
            )
        if ends := rule.get("UNTIL"):
            until = min(until, self._by_the_clock(ends[0]))
        apart = {self._by_the_clock(each.dt) for each in _excluded(event)}
        apart |= {self._by_the_clock(when) for uid, when in self._replaced if uid == str(event.get("UID"))}
        return (start for start in looked_up(rule, begins, until) if start not in apart)


class _Unreadable(Exception):
    """What is wrong with an event, and the fix."""


def is_away(event: Any) -> bool:
    """Whether an event of somebody's calendar says that they are away: it is out of office, or called one of
    `WORDS`, and neither free nor tentative."""
    busy = next((str(event[name]).upper() for name in BUSY if name in event), "")
    if busy in HERE or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return False
    return busy == "OOF" or bool(SAYS_AWAY.search(" ".join((*_categories(event), _first(event, "SUMMARY")))))


def _text(file: BinaryIO) -> str:
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise refused(f"The calendar has more than {MOST_BYTES // 1024**2} MiB: export less of it.")
    return "".join(encoding_of(file).decoded(file))


def _lines(text: str) -> Iterator[int]:
    """Where the events of a file begin, in its order."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().upper() == "BEGIN:VEVENT":
            yield number


def _zone_of(calendar: Any) -> ZoneInfo:
    return ZoneInfo(usable(str(calendar.get("X-WR-TIMEZONE", ""))))


def _value(event: Any, name: str) -> Any:
    given = event.get(name)
    return getattr(given[0] if isinstance(given, list) else given, "dt", None)


def _first(event: Any, name: str) -> str:
    given = event.get(name, "")
    return str(given[0] if isinstance(given, list) else given).strip()


def _categories(event: Any) -> Iterator[str]:
    given = event.get("CATEGORIES", [])
    for each in given if isinstance(given, list) else [given]:
        yield from map(str, getattr(each, "cats", [each]))


def _whose(event: Any) -> str:
    """The address of whom it is of: the only one who is invited, or else the one who made it."""
    invited = event.get("ATTENDEE", [])
    invited = invited if isinstance(invited, list) else [invited]
    address = str(invited[0]) if len(invited) == 1 else _first(event, "ORGANIZER")
    return re.sub("^mailto:", "", address, flags=re.IGNORECASE)


def _occurrence(event: Any) -> tuple[str, date]:
    return str(event.get("UID")), _value(event, "RECURRENCE-ID")


def _excluded(event: Any) -> Iterator[Any]:
    given = event.get("EXDATE", [])
    for dates in given if isinstance(given, list) else [given]:
        yield from dates.dts


def looked_up(rule: Any, begins: datetime, until: datetime) -> Sequence[datetime]:
    """When what comes by a rule begins, from its first time to a last one.

    Args:
        rule: its RRULE.
        begins: the first time that counts.
        until: the last moment that counts.

    Raises:
        _Unreadable: its RRULE cannot be read.

    A rule that never comes true is followed to the year 9999, which takes seconds: it is looked up in the
    last years before that which are alike.
    """
    from dateutil.rrule import rrulestr  # few requests need it

    if until < begins:
        return []
    later = _years_to_alike_ones(begins.year, until.year)
    [number] = rule.get("COUNT", [None])
    parts = {name: value for name, value in rule.items() if name.upper() != "COUNT"}
    parts["UNTIL"] = [_moved(until, later)]
    try:
        text = type(rule)(parts).to_ical().decode()
        found = islice(rrulestr(text, dtstart=_moved(begins, later)), number)
        return [_moved(start, -later) for start in found]
    except (ValueError, TypeError) as error:
        raise _Unreadable(f"has an RRULE that cannot be read ({str(error)[:60]}): correct it") from None


def _years_to_alike_ones(first: int, last: int) -> int:
    """After how many years the last ones come whose days have the same weekdays as some years have; the year
    before those counts as well, for the numbers of weeks."""
    years = range(first - 1, last + 1)
    return next(
        later
        for later in range(MAXYEAR - last, -1, -1)
        if all(_shape(year) == _shape(year + later) for year in years)
    )


def _shape(year: int) -> tuple[int, bool]:
    return date(year, 1, 1).weekday(), isleap(year)


def _moved(when: datetime, years: int) -> datetime:
    return when.replace(year=when.year + years)


def _days(begins: datetime, ends: datetime, *, whole: bool) -> tuple[date, date]:
    """The days of an event, first and last: those of which it takes half. None: the last one comes first."""
    if whole:
        return begins.date(), max(begins.date(), (ends - DAY).date())
    first, last = begins.date(), ends.date()
    if _taken(first, begins, ends) < HALF:
        first += DAY
    if last >= first and _taken(last, begins, ends) < HALF:
        last -= DAY
    return first, last


def _taken(day: date, begins: datetime, ends: datetime) -> timedelta:
    """How much of the working hours of a day."""
    opens, closes = (datetime.combine(day, at) for at in AT_WORK)
    return min(ends, closes) - max(begins, opens)


def _joined(absences: Iterable[_Absence]) -> Iterator[_Absence]:
    """Absences of a person that overlap as one, where the first of them is in the file."""
    before: _Absence | None = None
    for each in sorted(absences, key=lambda each: (folded(each.email), each.first, each.last)):
        if before and folded(before.email) == folded(each.email) and each.first <= before.last:
            note, line = before.note or each.note, min(before.line, each.line)
            before = _Absence(before.email, before.first, max(before.last, each.last), note, line)
        else:
            if before:
                yield before
            before = each
    if before:
        yield before
