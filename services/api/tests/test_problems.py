"""Every error, wherever it comes from, is a problem that says what to do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from followup_api.permissions import Permission, require
from followup_api.settings import ApiSettings
from followup_api.unit_of_work import Work
from followup_common.contracts import SweepRequested
from sqlalchemy import create_engine, text
from starlette.types import Message
from structlog.testing import capture_logs

from .conftest import Person, World

ME = "/api/v1/me"


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    """Check the form of an error; returns its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert (body["type"], body["status"]) == (f"urn:followup:problem:{kind}", status)
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/imports/users"])
def test_who_leaves_while_sending_is_no_error_of_ours(world: World, admin: Person, path: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    names = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http"}
    headers = [(name.lower().encode(), value.encode()) for name, value in admin.headers.items()]
    with capture_logs() as logs:
        asyncio.run(world.app({"type": "http", "method": "POST", "headers": headers, **names}, receive, send))
    assert sent[0]["status"] == 400
    assert [line for line in logs if line["log_level"] == "error"] == []
    assert world.execute("SELECT FROM users WHERE id <> :id", id=admin.id) == []


def test_unknown_addresses_and_methods(api: TestClient) -> None:
    for path in ("/api", "/api/", "/api/v1", "/api/v2/users", "/api/v1/users/", "/healthz/x", "/metrics/"):
        problem(api.get(path), 404, "not-found")
    answer = api.put(ME)
    assert "PUT" in problem(answer, 405, "method-not-allowed")["detail"]
    assert answer.headers["Allow"] == "GET"
    problem(api.get("/api/v1/session"), 405, "method-not-allowed")
    problem(api.get("/api/v1/users/x"), 422, "invalid")


def test_not_logged_in_and_not_allowed(world: World, anonymous: TestClient) -> None:
    answer = anonymous.get(ME)
    problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    body = {"email": "x@example.com", "name": "X"}
    answer = world.client(world.person("Eve")).post("/api/v1/users", json=body)
    assert "users:write" in problem(answer, 403, "forbidden")["detail"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'{"email": NaN', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"{}", "text/plain"),
        (b"email=x", "application/x-www-form-urlencoded"),
        (b"[" * 16_000, "application/json"),
    ],
)
def test_a_body_that_is_no_object_is_refused(anonymous: TestClient, body: bytes, content_type: str) -> None:
    answer = anonymous.post("/api/v1/session", content=body, headers={"Content-Type": content_type})
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code, "invalid" if answer.status_code == 422 else "bad-request")


def test_every_wrong_field_is_named_with_the_fix(anonymous: TestClient) -> None:
    answer = anonymous.post("/api/v1/session", json={"email": 5, "passwort": "x"})
    body = problem(answer, 422, "invalid")
    assert [error["field"] for error in body["errors"]] == ["email", "password", "passwort"]
    assert "check its spelling" in body["errors"][2]["message"]
    assert body["detail"].endswith("(and 2 more)")


def test_of_many_wrong_fields_the_first_are_named_and_the_others_counted(api: TestClient) -> None:
    unknown = {f"x{number}": 0 for number in range(250)}
    for answer in (
        api.post("/api/v1/tokens", json={"name": "x", **unknown}),
        api.get("/api/v1/users", params=unknown),
    ):
        assert answer.status_code == 422
        body = answer.json()
        assert [error["field"] for error in body["errors"]] == list(unknown)[:100]
        assert body["more_errors"] == 150
        assert body["detail"].endswith("(and 249 more)")


@pytest.mark.parametrize("inside", [False, True])
def test_an_object_of_very_many_names_is_not_looked_through(api: TestClient, inside: bool) -> None:
    names = {f"x{number}": 0 for number in range(70_000)}
    answer = api.post("/api/v1/tokens", json={"name": "x", "scopes": names} if inside else names)
    body = problem(answer, 422, "invalid")
    assert [error["field"] for error in body["errors"]] == ["body"]
    assert "70,000 names" in body["detail"]
    assert "300 at most" in body["detail"]


def test_a_query_of_very_many_parameters_is_not_looked_through(
    api: TestClient, anonymous: TestClient
) -> None:
    for client in (api, anonymous):
        answer = client.get("/api/v1/users?" + "&".join(f"x{number}=1" for number in range(6_000)))
        body = problem(answer, 422, "invalid")
        assert [error["field"] for error in body["errors"]] == ["query"]
        assert "6,000 parameters" in body["detail"]


@pytest.mark.parametrize("field", ["ids", "versions", "etags"])
def test_of_a_long_list_the_first_wrong_entry_is_told(api: TestClient, field: str) -> None:
    body = {"ids": [1] * 10_000, "action": "complete", field: [None] * 10_000}
    answer = api.post("/api/v1/follow-ups/bulk", json=body)
    assert [error["field"] for error in problem(answer, 422, "invalid")["errors"]] == [f"{field}.0"]


