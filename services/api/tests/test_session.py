"""Logging in with a browser, and what protects the session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import Request
from fastapi import Response as Answer
from fastapi.testclient import TestClient
from followup_api.auth import browser
from followup_api.settings import ApiSettings
from httpx import Response
from pydantic import SecretStr

from .conftest import PASSWORD, Person, World

SAME = {"Sec-Fetch-Site": "same-origin"}


def log_in(client: TestClient, email: str, password: str = PASSWORD, **headers: str) -> Response:
    body = {"email": email, "password": password}
    answer: Response = client.post("/api/v1/session", json=body, headers=headers)
    return answer


def test_a_person_logs_in_reads_themselves_and_logs_out(world: World, admin: Person) -> None:
    client = world.client()
    answer = log_in(client, "ADA.admin@example.com")
    assert answer.status_code == 201
    assert answer.json() == client.get("/api/v1/me").json()
    assert answer.json()["id"] == admin.id
    assert "users:write" in answer.json()["permissions"]
    assert client.delete("/api/v1/session", headers=SAME).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(world: World, admin: Person) -> None:
    cookie = log_in(world.client(base_url="https://followup.example.com"), admin.email).headers["set-cookie"]
    assert cookie.startswith("__Host-followup=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=1209600"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:9000"])
def test_a_plain_cookie_is_for_this_machine_only(world: World, admin: Person, host: str) -> None:
    cookie = log_in(world.client(base_url=f"http://{host}"), admin.email).headers["set-cookie"]
    assert cookie.startswith("followup-")
    assert "Secure" not in cookie


def test_plain_http_elsewhere_still_gets_the_secure_cookie(world: World, admin: Person) -> None:
    cookie = log_in(world.client(base_url="http://followup.example.com"), admin.email).headers["set-cookie"]
    assert cookie.startswith("__Host-followup=")
    assert "Secure" in cookie


LAN = "http://192.168.1.20:8000"


def test_over_plain_http_a_log_in_that_cannot_work_says_what_is_needed(world: World, admin: Person) -> None:
    answer = log_in(world.client(base_url=LAN), admin.email, Origin=LAN)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    for needed in ("https", "FOLLOWUP_PUBLIC_URL", "FOLLOWUP_TRUST_PLAIN_HTTP=true"):
        assert needed in answer.json()["detail"]


@pytest.mark.parametrize("origin", ["http://[x:9", "http://[", "http://a]b", "http://[v1.]"])
def test_an_origin_that_no_browser_writes_is_a_page_elsewhere(
    world: World, admin: Person, origin: str
) -> None:
    client = world.client(base_url=LAN)
    answer = log_in(client, admin.email, **{"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 403


@pytest.mark.parametrize("more", [{}, {"public_url": LAN}])
def test_in_a_trusted_network_a_log_in_over_plain_http_works(
    build: Callable[..., World], more: dict[str, str]
) -> None:
    world = build(trust_plain_http=True, **more)
    person = world.person("Ada", "admin")
    client = world.client(base_url=LAN)
    assert log_in(client, person.email, Origin=LAN).status_code == 201
    assert client.get("/api/v1/me").status_code == 200
    secure = world.client(base_url="https://followup.example.com")
    if not more:
        assert "Secure" in log_in(secure, person.email).headers["set-cookie"]


def test_behind_a_proxy_that_ends_tls_in_silence_people_log_in(world: World, admin: Person) -> None:
    answer = log_in(
        world.client(base_url="http://followup.example.com"),
        admin.email,
        Origin="https://followup.example.com",
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("scheme", ["http://localhost", "https://followup.example.com"])
def test_installations_on_one_host_do_not_log_each_other_out(
    build: Callable[..., World], scheme: str
) -> None:
    world = build()
    person = world.person("Ada", "admin")
    names = set()
    for port in (8000, 9000):
        client = world.client(base_url=f"{scheme}:{port}")
        assert log_in(client, person.email).status_code == 201
        names.add(session_cookie(client)[0])
    assert len(names) == 2


def test_another_database_behind_the_same_port_has_another_cookie(settings: ApiSettings) -> None:
    def name(database_url: str) -> str:
        request = Request(
            {
                "type": "http",
                "headers": [(b"host", b"localhost:8000")],
                "scheme": "http",
                "path": "/",
                "query_string": b"",
                "server": ("localhost", 8000),
            }
        )
        response = Answer()
        other = settings.model_copy(update={"database_url": SecretStr(database_url)})
        browser.set_session(request, response, other, "x")
        return response.headers["set-cookie"].partition("=")[0]

    one = name("postgresql://u:p@/followup?host=/home/ada/one")
    assert one == name("postgresql://u:another@/followup?host=/home/ada/one")
    assert one != name("postgresql://u:p@/followup?host=/home/ada/two")


def session_cookie(client: TestClient) -> tuple[str, str]:
    """Name and value of the one cookie that a browser has."""
    [cookie] = client.cookies.jar
    assert cookie.value is not None
    return cookie.name, cookie.value


def test_the_public_url_decides_behind_a_proxy(build: Callable[..., World]) -> None:
    world = build(public_url="https://followup.example.com")
    person = world.person("Ada", "admin")
    client = world.client(base_url="http://localhost:8000")
    answer = log_in(client, person.email, Origin="https://followup.example.com")
    assert answer.headers["set-cookie"].startswith("__Host-followup=")
    assert log_in(client, person.email, Origin="http://localhost:8000").status_code == 403


def test_a_plain_cookie_is_not_taken_over_https(world: World, admin: Person) -> None:
    local = world.client()
    log_in(local, admin.email)
    public = world.client(base_url="https://followup.example.com")
    public.cookies.update(dict(local.cookies))
    assert public.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada.admin@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("gone@example.com", PASSWORD)],
)
def test_a_failed_log_in_does_not_say_why(world: World, admin: Person, email: str, password: str) -> None:
    world.person("gone", active=False)
    answer = log_in(world.client(), email, password)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The e-mail address or the password is wrong."
    assert "set-cookie" not in answer.headers


def test_somebody_without_a_password_cannot_log_in(world: World) -> None:
    person = world.person("Token Only", password=None)
    assert log_in(world.client(), person.email, "").status_code == 422
    assert log_in(world.client(), person.email, "anything").status_code == 401


def test_an_unknown_address_costs_a_password_check_too(
    world: World, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from followup_api.auth import passwords

    checked: list[str] = []
    hasher = passwords._hasher

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    log_in(world.client(), "nobody@example.com")
    assert len(checked) == 1
    assert not hasher.check_needs_rehash(checked[0])


def test_the_database_keeps_neither_password_nor_token(world: World, admin: Person) -> None:
    client = world.client()
    log_in(client, admin.email)
    kept = world.execute("SELECT token_hash, password_hash FROM sessions JOIN users ON users.id = user_id")
    assert len(kept[0].token_hash) == 32
    assert session_cookie(client)[1].encode() not in bytes(kept[0].token_hash)
    assert kept[0].password_hash.startswith("$argon2id$")


def test_a_session_ends_after_its_time(world: World, admin: Person) -> None:
    client = world.client()
    log_in(client, admin.email)
    world.execute("UPDATE sessions SET expires_at = now()")
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert "log in again" in answer.json()["detail"]


def test_a_session_that_a_clock_ahead_made_too_long_gets_its_own_length(world: World, admin: Person) -> None:
    client = world.client()
    client.post("/api/v1/session", json={"email": admin.email, "password": PASSWORD})
    world.execute("UPDATE sessions SET expires_at = expires_at + interval '300 days'")
    assert client.get("/api/v1/me").status_code == 200
    [left] = world.execute("SELECT expires_at < now() + interval '91 days' AS shortened FROM sessions")
    assert left.shortened


def test_a_session_in_use_is_renewed_once_a_day(world: World, admin: Person) -> None:
    client = world.client()
    log_in(client, admin.email)
    assert "set-cookie" not in client.get("/api/v1/me").headers
    world.execute("UPDATE sessions SET expires_at = expires_at - interval '25 hours'")
    assert "Max-Age=1209600" in client.get("/api/v1/me").headers["set-cookie"]
    [left] = world.execute("SELECT expires_at - now() > interval '13 days 23 hours' AS renewed FROM sessions")
    assert left.renewed
    assert "set-cookie" not in client.get("/api/v1/me").headers


def test_a_deactivated_person_is_out_at_once(world: World, admin: Person) -> None:
    person = world.person("Eve")
    client = world.client()
    log_in(client, person.email)
    world.execute("UPDATE users SET active = false WHERE id = :id", id=person.id)
    assert client.get("/api/v1/me").status_code == 401
    assert world.client(person).get("/api/v1/me").status_code == 401


def test_logging_in_removes_the_persons_expired_sessions(world: World, admin: Person) -> None:
    for _ in range(2):
        log_in(world.client(), admin.email)
        world.execute("UPDATE sessions SET expires_at = now()")
    assert world.execute("SELECT count(*) FROM sessions")[0].count == 1


def test_a_session_that_only_a_clock_ahead_calls_expired_is_not_removed(world: World, admin: Person) -> None:
    """It does not work meanwhile, and does again once the clock is right."""
    first = world.client()
    log_in(first, admin.email)
    world.execute("INSERT INTO slow_clock (at) VALUES (now() - interval '40 days')")
    world.execute("UPDATE sessions SET expires_at = expires_at - interval '40 days'")
    assert first.get("/api/v1/me").status_code == 401
    log_in(world.client(), admin.email)
    assert world.execute("SELECT count(*) FROM sessions")[0].count == 2
    world.execute("UPDATE sessions SET expires_at = expires_at + interval '40 days'")
    assert first.get("/api/v1/me").status_code == 200


def test_a_forged_cookie_is_refused(world: World, admin: Person) -> None:
    client = world.client()
    log_in(client, admin.email)
    name, _ = session_cookie(client)
    for value in ("x", "A" * 43, "'; DROP TABLE sessions"):
        client.cookies.clear()
        client.cookies.set(name, value)
        assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://localhost:8000"}, 204),
        ({"Origin": "https://localhost:8000"}, 204),
        ({"Origin": "http://localhost:9000"}, 403),
        ({"Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost:8000.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8000", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_change_by_cookie_must_come_from_our_own_page(
    world: World, admin: Person, headers: dict[str, str], status: int
) -> None:
    client = world.client()
    log_in(client, admin.email)
    assert client.delete("/api/v1/session", headers=headers).status_code == status
    assert client.get("/api/v1/me").status_code == (401 if status == 204 else 200)


def test_a_change_by_token_needs_no_origin(world: World, admin: Person) -> None:
    answer = world.client(admin).delete("/api/v1/session", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 204


def test_a_page_of_another_site_cannot_log_somebody_in(world: World, admin: Person) -> None:
    client = world.client()
    assert log_in(client, admin.email, Origin="https://evil.example").status_code == 403
    assert log_in(client, admin.email, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert log_in(client, admin.email, Origin="http://localhost:8000").status_code == 201


def test_an_outdated_password_hash_is_made_again(world: World, admin: Person) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    world.execute("UPDATE users SET password_hash = :weak WHERE id = :id", weak=weak, id=admin.id)
    assert log_in(world.client(), admin.email).status_code == 201
    [kept] = world.execute("SELECT password_hash FROM users WHERE id = :id", id=admin.id)
    assert "m=19456" in kept.password_hash
    assert log_in(world.client(), admin.email).status_code == 201
