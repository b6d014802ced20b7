"""Probes, metrics, headers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from followup_api.app import create_app

from .conftest import Person, World


def test_alive_and_ready(anonymous: TestClient) -> None:
    assert anonymous.get("/healthz").json() == {"status": "alive"}
    answer = anonymous.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"database": "ok", "broker": "ok"}}


def test_ready_without_the_broker(world: World) -> None:
    app = create_app(
        world.app.state.context.settings,
        database=world.database,
        publisher=world.publisher,
        broker_problem=lambda: "escalator: RabbitMQ does not answer",
    )
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 200
    said = "escalator: RabbitMQ does not answer. Events wait in the outbox"
    assert answer.json()["checks"]["broker"] == said


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("DELETE FROM alembic_version", 503),
        ("DROP TABLE alembic_version", 503),
        ("UPDATE alembic_version SET version_num = '9999'", 200),  # newer: the next release migrates first
    ],
)
def test_ready_needs_the_schema_of_this_code(
    world: World, anonymous: TestClient, change: str, status: int
) -> None:
    world.execute(change)
    answer = anonymous.get("/readyz")
    assert answer.status_code == status
    assert ("migrations are missing" in answer.json()["checks"]["database"]) == (status == 503)
    assert anonymous.get("/healthz").status_code == 200


def test_not_ready_without_the_database(build: Callable[..., World]) -> None:
    world = build()
    app = create_app(
        world.app.state.context.settings,
        database=type(world.database)("postgresql://localhost:1/nowhere"),
        publisher=world.publisher,
    )
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "checks": {"database": "away", "broker": "ok"}}


def test_metrics_count_by_route_method_and_status(world: World, api: TestClient, admin: Person) -> None:
    for _ in range(2):
        api.get(f"/api/v1/users/{admin.id}")
    api.get("/api/v1/users/999")
    api.get("/api/nowhere")
    api.request("BREW", "/api/coffee")
    text = api.get("/metrics").text
    assert (
        'followup_http_requests_total{method="GET",route="/api/v1/users/{user_id}",status="200"} 2.0' in text
    )
    assert 'route="/api/v1/users/{user_id}",status="404"} 1.0' in text
    assert 'followup_http_requests_total{method="GET",route="(none)",status="404"} 1.0' in text
    assert 'followup_http_requests_total{method="(other)",route="(none)",status="404"} 1.0' in text
    assert (
        'followup_http_request_duration_seconds_count{method="GET",route="/api/v1/users/{user_id}"} 3.0'
        in text
    )
    assert "nowhere" not in text


def test_headers_keep_browsers_safe(world: World, anonymous: TestClient) -> None:
    for path in ("/", "/api/v1/me", "/api/docs", "/healthz", "/nowhere"):
        headers = anonymous.get(path).headers
        policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
        assert policy["script-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers
    assert anonymous.get("/api/v1/me").headers["Cache-Control"] == "no-store"
    https = world.client(base_url="https://followup.example.com")
    assert "max-age" in https.get("/healthz").headers["Strict-Transport-Security"]


def test_https_is_told_behind_a_proxy_too(build: Callable[..., World]) -> None:
    world = build(public_url="https://followup.example.com")
    assert "Strict-Transport-Security" in world.client().get("/healthz").headers


def test_the_api_describes_itself(anonymous: TestClient) -> None:
    assert anonymous.get("/api/openapi.json").json()["openapi"].startswith("3.1")
    page = anonymous.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert 'spec-url="/api/openapi.json"' in page.text
    assert re.findall(r"(?:src|href)=.(\w+:)?//", page.text) == [], "nothing comes from elsewhere"
