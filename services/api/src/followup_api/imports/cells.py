"""Checks of single cells: each returns the value, or raises ValueError with what is wrong and the fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from followup_common.moments import NoZone, moment, moment_in
from followup_common.normal_form import normal
from followup_common.tags import as_read, tag, together

from followup_api.fields import sane_time
from followup_api.followups.facts import known_currency
from followup_api.imports.files import Records
from followup_api.links import http_url
from followup_api.phones import LONGEST_PHONE, phone_number
from followup_api.schemas import MAX_ID
from followup_api.time_zones import canonical
from followup_api.users.schemas import email_address
from followup_api.visible import seen, unturned

T = TypeVar("T")

YES = frozenset(
    ("true", "yes", "active", "wahr", "ja", "vrai", "oui", "verdadero", "vero", "waar", "verdadeiro")
)
NO = frozenset(
    ("false", "no", "inactive", "falsch", "nein", "faux", "non", "falso", "onwaar", "deactivated", "disabled")
)
"""What spreadsheets in several languages write for true and false, and what other systems say."""

PRIORITIES = {
    **dict.fromkeys(("low", "lowest", "minor", "niedrig", "gering", "baja", "basse", "bassa", "laag"), "low"),
    **dict.fromkeys(("normal", "medium", "mittel", "media", "moyenne", "normale", "standard"), "normal"),
    **dict.fromkeys(("high", "highest", "urgent", "hoch", "dringend", "alta", "haute", "hoog"), "high"),
}
"""What spreadsheets in several languages and other systems write for priorities."""
KINDS = {
    **dict.fromkeys(("call", "calls", "phone call", "phone", "telephone", "anruf", "telefonat"), "call"),
    **dict.fromkeys(("e-mail", "email", "mail", "e-mails", "emails"), "e-mail"),
    **dict.fromkeys(("meeting", "meetings", "appointment", "termin", "besprechung"), "meeting"),
    **dict.fromkeys(("visit", "visits", "site visit", "besuch"), "visit"),
    **dict.fromkeys(("task", "tasks", "to-do", "todo", "aufgabe"), "task"),
}
"""The same for kinds of follow-ups that every installation has at first."""
MOST_DIGITS = 12

Check = Callable[[str, str], Any]
"""Takes the column's name and the cell, stripped."""


def checked(records: Records, checks: Mapping[str, Check]) -> dict[str, list[Any]]:
    """The values of records, column by column; a wrong cell becomes an error and None.

    A column that the file does not have is all None.
    """
    return {column: _values(records, column, check) for column, check in checks.items()}


def _values(records: Records, column: str, check: Check) -> list[Any]:
    """What repeats is checked once."""
    if column not in records.cells:
        return [None] * len(records.lines)
    cells = records.cells[column]
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for cell in set(cells):
        try:
            values[cell] = check(column, cell)
        except ValueError as error:
            wrong[cell] = f"{error}."
    if wrong:
        for line, cell in zip(records.lines, cells, strict=True):
            if cell in wrong:
                records.refuse(line, column, wrong[cell])
    return list(map(values.get, cells))


def text(most: int = 200, *, required: bool = True) -> Check:
    """A text of limited length; an empty one is None, or an error where the column is required."""

    def check(column: str, cell: str) -> str | None:
        if required and not cell:
            raise ValueError(f"{column} is empty: every line needs one")
        if len(cell) > most:
            raise ValueError(f"{column} has {len(cell):,} characters: shorten it to {most:,}")
        return cell or None

    return check


def line(*, required: bool = True) -> Check:
    """A name, a title or an id in another system: a short text that says something, as in JSON."""

    def check(column: str, cell: str) -> str | None:
        value = text(required=required)(column, normal(unturned(cell)).strip())
        try:
            return value and seen(value)
        except ValueError as error:
            raise ValueError(f"{column} {error}") from None

    return check


def identifier(column: str, cell: str) -> int | None:
    """The id of something of ours, or nothing."""
    if not cell:
        return None
    if not re.fullmatch("[1-9][0-9]{0,18}", cell) or int(cell) > MAX_ID:
        raise ValueError(f"{column} {cell[:100]!r} is not an id: write a whole number, or nothing")
    return int(cell)


def notes(column: str, cell: str) -> str:
    """A long text, which may be empty."""
    return text(10_000, required=False)(column, cell) or ""


def email(column: str, cell: str) -> str:
    """An e-mail address."""
    text(254)(column, cell)
    return _read(email_address, column, cell)


def optional_email(column: str, cell: str) -> str | None:
    """An e-mail address, or nothing."""
    return email(column, cell) if cell else None


