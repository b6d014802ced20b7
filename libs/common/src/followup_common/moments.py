"""Moments as text: what we take for a time, wherever it comes from."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EXAMPLE = "2026-03-31T09:00:00Z"

_WRITTEN = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|z|[+-]\d\d:\d\d)?", flags=re.ASCII
)


class NoZone(ValueError):
    """A date and a time that do not say of which time zone."""

    def __init__(self, wall: datetime) -> None:
        super().__init__(f"has no time zone: write it like {EXAMPLE}, or with +02:00")
        self.wall = wall


def moment(text: str) -> datetime:
    """Read a time as RFC 3339 writes it: date, time and zone. The seconds may be left out.

    Python's and pydantic's own readers take more: `46083` as seconds since 1970, `20260302`, a date alone.

    Args:
        text: such as `2026-03-31T09:00:00Z` or `2026-03-31 09:00+02:00`.

    Raises:
        NoZone: the zone is missing.
        ValueError: it is something else, or a day or an hour that does not exist.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"is not a time: write it like {EXAMPLE}")
    date, time, zone = found.groups()
    try:
        read = datetime.fromisoformat(f"{date}T{time}{(zone or '').upper()}")
    except ValueError:
        raise ValueError(f"is a time that does not exist: write it like {EXAMPLE}") from None
    if zone is None:
        raise NoZone(read)
    return read


def moment_in(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of a time zone show this.

    Args:
        wall: a date and a time without a zone.
        zone: whose clocks.

    Raises:
        ValueError: they never show it, because they are set forward over it, or they show it twice.
    """
    found = wall.replace(tzinfo=zone)
    if found.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise ValueError(f"does not exist in {zone.key}, where clocks are set forward: write another time")
    if found.utcoffset() != found.replace(fold=1).utcoffset():
        raise ValueError(f"is there twice in {zone.key}, where clocks are set back: add its offset (+02:00)")
    return found
