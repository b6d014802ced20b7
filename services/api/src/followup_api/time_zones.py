"""Which time zones are taken: those that database, Python and browsers have, each by one name.

Names of old, such as `US/Eastern` or `Asia/Calcutta`, become that of today. What names no place, or is a file
of one machine only (`localtime`, `posixrules`, `Factory`, `Etc/Unknown`), is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

UNKNOWN = "is not a known time zone: use an IANA name such as Europe/Berlin or UTC"
NOT_IN_DATABASE = (
    "time_zone is not known to the database: choose a place with the same time, or let the time zone data of "
    "PostgreSQL be updated."
)
FIXED = re.compile(r"Etc/GMT[+-](?:[1-9]|1[0-4])")
"""Hours from Greenwich, as ships have them; `Etc/GMT-14` is the furthest."""
RULES_OF_THE_US = {
    "EST5EDT": "America/New_York",
    "CST6CDT": "America/Chicago",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
}


def canonical(name: str) -> str:
    """The one name of a time zone.

    Raises:
        ValueError: it is none that everybody knows.
    """
    found = _names().get(name) or _fixed(name)
    if found is None:
        raise ValueError(UNKNOWN)
    return found


def usable(name: str) -> str:
    """The one name of a time zone that is stored; UTC where it is none that everybody knows."""
    try:
        return canonical(name)
    except ValueError:
        return "UTC"


def _fixed(name: str) -> str | None:
    return name if FIXED.fullmatch(name) and not name.endswith(("+13", "+14")) else None


@cache
def _names() -> Mapping[str, str]:
    """Each name that is taken, and the one that it becomes."""
    folder = files("tzdata") / "zoneinfo"
    places = [line.split("\t") for line in (folder / "zone.tab").read_text().splitlines()]
    names = {line[2]: line[2] for line in places if not line[0].startswith("#")}
    names |= RULES_OF_THE_US | {"UTC": "UTC", "Etc/UTC": "UTC", "Etc/GMT": "UTC"}
    lines = [line.split() for line in (folder / "tzdata.zi").read_text().splitlines()]
    links = {line[2]: line[1] for line in lines if line[:1] == ["L"]}
    for old in links:
        if old not in names and (target := _end(old, links, names)):
            names[old] = names[target]
    return names


def _end(name: str, links: Mapping[str, str], names: Mapping[str, str]) -> str | None:
    while name in links and name not in names:
        name = links[name]
    return name if name in names else None
