"""What an API token may do: what its scopes say, and never more than its person or its maker."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from followup_api.bootstrap import first_admin
from followup_api.permissions import PERMISSIONS, SCOPES, Permission, Scope
from followup_api.tokens.queries import forget_ended
from followup_common.db import Database
from sqlalchemy import text

from .conftest import PASSWORD, Person, World
from .declared import declared_permissions
from .test_role_matrix import NEW_BROWSER
from .test_routes import routes

TOKENS = "/api/v1/tokens"
ANOTHER = "seven purple lamps hum"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def make(client: TestClient, *scopes: str, **more: Any) -> dict[str, Any]:
    answer = client.post(TOKENS, json={"name": "x", **({"scopes": scopes} if scopes else {}), **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def holder(world: World, made: dict[str, Any]) -> TestClient:
    return TestClient(world.app, headers={"Authorization": f"Bearer {made['token']}"})


def refused(client: TestClient, field: str, **body: Any) -> str:
    answer = client.post(TOKENS, json={"name": "x", **body})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"].partition(".")[0] == field
    return str(error["message"])


def of_ones_own_log_in(admin: Person) -> dict[str, tuple[str, str, Any]]:
    """What decides how an admin logs in: method, path and body of each request."""
    me, user = "/api/v1/me", f"/api/v1/users/{admin.id}"
    return {
        "password": ("PUT", f"{me}/password", {"current_password": PASSWORD, "new_password": ANOTHER}),
        "sessions": ("GET", f"{me}/sessions", None),
        "other sessions": ("DELETE", f"{me}/sessions", None),
        "one session": ("DELETE", f"{me}/sessions/1", None),
        "password as an admin": ("PATCH", user, {"password": ANOTHER}),
        "address as an admin": ("PATCH", user, {"email": "mine.now@example.com", "name": "Ada"}),
        "sessions as an admin": ("GET", f"{user}/sessions", None),
        "other sessions as an admin": ("DELETE", f"{user}/sessions", None),
        "one session as an admin": ("DELETE", f"{user}/sessions/1", None),
        "link to set a password": ("POST", f"{user}/password-reset", None),
        "account of the provider": ("DELETE", f"{user}/identities", None),
        "destination": (
            "POST",
            f"{me}/destinations",
            {"channel": "email", "address": "mine.now@example.com"},
        ),
        "browser": ("POST", f"{me}/browsers", NEW_BROWSER),
        "code of a destination": ("POST", f"{me}/destinations/1/code", None),
        "verified destination": ("POST", f"{me}/destinations/1/verify", {"code": "123456"}),
    }


TELLS_NOBODY_ELSE = {
    "GET /api/v1/me/channels",
    "GET /api/v1/me/notification-rules",
    "PUT /api/v1/me/notification-rules",
    "GET /api/v1/me/browsers",
    "DELETE /api/v1/me/browsers/{browser_id}",
    "GET /api/v1/me/destinations",
    "POST /api/v1/me/destinations/{destination_id}/test",
    "PATCH /api/v1/me/destinations/{destination_id}",
    "DELETE /api/v1/me/destinations/{destination_id}",
}
"""Routes below `/me` that tokens may use: what comes of them reaches no address that is new."""


def test_no_token_touches_how_its_person_logs_in(world: World, api: TestClient, admin: Person) -> None:
    browser = world.client()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    browser.post("/api/v1/session", json={"email": admin.email, "password": PASSWORD})
    for what, (method, path, body) in of_ones_own_log_in(admin).items():
        answer = api.request(method, path, json=body)
        assert answer.status_code == 403, what
        assert answer.json()["type"] == "urn:followup:problem:session-needed", what
    assert browser.get("/api/v1/me").json()["email"] == admin.email
    assert api.get("/api/v1/me").json()["name"] == "Ada Admin"
    other = f"/api/v1/users/{world.person('Eve').id}"
    assert api.patch(other, json={"password": ANOTHER, "email": "eve.new@example.com"}).status_code == 200
    same = {"email": admin.email, "name": "Ada Renamed"}  # forms of programs may send all of it
    assert api.patch(f"/api/v1/users/{admin.id}", json=same).status_code == 200


def test_all_routes_of_ones_own_log_in_are_among_those(world: World, admin: Person) -> None:
    asked = {f"{method} {path}" for method, path, _ in of_ones_own_log_in(admin).values()}
    found = {f"{method} {route.path}" for route in routes(world.app) for method in route.methods or ()}
    own = {each for each in found if "/api/v1/me/" in each}
    assert own > TELLS_NOBODY_ELSE
    assert {re.sub(r"\{\w+\}", "1", each) for each in own - TELLS_NOBODY_ELSE} <= asked


def test_every_permission_has_a_scope() -> None:
    assert SCOPES.keys() == set(Permission)
    nobody = {permission for permission, scope in SCOPES.items() if scope is None}
    assert nobody == {Permission.PUBLIC, Permission.CRON_SECRET}
    assert not nobody & PERMISSIONS["admin"]


def test_nothing_is_changed_with_a_scope_that_reads(world: World) -> None:
    changing = {
        f"{method} {route.path}": SCOPES[permission]
        for route in routes(world.app)
        for method in UNSAFE & set(route.methods or ())
        for permission in declared_permissions(route)
    }
    assert "POST /api/v1/notifications/read-all" in changing
    computes = "POST /api/v1/policies/simulate"  # has a body, and changes nothing: its own test says so
    places = "POST /api/v1/policies/ladder"  # as well: it only has a body because steps are no query
    previews = "POST /api/v1/series/preview"  # as well: it has a body because rules are no query
    offers = "POST /api/v1/follow-ups/presets"  # as well: it names up to 10,000 follow-ups
    reads = [route for route, scope in changing.items() if scope is Scope.READ]
    assert reads == [offers, previews, places, computes, f"{computes}/stream"]


CALLS = {
    "read": ("GET", "/api/v1/follow-ups", None, 200),
    "write": ("POST", "/api/v1/notifications/read-all", {}, 200),
    "ops": ("GET", "/api/v1/ops/outbox", None, 200),
    "admin": ("POST", "/api/v1/users", {"email": "new@example.com", "name": "New"}, 201),
}


@pytest.mark.parametrize("scope", CALLS)
def test_a_token_does_what_its_scope_says_and_names_the_one_that_is_missing(
    world: World, api: TestClient, scope: str
) -> None:
    client = holder(world, make(api, scope))
    for needed, (method, path, body, status) in CALLS.items():
        answer = client.request(method, path, json=body)
        if needed == scope:
            assert answer.status_code == status, answer.text
            continue
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:followup:problem:missing-scope"
        assert f"the scope {needed}; this one has {scope}" in answer.json()["detail"]
        assert answer.headers["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{needed}"'


def test_people_are_not_imported_with_the_scope_for_follow_ups(world: World, api: TestClient) -> None:
    client = holder(world, make(api, "read", "write"))
    users = "email,name,role,manager_email,time_zone,active\neve@example.com,Eve,admin,,,\n"
    answer = client.post("/api/v1/imports/users", content=users, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, "scope admin" in answer.json()["detail"]) == (403, True)
    assert world.execute("SELECT FROM users WHERE email = 'eve@example.com'") == []


def test_a_token_that_names_no_scopes_reads_and_writes(world: World, api: TestClient) -> None:
    made = make(api)
    assert made["scopes"] == ["read", "write"]
    assert api.get(TOKENS).json()["items"][0]["scopes"] == ["read", "write"]
    may = holder(world, made).get("/api/v1/me").json()["permissions"]
    assert {"follow-ups:write", "notifications:write"} <= set(may)
    assert not {"users:write", "ops", "sweeps", "imports:users"} & set(may)


def test_a_token_of_before_keeps_all_scopes_and_shows_that_it_has_no_end(
    world: World, api: TestClient, admin: Person
) -> None:
    world.execute("DELETE FROM api_tokens")
    client = world.client(world.person("Bo", "admin"))
    [row] = world.execute(
        "UPDATE api_tokens SET scopes = DEFAULT, expires_at = NULL RETURNING scopes, user_id"
    )
    assert row.scopes == ["read", "write", "ops", "admin"]
    assert client.get("/api/v1/ops/outbox").status_code == 200
    assert client.get(TOKENS).json()["items"][0]["expires_at"] is None


def test_a_scope_gives_nothing_that_the_role_does_not(world: World, api: TestClient) -> None:
    eve = world.client(world.person("Eve"))
    assert "the role employee has no use for ops" in refused(eve, "scopes", scopes=["read", "ops"])
    assert "read" in refused(eve, "scopes", scopes=["everything"])
    refused(eve, "scopes", scopes=[])
    assert make(eve, "write", "read", "read")["scopes"] == ["read", "write"]


def test_a_demoted_persons_token_has_no_more_than_they_have(world: World, admin: Person) -> None:
    person = world.person("Bo", "admin")
    client = holder(world, make(world.client(person), "read", "ops"))
    assert client.get("/api/v1/ops/outbox").status_code == 200
    world.execute("UPDATE users SET role = 'employee' WHERE id = :id", id=person.id)
    assert client.get("/api/v1/ops/outbox").status_code == 403
    assert client.get("/api/v1/me").json()["permissions"] == sorted(
        permission for permission in PERMISSIONS["employee"] if SCOPES[permission] is Scope.READ
    )


def test_a_token_makes_none_with_more_scopes_or_a_later_end(world: World, api: TestClient) -> None:
    end = datetime.now(UTC) + timedelta(days=10)
    client = holder(world, make(api, "read", "write", expires_at=end.isoformat()))
    assert "does not have admin itself" in refused(client, "scopes", scopes=["read", "admin"])
    late = (end + timedelta(days=1)).isoformat()
    assert "not longer than the one that makes them" in refused(client, "expires_at", expires_at=late)
    made = make(client)
    assert datetime.fromisoformat(made["expires_at"]) == end
    assert make(holder(world, make(client, "write")))["scopes"] == ["write"]


def test_a_token_ends_within_a_year(build: Callable[..., World]) -> None:
    world = build(token_days=30)
    client = world.client(world.person("Ada", "admin"))
    latest = datetime.now(UTC) + timedelta(days=30)
    for expires_at in (None, (latest + timedelta(minutes=1)).isoformat()):  # a clock that is fast
        made = datetime.fromisoformat(make(client, expires_at=expires_at)["expires_at"])
        assert abs(made - latest) < timedelta(minutes=1)
    message = refused(client, "expires_at", expires_at=(latest + timedelta(days=1)).isoformat())
    assert "30 days at most" in message
    assert f"{latest:%Y-%m-%d}" in message


def test_a_person_has_at_most_so_many_tokens_that_work(build: Callable[..., World]) -> None:
    world = build(tokens_per_person=3)
    client = world.client(world.person("Ada", "admin"))
    made = [make(client) for _ in range(2)]
    answer = client.post(TOKENS, json={"name": "one more"})
    assert answer.status_code == 409
    assert "You have 3 API tokens that work, and that is the most: revoke one" in answer.json()["detail"]
    client.delete(f"{TOKENS}/{made[0]['id']}")
    make(client)
    for _ in range(5):  # those that have ended do not count, and are not kept without end
        world.execute("UPDATE api_tokens SET expires_at = now() WHERE name = 'x'")
        make(client)
    assert world.execute("SELECT count(*) FROM api_tokens")[0].count <= 3 + 3


def test_two_requests_at_once_do_not_pass_the_most(build: Callable[..., World]) -> None:
    """The second waits for the first, and then counts what that one made."""
    world = build(tokens_per_person=2)
    person = world.person("Ada", "admin")
    with world.engine.begin() as tx:
        tx.exec_driver_sql("SELECT FROM users FOR NO KEY UPDATE")
        tx.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        answer = world.client(person).post(TOKENS, json={"name": "waits"})
        assert answer.status_code == 503  # it waited, until its own patience ended
    assert world.client(person).post(TOKENS, json={"name": "now"}).status_code == 201


def test_the_first_admins_token_has_all_scopes_and_an_end(database_url: str) -> None:
    database = Database(database_url)
    first_admin(database, email="ada@example.com", name="Ada", life=timedelta(days=3))
    kept = text("SELECT scopes, expires_at - now() < interval '3 days 1 s' AS ends FROM api_tokens")
    with database.transaction() as tx:
        row = tx.execute(kept).one()
    assert (set(row.scopes), row.ends) == (set(Scope), True)
    database.close()


def test_a_token_that_only_a_clock_ahead_calls_expired_is_not_forgotten(build: Callable[..., World]) -> None:
    world = build(tokens_per_person=1)
    person = world.person("Eve")
    world.execute("UPDATE api_tokens SET expires_at = now() - interval '1 day'")
    world.execute(
        "INSERT INTO api_tokens (user_id, name, prefix, token_hash, expires_at) SELECT user_id, 'other', "
        "'0123456789ab', '\\x00', now() - interval '2 days' FROM api_tokens"
    )
    for watched, left in (("- interval '40 days'", 2), ("", 1)):
        world.execute("DELETE FROM slow_clock")
        world.execute(f"INSERT INTO slow_clock (at) VALUES (now() {watched})")
        with world.database.transaction() as tx:
            forget_ended(tx, person.id, keep=1)
        assert world.execute("SELECT count(*) FROM api_tokens")[0].count == left
