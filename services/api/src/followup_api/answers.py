"""Answers whose JSON is written in one go from what the database gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Response
from pydantic_core import to_json


def page_of(items: Iterable[Mapping[str, Any]], next_cursor: str | None, response: Response) -> Response:
    """The answer of a list of many rows.

    Checking and copying each row into models would take longer than reading it from the database did. What a
    route gives here has the fields of the model that it declares; tests hold the two against each other.

    Args:
        items: one for each row.
        next_cursor: as in `Page`.
        response: the one of the request, whose headers go with the answer.
    """
    return json_answer(to_json({"items": list(items), "next_cursor": next_cursor}), response)


def json_answer(body: bytes, response: Response) -> Response:
    """JSON with the headers and cookies that a request's functions have set.

    Args:
        body: the JSON.
        response: the one that they were given.
    """
    answer = Response(body, media_type="application/json")
    own = {name for name, _ in answer.raw_headers}
    answer.raw_headers += [(name, value) for name, value in response.raw_headers if name not in own]
    return answer