def one_of(*choices: str, default: str | None = None) -> Check:
    """One of few words, whatever its case."""

    def check(column: str, cell: str) -> str | None:
        word = cell.lower()
        if word in choices:
            return word
        if not cell and default is not None:
            return default or None
        raise ValueError(f"{column} {cell!r} is unknown: use {', '.join(choices[:-1])} or {choices[-1]}")

    return check


def yes_or_no(column: str, cell: str) -> bool:
    """Whether it is so, in the words of spreadsheets and other systems; empty is true."""
    word = cell.casefold()
    if word in NO:
        return False
    if word in YES or not word:
        return True
    raise ValueError(f"{column} {cell!r} is unknown: use true or false")


def one_like(words: Mapping[str, str]) -> Check:
    """One of some words, in any spelling that is certain; empty is None.

    Args:
        words: what each spelling, as `tags.as_read` makes it, means.
    """

    def check(column: str, cell: str) -> str | None:
        if not cell:
            return None
        if word := words.get(as_read(cell)):
            return word
        choices = sorted(set(words.values()))
        raise ValueError(
            f"{column} {cell[:100]!r} is unknown: use {', '.join(choices[:-1])} or {choices[-1]}"
        )

    return check


def tags(column: str, cell: str) -> str:
    """Tags with commas or semicolons between them, as PostgreSQL reads an array."""
    try:
        found = together([tag(seen(unturned(each))) for each in re.split("[,;]", cell) if each.strip()])
    except ValueError as error:
        raise ValueError(f"{column} {cell[:100]!r} {error}") from None
    quoted = (each.replace("\\", "\\\\").replace('"', '\\"') for each in found)
    return "{" + ",".join(f'"{each}"' for each in quoted) + "}"


def amount(column: str, cell: str) -> str | None:
    """An amount of money as people of several countries write it, where its meaning is certain.

    A comma or a point before one or two last digits is the decimal one; the other one, spaces and apostrophes
    are between thousands. `1,200` and `1.200` can mean two things, and are refused.
    """
    if not cell:
        return None
    if re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", cell) and not cell.startswith("0"):
        whole, thousandth = re.split("[.,]", cell)
        raise ValueError(
            f"{column} {cell!r} can be {whole}{thousandth} or a fraction: write {whole}{thousandth}.00"
        )
    for thousands, decimal in (("[ \u00a0\u202f'’,]", "[.]"), ("[ \u00a0\u202f'’.]", ",")):
        grouped = rf"([0-9]+|[0-9]{{1,3}}(?P<between>{thousands})[0-9]{{3}}((?P=between)[0-9]{{3}})*)"
        if found := re.fullmatch(rf"(?P<whole>{grouped})({decimal}(?P<cents>[0-9]{{1,2}}))?", cell):
            digits = re.sub("[^0-9]", "", found["whole"])
            if len(digits.lstrip("0")) > MOST_DIGITS:
                break
            return f"{digits}.{found['cents'] or '00'}"
    raise ValueError(f"{column} {cell[:100]!r} is not an amount: write digits, such as 1200.00")


def currency(column: str, cell: str) -> str | None:
    """The code of a currency, or nothing."""
    return _read(known_currency, column, cell.upper()) if cell else None


def zone(column: str, cell: str) -> str:
    """A time zone; empty is UTC."""
    return _read(canonical, column, cell or "UTC")


def due_time(zone: ZoneInfo | None = None) -> Check:
    """A moment with its zone; one without is of this zone, if it is given."""
    return partial(_read, lambda cell: sane_time(_moment(cell, zone)))


def day(column: str, cell: str) -> date:
    """A day without a time, as ISO 8601 writes it; workbooks have theirs written so."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{column} {cell[:100]!r} is not a day: write it like 2026-12-21") from None


def link(column: str, cell: str) -> str | None:
    """The address of a web page, or nothing."""
    text(2_000, required=False)(column, cell)
    return _read(http_url, column, cell) if cell else None


def phone(column: str, cell: str) -> str | None:
    """A phone number, or nothing."""
    text(LONGEST_PHONE, required=False)(column, cell)
    return _read(phone_number, column, cell) if cell else None


def _read(read: Callable[[str], T], column: str, cell: str) -> T:
    """What a function reads in a cell; its error is put after the names of both."""
    try:
        return read(cell)
    except ValueError as error:
        raise ValueError(f"{column} {cell!r} {error}") from None


def _moment(cell: str, zone: ZoneInfo | None) -> datetime:
    try:
        return moment(cell)
    except NoZone as without:
        if zone is None:
            raise ValueError(f"{without}, or choose a time zone for the whole file") from None
        return moment_in(without.wall, zone)
