"""The life of an API token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from fastapi.testclient import TestClient

from .conftest import Person, World

ME = "/api/v1/me"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_works(api: TestClient, anonymous: TestClient, admin: Person) -> None:
    created = api.post("/api/v1/tokens", json={"name": "Nightly import"})
    assert created.status_code == 201
    token = created.json()["token"]
    assert token.startswith(created.json()["prefix"] + "_")
    assert anonymous.get(ME, headers=bearer(token)).json()["id"] == admin.id
    listed = api.get("/api/v1/tokens").json()["items"]
    assert [each["name"] for each in listed] == ["Nightly import", "test"]
    assert all("token" not in each for each in listed)


def test_the_database_keeps_a_digest_only(world: World, api: TestClient) -> None:
    token = api.post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    [row] = world.execute("SELECT api_tokens::text AS kept, token_hash FROM api_tokens WHERE name = 'x'")
    assert token not in row.kept
    assert len(row.token_hash) == 32


def test_a_revoked_token_stops_at_once(api: TestClient, anonymous: TestClient) -> None:
    created = api.post("/api/v1/tokens", json={"name": "x"}).json()
    address = f"/api/v1/tokens/{created['id']}"
    assert api.delete(address).status_code == 204
    assert anonymous.get(ME, headers=bearer(created["token"])).status_code == 401
    assert api.delete(address).status_code == 404


def test_nobody_sees_or_revokes_the_token_of_another(world: World, api: TestClient, admin: Person) -> None:
    other = world.client(world.person("Eve"))
    [token] = api.get("/api/v1/tokens").json()["items"]
    assert token["id"] not in [each["id"] for each in other.get("/api/v1/tokens").json()["items"]]
    assert other.delete(f"/api/v1/tokens/{token['id']}").status_code == 404
    assert api.get(ME).status_code == 200


def test_an_expired_token_is_refused(world: World, api: TestClient, anonymous: TestClient) -> None:
    end = (datetime.now(UTC) + timedelta(days=90)).replace(microsecond=0)
    body = {"name": "x", "expires_at": end.astimezone(timezone(timedelta(hours=2))).isoformat()}
    created = api.post("/api/v1/tokens", json=body).json()
    assert created["expires_at"] == f"{end:%Y-%m-%dT%H:%M:%SZ}"
    assert anonymous.get(ME, headers=bearer(created["token"])).status_code == 200
    world.execute("UPDATE api_tokens SET expires_at = now() WHERE name = 'x'")
    assert anonymous.get(ME, headers=bearer(created["token"])).status_code == 401


@pytest.mark.parametrize("expires_at", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00", "soon", 12])
def test_a_token_cannot_expire_in_the_past_or_without_a_zone(api: TestClient, expires_at: object) -> None:
    answer = api.post("/api/v1/tokens", json={"name": "x", "expires_at": expires_at})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "expires_at"


def test_a_tampered_token_is_refused(world: World, anonymous: TestClient, admin: Person) -> None:
    token = admin.token
    last = "0" if token[-1] != "0" else "1"
    forged = [token[:-1] + last, token[:-1], token + "0", token.upper(), f" {token[3:]}", "fu__", "", "é"]
    other = world.person("Eve")
    forged.append(other.token[:16] + admin.token[16:])
    for each in forged:
        answer = anonymous.get(ME, headers={"Authorization": f"Bearer {each}".encode("latin-1")})
        assert answer.status_code == 401, each
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_not_saved_by_a_right_cookie(world: World, admin: Person) -> None:
    client = world.client()
    client.post("/api/v1/session", json={"email": admin.email, "password": "correct horse battery staple"})
    assert client.get(ME).status_code == 200
    assert client.get(ME, headers=bearer("fu_wrong")).status_code == 401


def test_last_use_is_noted_at_most_once_a_minute(world: World, api: TestClient) -> None:
    def used() -> object:
        return world.execute("SELECT last_used_at FROM api_tokens")[0].last_used_at

    assert used() is None
    api.get(ME)
    first = used()
    assert first is not None
    api.get(ME)
    assert used() == first
    world.execute("UPDATE api_tokens SET last_used_at = last_used_at - interval '61 seconds'")
    api.get(ME)
    assert used() >= first  # type: ignore[operator]  # set by now


def test_noting_the_use_never_waits_for_another_request(world: World, api: TestClient) -> None:
    with world.engine.begin() as tx:
        tx.exec_driver_sql("SELECT FROM api_tokens FOR UPDATE")
        assert api.get(ME).status_code == 200
    assert world.execute("SELECT last_used_at FROM api_tokens")[0].last_used_at is None


def test_tokens_come_in_pages_newest_first(api: TestClient) -> None:
    for number in range(4):
        api.post("/api/v1/tokens", json={"name": f"token {number}"})
    names, cursor = [], None
    for _ in range(3):
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = api.get("/api/v1/tokens", params=query).json()
        names += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert names == ["token 3", "token 2", "token 1", "token 0", "test"]
    assert cursor is None


def test_a_use_in_the_future_does_not_hide_those_of_today(world: World, api: TestClient) -> None:
    """PostgreSQL's clock was ahead when it was used last."""
    world.execute("UPDATE api_tokens SET last_used_at = now() + interval '3 days'")
    assert api.get(ME).status_code == 200
    [token] = world.execute("SELECT last_used_at < now() + interval '1 hour' AS is_today FROM api_tokens")
    assert token.is_today
