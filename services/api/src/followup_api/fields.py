"""Field types and problems that several domains share, beyond those of `schemas` and `problems`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi.responses import JSONResponse
from pydantic import AfterValidator, StringConstraints
from sqlalchemy import ColumnElement

from followup_api.problems import MEDIA_TYPE
from followup_api.schemas import WrittenTime, storable

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
PLAIN_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?:[/?#][!-~]*)?")
"""What needs no taking apart: an import checks one a line."""


def http_url(value: str) -> str:
    """Check that a link leads to a web page.

    Raises:
        ValueError: it is not an absolute http or https URL.
    """
    if PLAIN_LINK.fullmatch(value):
        return value
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in value):
        raise ValueError("expected a link that starts with http:// or https://")
    return value


def sane_time(value: datetime) -> datetime:
    """Check that a time is one that a person can have meant, and put it into UTC.

    Raises:
        ValueError: it lies before 1970 or after 2199.
    """
    if not EARLIEST <= value < LATEST:
        raise ValueError("expected a time between the years 1970 and 2199")
    return value.astimezone(UTC)


Notes = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(storable)]
Link = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    AfterValidator(storable),
    AfterValidator(http_url),
]
SaneTime = Annotated[WrittenTime, AfterValidator(sane_time)]


def contains(column: ColumnElement[Any], search: str) -> ColumnElement[bool]:
    """SQL that finds `search` anywhere in a text, whatever its case; wildcards in it mean themselves."""
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.ilike(f"%{escaped}%")


def extended(answer: JSONResponse, **members: Any) -> JSONResponse:
    """A problem with further members, as RFC 9457 lets one add them."""
    body = {**json.loads(bytes(answer.body)), **members}
    headers = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
    return JSONResponse(body, status_code=answer.status_code, headers=headers, media_type=MEDIA_TYPE)
