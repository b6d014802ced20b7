"""What browsers are told, on every answer whatever its status."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from .conftest import PASSWORD, Person, World

EVIL = "https://evil.example"
EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STATUSES: dict[int, tuple[str, str, dict[str, Any]]] = {
    200: ("GET", "/healthz", {}),
    201: ("POST", "/api/v1/tokens", {"json": {"name": "x"}}),
    204: ("DELETE", "/api/v1/session", {}),
    401: ("GET", "/api/v1/me", {"headers": {"Authorization": "Bearer x"}}),
    403: ("POST", "/api/v1/session", {"json": {"email": "x", "password": "x"}, "headers": {"Origin": EVIL}}),
    404: ("GET", "/api/v1/nothing", {}),
    405: ("PUT", "/api/v1/me", {}),
    413: ("POST", "/api/v1/tokens", {"content": b"x" * 1_100_000}),
    415: ("POST", "/api/v1/imports/users", {"content": b"x", "headers": {"Content-Type": "image/png"}}),
    422: ("POST", "/api/v1/tokens", {"json": {}}),
    500: ("GET", "/api/v1/sweeps", {}),
    503: ("GET", "/api/cron/followups", {}),
}


def send(client: TestClient, status: int, **headers: str) -> Any:
    method, path, more = STATUSES[status]
    answer = client.request(method, path, **{**more, "headers": {**more.get("headers", {}), **headers}})
    assert answer.status_code == status, answer.text
    return answer


@pytest.mark.parametrize("status", STATUSES)
def test_every_answer_tells_browsers_what_not_to_do(world: World, admin: Person, status: int) -> None:
    if status == 500:
        world.execute("ALTER TABLE sweeps RENAME COLUMN escalated TO elsewhere")
    headers = send(world.client(admin), status).headers
    assert {name: headers.get(name) for name in EVERY_ANSWER} == EVERY_ANSWER
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "server" not in headers
    if STATUSES[status][1].startswith("/api/"):
        assert headers["Cache-Control"] == "no-store"


def test_the_page_has_the_headers_as_well(world: World) -> None:
    headers = world.client().get("/").headers
    assert {name: headers.get(name) for name in EVERY_ANSWER} == EVERY_ANSWER


@pytest.mark.parametrize("status", [200, 201, 401, 404, 422])
def test_no_answer_lets_another_origin_read_it(world: World, admin: Person, status: int) -> None:
    headers = send(world.client(admin), status, Origin=EVIL).headers
    assert [name for name in headers if name.lower().startswith("access-control-")] == []


@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/follow-ups", "/api/cron/followups", "/"])
def test_a_preflight_is_never_answered_with_leave(world: World, path: str) -> None:
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization"
    answer = world.client().options(path, headers=asked)
    assert answer.status_code in (404, 405)
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_only_log_ins_set_cookies_and_only_one(world: World, admin: Person) -> None:
    for status in (200, 201, 204, 401, 404, 422):
        answer = send(world.client(admin), status)
        assert "max-age=0" in answer.headers.get("set-cookie", "max-age=0").lower()
    body = {"email": admin.email, "password": PASSWORD}
    secure = world.client(base_url="https://followup.example.com").post("/api/v1/session", json=body)
    [cookie] = secure.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-followup=")


def test_a_log_in_makes_a_new_session_whatever_the_browser_sent(world: World, admin: Person) -> None:
    """Nobody can plant a session that somebody else then logs in to."""
    client = world.client()
    body = {"email": admin.email, "password": PASSWORD}
    name = client.post("/api/v1/session", json=body).headers["set-cookie"].partition("=")[0]
    client.cookies.clear()
    client.cookies.set(name, "planted")
    client.post("/api/v1/session", json=body)
    first = client.cookies.get(name, domain="localhost.local")
    client.post("/api/v1/session", json=body)
    assert client.cookies.get(name, domain="localhost.local") not in ("planted", first)


FORMS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]


@pytest.mark.parametrize("media_type", FORMS)
def test_what_a_form_of_another_site_can_send_is_no_request_of_ours(
    world: World, admin: Person, media_type: str
) -> None:
    body = json.dumps({"email": admin.email, "password": PASSWORD})
    answer = world.client().post("/api/v1/session", content=body, headers={"Content-Type": media_type})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
