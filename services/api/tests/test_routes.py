"""What holds for every route, no matter who writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.testclient import TestClient
from followup_api import openapi
from followup_api.app import ROUTERS, create_app
from followup_api.permissions import (
    OF_THE_DELETERS,
    PERMISSIONS,
    Caller,
    Permission,
    Required,
)
from followup_api.problems import MEDIA_TYPE
from starlette.routing import BaseRoute

from .conftest import World, unasked_app
from .declared import declared_permissions

OPEN = {
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/session/password-link"),
    ("PUT", "/api/v1/session/password-link"),
    ("GET", "/api/v1/session/options"),
    ("GET", "/api/v1/session/oidc"),
    ("GET", "/api/v1/session/oidc/callback"),
    ("GET", "/a/{token}"),
    ("POST", "/a/{token}"),
    ("GET", "/a/calendar/{token}.ics"),
    ("GET", "/a/off/{token}"),
    ("POST", "/a/off/{token}"),
    ("POST", "/slack/interactivity"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/docs"),
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """An application with all routes."""
    return unasked_app()


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    """Its OpenAPI document."""
    return openapi.document(app)


def routes(of: FastAPI | APIRouter) -> Iterator[RouteContext]:
    """Every route, with its full path."""
    contexts: list[BaseRoute] = list(of.routes)
    yield from iter_route_contexts(contexts)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_declares_exactly_one_permission(app: FastAPI) -> None:
    wrong = {
        (route.path, tuple(declared))
        for route in routes(app)
        if len(declared := set(declared_permissions(route))) != 1
    }
    assert wrong == set()


def test_a_route_without_a_permission_would_be_found(app: FastAPI) -> None:
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten() -> None: ...

    [route] = routes(router)
    assert list(declared_permissions(route)) == []


def test_only_these_routes_are_open(app: FastAPI) -> None:
    found = {
        (method, route.path)
        for route in routes(app)
        for method in route.methods or ()
        if Permission.PUBLIC in declared_permissions(route)
    }
    assert found == OPEN


def test_every_permission_is_given_to_a_role_or_has_its_own_check() -> None:
    given = OF_THE_DELETERS.union(*PERMISSIONS.values())
    assert set(Permission) - given == {Permission.PUBLIC, Permission.CRON_SECRET}
    assert PERMISSIONS["employee"] < PERMISSIONS["manager"] < PERMISSIONS["admin"]


def test_routes_of_domains_are_under_the_versioned_base(app: FastAPI) -> None:
    served = {route.path for route in routes(app)}
    paths = {route.path or "" for router in ROUTERS for route in routes(router)}
    assert paths <= served
    assert {path for path in paths if not path.startswith("/api/v1/")} == set()


def test_no_route_is_async_by_accident(app: FastAPI) -> None:
    from inspect import iscoroutinefunction, unwrap

    found = {
        route.path for route in routes(app) if route.endpoint and iscoroutinefunction(unwrap(route.endpoint))
    }
    # The others use the database, which blocks.
    assert found <= {"/api/v1/notifications/stream"}


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    incomplete = [
        name
        for name, operation in operations(document)
        if not (operation.get("summary") and operation.get("description") and len(operation["tags"]) == 1)
        or not re.fullmatch(r"[a-z_]+", operation["operationId"])
    ]
    assert incomplete == []


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_schema_names_are_their_classes_names(document: dict[str, Any]) -> None:
    """Two classes of one name would both be renamed after their modules, and clients' types with them."""
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_every_tag_is_explained(document: dict[str, Any]) -> None:
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    assert used <= {tag["name"] for tag in document["tags"]}


def test_every_body_and_answer_has_an_example(document: dict[str, Any]) -> None:
    missing = [
        (name, media_type)
        for name, operation in operations(document)
        for part in (operation.get("requestBody", {}), *_successes(operation))
        for media_type, content in part.get("content", {}).items()
        if media_type == "application/json" and not {"example", "examples"} & content.keys()
    ]
    assert missing == []


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    other = [
        (name, status)
        for name, operation in operations(document)
        for status, response in operation["responses"].items()
        if status >= "400" and set(response["content"]) != {MEDIA_TYPE} and name != "GET /readyz"
    ]
    assert other == []


def test_guarded_operations_document_what_stops_a_caller(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if {"token": []} in operation.get("security", ()):
            assert {"401", "403", "503"} <= operation["responses"].keys(), name
        if "requestBody" in operation or operation.get("parameters"):
            assert "422" in operation["responses"], name


def test_the_published_document_is_that_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    published = Path(__file__).parents[3] / "docs" / "openapi.json"
    monkeypatch.setattr("sys.argv", ["openapi", "--check", str(published)])
    assert openapi.main() == 0


def test_a_stale_document_is_found_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "openapi.json"
    monkeypatch.setattr("sys.argv", ["openapi", "--check", str(stale)])
    assert openapi.main() == 1
    assert "make documents" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["openapi", str(stale)])
    assert openapi.main() == 0
    monkeypatch.setattr("sys.argv", ["openapi", "--check", str(stale)])
    assert openapi.main() == 0


def test_every_list_of_a_body_is_bounded(document: dict[str, Any]) -> None:
    """Each entry may be an error of its own, and all are looked at."""
    schemas = document["components"]["schemas"]
    bodies = [operation["requestBody"] for _, operation in operations(document) if "requestBody" in operation]
    lists = [found for body in bodies for found in _lists(body, schemas)]
    assert len(lists) > 3
    assert [found for found in lists if not found.get("maxItems", 10_001) <= 10_000] == []


def _lists(part: Any, schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "array":
            yield part
        if "$ref" in part:
            yield from _lists(schemas[part["$ref"].rpartition("/")[2]], schemas)
        part = [value for name, value in part.items() if name not in ("example", "examples")]
    if isinstance(part, list):
        for each in part:
            yield from _lists(each, schemas)


def _successes(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [response for status, response in operation["responses"].items() if status < "300"]


def test_what_a_route_depends_on_can_be_replaced(world: World) -> None:
    """As the framework's own documentation has it."""
    app = create_app(world.app.state.context.settings, database=world.database, publisher=world.publisher)
    caller = Caller(7, "eve@example.com", "Eve", "manager", None, "UTC", has_reports=False)
    app.dependency_overrides[Required(Permission.SELF)] = lambda: caller
    assert TestClient(app).get("/api/v1/me").json()["name"] == "Eve"
