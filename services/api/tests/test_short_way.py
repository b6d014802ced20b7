"""The short way through a route answers as FastAPI's own: asked everything twice, once on each."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from followup_api import arguments
from httpx import Response

from .test_role_matrix import LINES, MAKE, Cast, cast

__all__ = ["cast"]

LIVE = {"/api/v1/notifications/stream", "/api/v1/ops/audit-log"}
"""No two answers are the same."""

GETS = sorted(route.removeprefix("GET ") for route in LINES if route.startswith("GET /api/v1/"))
MOMENT = re.compile(r'"(at|as_of|read_at|checked_at|hours_overdue|[a-z_]*seconds[a-z_]*)":("[^"]*"|[\d.e-]+)')
EXPIRES = re.compile("expires=[^;]*")
IDS = ["0", "999999", "x", "9" * 30, "%00"]
VALUES = ["", "1", "%00", "1&{name}=2", "x&{name}=1"]


def queries(parameters: list[str]) -> list[str]:
    """Nothing, each parameter with whatever may come, and ones that nobody knows."""
    names = [*parameters, "unknown"]
    return ["", *(f"{name}={value.format(name=name)}" for name, value in product(names, VALUES))]


def test_both_answer_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cast.company.world.client(cast.company.ada)
    document = client.get("/api/openapi.json").json()
    asked = [url for path in GETS if path not in LIVE for url in urls(cast, path, document["paths"][path])]
    short = [client.get(url, follow_redirects=False) for url in asked]
    monkeypatch.setattr(arguments.Call, "run", refuse)
    for url, answer in zip(asked, short, strict=True):
        assert told(client.get(url, follow_redirects=False)) == told(answer), url
    assert {answer.status_code for answer in short} >= {200, 404, 422}


def urls(cast: Cast, path: str, operation: dict[str, Any]) -> list[str]:
    parameters = operation["get"].get("parameters", [])
    named = [each["name"] for each in parameters if each["in"] == "query"]
    there = path.format(**cast.target(f"GET {path}"))
    [name, *_] = [*(name for name in [*MAKE, "user_id", "event_id"] if f"{{{name}}}" in path), ""]
    strange = [path.replace(f"{{{name}}}", each) for each in IDS if name]
    return [*(f"{there}?{query}" for query in queries(named)), *strange]


def refuse(*_: object) -> None:
    raise arguments.NotTaken


def told(answer: Response) -> tuple[int, str, dict[str, str]]:
    """All but what every request or every moment has of its own."""
    again = ("x-request-id", "content-length")
    headers = {name: EXPIRES.sub("", value) for name, value in answer.headers.items() if name not in again}
    text = answer.text.replace(answer.headers.get("x-request-id", "none"), "")
    return answer.status_code, MOMENT.sub("", text), headers
