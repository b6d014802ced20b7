"""Moments as text: what we take for a time, wherever it comes from."""

from __future__ import annotations

import re
from datetime import datetime

EXAMPLE = "2026-03-31T09:00:00Z"

_WRITTEN = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|z|[+-]\d\d:\d\d)?", flags=re.ASCII
)


class NoZone(ValueError):
    """A date and a time that do not say of which time zone."""


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
        raise NoZone(f"has no time zone: write it like {EXAMPLE}, or with +02:00")
    return read
