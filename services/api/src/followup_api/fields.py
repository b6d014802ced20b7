"""Field types that several domains share, beyond those of `schemas`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import ColumnElement, Text, collate, func

from followup_api.links import http_url
from followup_api.phones import LONGEST_PHONE, phone_number
from followup_api.schemas import NORMAL, WrittenTime, storable

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def sane_time(value: datetime) -> datetime:
    """Check that a time is one that a person can have meant, and put it into UTC.

    Raises:
        ValueError: it lies before 1970 or after 2199.
    """
    if not EARLIEST <= value < LATEST:
        raise ValueError("is not a time between the years 1970 and 2199: correct the year")
    return value.astimezone(UTC)


Notes = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=10_000), AfterValidator(storable), NORMAL
]
Link = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    AfterValidator(storable),
    AfterValidator(http_url),
    NORMAL,
]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_PHONE),
    AfterValidator(storable),
    AfterValidator(phone_number),
    NORMAL,
]
SaneTime = Annotated[WrittenTime, AfterValidator(sane_time)]


def as_read(name: ColumnElement[Any]) -> ColumnElement[str]:
    """SQL to sort names by, as people read them: the function `as_read` of the database."""
    return func.as_read(collate(name, "C"), type_=Text())