def test_a_long_name_is_not_repeated_whole(api: TestClient) -> None:
    answer = api.post("/api/v1/tokens", json={"name": "x", "y" * 500_000: 0})
    assert len(answer.content) < 1_000
    assert answer.json()["errors"][0]["field"] == "y" * 100 + "…"


def test_a_log_in_is_short(anonymous: TestClient) -> None:
    answer = anonymous.post("/api/v1/session", content=b"{" + b" " * 16 * 1024 + b"}")
    assert "16,384 bytes" in problem(answer, 413, "too-large")["detail"]


def test_a_secret_that_was_sent_is_not_repeated(anonymous: TestClient) -> None:
    secret = "x" * 300 + "secret"
    answer = anonymous.post("/api/v1/session", json={"email": "a@example.com", "password": secret})
    assert answer.status_code == 422
    assert "xxx" not in answer.text


def test_a_body_that_is_too_large_is_refused_announced_or_not(build: Callable[..., World]) -> None:
    client = build(max_body_bytes=2_000).client()
    problem(client.post("/api/v1/session", content=b"x" * 2_001), 413, "too-large")

    def chunks() -> Iterator[bytes]:
        yield from [b"x" * 1_000] * 3

    headers = {"Content-Type": "application/json"}
    problem(client.post("/api/v1/session", content=chunks(), headers=headers), 413, "too-large")


def test_an_error_inside_says_nothing_about_the_inside(
    world: World, api: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    @world.app.get("/api/broken", dependencies=[require(Permission.PUBLIC)])
    def broken() -> None:
        raise RuntimeError("the password is swordfish")

    answer = api.get("/api/broken", headers={"X-Request-ID": "request-of-the-test"})
    problem(answer, 500, "unexpected")
    assert "swordfish" not in answer.text
    assert answer.headers["X-Request-ID"] == "request-of-the-test"
    assert answer.headers["Content-Security-Policy"]


def test_without_the_database_it_says_try_again(settings: ApiSettings, build: Callable[..., World]) -> None:
    world = build()
    world.database.close()
    with _database_away(world):
        answer = world.client().get(ME, headers={"Authorization": f"Bearer fu_{'0' * 12}_{'0' * 64}"})
    problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "5"


@contextmanager
def _database_away(world: World) -> Iterator[None]:
    name = world.database.engine.url.database
    refuse, allow = (f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {value}' for value in ("false", "true"))
    url = world.engine.url.set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(refuse))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
        yield
        connection.execute(text(allow))
    engine.dispose()


def test_an_error_undoes_the_work_and_its_events(world: World, api: TestClient) -> None:
    @world.app.post("/api/half", dependencies=[require(Permission.PUBLIC)])
    def half(work: Work) -> None:
        work.tx.execute(text("INSERT INTO sweeps (trigger) VALUES ('manual')"))
        work.emit(SweepRequested(sweep_id=1))
        raise RuntimeError

    assert api.post("/api/half").status_code == 500
    assert world.execute("SELECT (SELECT count(*) FROM sweeps) + (SELECT count(*) FROM outbox)") == [(0,)]
    assert world.publisher.published == []


def test_the_work_is_committed_before_the_answer_is_sent(world: World, api: TestClient) -> None:
    committed: list[int] = []

    @world.app.post("/api/whole", dependencies=[require(Permission.PUBLIC)])
    def whole(work: Work) -> None:
        work.tx.execute(text("INSERT INTO sweeps (trigger) VALUES ('manual')"))

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            committed.append(world.execute("SELECT count(*) FROM sweeps")[0].count)
            await send(message)

        await world.app(scope, receive, sending)

    assert TestClient(watched).post("/api/whole").status_code == 200
    assert committed[0] == 1


def test_more_requests_than_connections_wait_their_turn(build: Callable[..., World]) -> None:
    world = build(database_pool_size=2)
    person = world.person("Ada", "admin")

    @world.app.get("/api/slow")
    def slow(work: Work) -> None:
        work.tx.execute(text("SELECT pg_sleep(0.02)"))

    with world.client(person) as client, ThreadPoolExecutor(60) as pool:
        statuses = list(pool.map(lambda _: client.get("/api/slow").status_code, range(60)))
    assert set(statuses) == {200}


def test_each_request_logs_one_line_with_its_id_and_person(
    world: World, api: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), capture_logs() as lines:
        api.get("/api/v1/users?q=secret")
        api.get("/healthz")
    [line] = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/users", 200)
    assert isinstance(line["user_id"], int)


def test_a_body_that_is_not_text_is_not_valid(api: TestClient) -> None:
    answer = api.post("/api/v1/tokens", content=b"]L\xe9\x05", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body", "message": answer.json()["detail"]}]


def test_what_only_reads_emits_nothing(world: World, api: TestClient) -> None:
    """It has no transaction that an event could be stored in."""

    @world.app.get("/api/loud", dependencies=[require(Permission.PUBLIC)])
    def loud(work: Work) -> None:
        work.emit(SweepRequested(sweep_id=1))

    assert api.get("/api/loud").status_code == 500
    assert world.publisher.published == []
