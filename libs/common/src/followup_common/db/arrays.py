"""Arrays of integers as PostgreSQL reads them.

Psycopg dumps lists element by element; for the thousand rows of a batch that is most of the work
of a handler. Integers need no quoting, so one join does it.
"""

from __future__ import annotations

from collections.abc import Iterable


def int_array(values: Iterable[int | None]) -> str:
    """The literal of an integer array, for a parameter under CAST(:name AS bigint[])."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
