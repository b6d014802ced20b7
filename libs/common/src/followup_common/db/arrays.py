"""Arrays of integers, times and plain words as PostgreSQL reads them.

Psycopg dumps lists element by element; for the thousand rows of a batch that is most of the work
of a handler. None of these needs quotes, so one join does it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def int_array(values: Iterable[int | None]) -> str:
    """The literal of an integer array, for a parameter under CAST(:name AS bigint[])."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def word_array(values: Iterable[str | None]) -> str:
    """The literal of an array of words, letters alone, for a parameter under CAST(:name AS text[])."""
    return "{" + ",".join(["NULL" if value is None else value for value in values]) + "}"


def time_array(values: Iterable[datetime | None]) -> str:
    """The literal of an array of aware times, for a parameter under CAST(:name AS timestamptz[])."""
    return "{" + ",".join(["NULL" if value is None else value.isoformat() for value in values]) + "}"
