"""The address for external cron services."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import World

CRON = "/api/cron/followups"
PREVIOUS = "the secret of before"


def bearer(secret: str) -> dict[str, str | bytes]:
    return {"Authorization": f"Bearer {secret}".encode()}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_secret_starts_a_sweep(build: Callable[..., World], method: str) -> None:
    world = build(cron_secret="a secret of today")
    answer = world.client().request(method, CRON, headers=bearer("a secret of today"))
    assert answer.status_code == 202
    sweep = answer.json()
    assert (sweep["trigger"], sweep["status"]) == ("cron", "queued")
    assert world.execute("SELECT id, requested_by FROM sweeps") == [(sweep["id"], None)]
    [event] = world.publisher.published
    assert (event.type, event.data) == ("followup.sweep.requested.v1", {"sweep_id": sweep["id"]})
    assert world.execute("SELECT id FROM outbox") == [(event.id,)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_anyone_who_started_a_sweep_may_ask_how_it_went(build: Callable[..., World], method: str) -> None:
    world = build(cron_secret="a secret of today", cron_secret_previous=PREVIOUS)
    client = world.client()
    started = client.request(method, CRON, headers=bearer("a secret of today"))
    location = started.headers["Location"]
    assert location == f"{CRON}/{started.json()['id']}"
    assert client.get(location, headers=bearer(PREVIOUS)).json() == {**started.json(), "waiting": 0}
    world.execute("UPDATE sweeps SET status = 'completed', started_at = now(), finished_at = now()")
    answer = client.get(location, headers=bearer("a secret of today"))
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    as_admin = world.client(world.person("Ada", "admin")).get(f"/api/v1/sweeps/{started.json()['id']}")
    assert answer.json() == as_admin.json()


@pytest.mark.parametrize(("number", "status"), [("4711", 404), ("0", 422), ("x", 422)])
def test_what_is_no_sweep_is_not_found(build: Callable[..., World], number: str, status: int) -> None:
    client = build(cron_secret="a secret of today").client()
    assert client.get(f"{CRON}/{number}", headers=bearer("a secret of today")).status_code == status
    for wrong in ("", "wrong"):
        assert client.get(f"{CRON}/{number}", headers=bearer(wrong)).status_code == 401
    assert build().client().get(f"{CRON}/{number}", headers=bearer("any")).status_code == 503


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "a secret of today"},
        {"Authorization": "Basic a secret of today"},
        {"Authorization": "Bearer a secret of today "},
        {"Authorization": "Bearer a secret of toda"},
        {"Authorization": "Bearer a secret of todayy"},
        {"Authorization": "Bearer é".encode()},
    ],
)
def test_without_the_secret_nothing_happens(
    build: Callable[..., World], headers: dict[str, str | bytes]
) -> None:
    world = build(cron_secret="a secret of today")
    answer = world.client().post(CRON, headers=headers)
    if headers.get("Authorization") == "Bearer a secret of today ":
        assert answer.status_code == 202  # blanks at the end of a header mean nothing in HTTP
        return
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert world.execute("SELECT count(*) FROM sweeps") == [(0,)]
    assert world.publisher.published == []


def test_both_secrets_count_while_callers_change_over(build: Callable[..., World]) -> None:
    world = build(cron_secret="a secret of today", cron_secret_previous=PREVIOUS)
    client = world.client()
    assert client.post(CRON, headers=bearer("a secret of today")).status_code == 202
    assert client.post(CRON, headers=bearer(PREVIOUS)).status_code == 202
    assert client.post(CRON, headers=bearer("")).status_code == 401


def test_without_a_configured_secret_it_is_closed(build: Callable[..., World]) -> None:
    for world in (build(), build(cron_secret_previous=PREVIOUS)):
        answer = world.client().post(CRON, headers=bearer(PREVIOUS))
        assert answer.status_code == 503
        assert "FOLLOWUP_CRON_SECRET" in answer.json()["detail"]


def test_an_admin_token_is_not_the_secret(build: Callable[..., World]) -> None:
    world = build(cron_secret="a secret of today")
    assert world.client(world.person("Ada", "admin")).post(CRON).status_code == 401
