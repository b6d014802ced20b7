"""Access tokens of the provider, its keys, and a provider that is away, hangs, or leads elsewhere."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from followup_api.auth.oidc import keys as published_keys
from followup_api.auth.oidc import provider as our_side
from followup_api.auth.oidc.problems import Reason
from httpx import Response

from tests.support.oidc import AUDIENCE, CLIENT_ID, Provider
from tests.support.ports import free_port

from .conftest import PASSWORD, World
from .live_server import LiveServer
from .log_ins import FORGED, READABLE_KEY, START, Trusting, log_in, problem


def bearer(world: World, token: str) -> Response:
    answer: Response = world.client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    return answer


def test_an_access_token_of_the_provider_opens_the_api_for_who_has_logged_in_before(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting(oidc_audience=AUDIENCE)
    amir = world.person("Amir")
    assert bearer(world, provider.access_token()).status_code == 401
    log_in(world.client())
    answer = bearer(world, provider.access_token())
    assert (answer.status_code, answer.json()["id"]) == (200, amir.id)
    assert bearer(world, amir.token).status_code == 200  # API tokens go on working
    assert bearer(world, "a.b").status_code == 401
    read = world.client().post("/api/v1/notifications/read-all", headers=headers_of(provider))
    assert read.status_code == 200  # no browser sends it by itself: no Origin is asked for
    world.execute("UPDATE users SET active = false WHERE id = :id", id=amir.id)
    assert bearer(world, provider.access_token()).status_code == 401


def test_nothing_that_lasts_is_made_with_an_access_token_of_minutes(
    trusting: Trusting, provider: Provider
) -> None:
    """It would outlive the access token, the unbinding of the account, and the person's days here."""
    world = trusting(oidc_audience=AUDIENCE)
    amir = world.person("Amir", role="admin")
    log_in(world.client())
    client, headers = world.client(), headers_of(provider)
    new = {"email": "eve@example.com", "name": "Eve", "role": "admin"}
    wanted = [
        client.post("/api/v1/tokens", json={"name": "a year"}, headers=headers),
        client.post("/api/v1/users", json=new, headers=headers),
        client.patch(f"/api/v1/users/{amir.id}", json={"role": "manager"}, headers=headers),
    ]
    kinds = {(answer.status_code, answer.json()["type"]) for answer in wanted}
    assert kinds == {(403, "urn:followup:problem:reauthentication-needed")}
    assert client.get("/api/v1/users", headers=headers).status_code == 200


def headers_of(provider: Provider) -> dict[str, str]:
    return {"Authorization": f"Bearer {provider.access_token()}"}


def test_a_forged_access_token_opens_nothing(trusting: Trusting, provider: Provider) -> None:
    provider.further_keys = [READABLE_KEY]
    world = trusting(oidc_audience=AUDIENCE)
    world.person("Amir")
    log_in(world.client())
    claims = {"iss": provider.issuer, "aud": AUDIENCE, "sub": "amir-1", **provider.times()}
    of_a_log_in = {"of another log-in", "without a nonce"}
    statuses = {name: bearer(world, forge(provider, claims)) for name, forge in FORGED.items()}
    wrong = {name: answer.text for name, answer in statuses.items() if answer.status_code != 401}
    assert wrong.keys() == of_a_log_in
    for_log_in = {**claims, "aud": CLIENT_ID}
    assert bearer(world, provider.sign(for_log_in)).status_code == 401
    # What is open to everybody stays so, whatever is sent with it.
    junk = {"Authorization": "Bearer a.b.c"}
    assert world.client().get("/api/v1/session/options", headers=junk).status_code == 200


def test_without_an_audience_no_access_token_is_taken(trusting: Trusting, provider: Provider) -> None:
    world = trusting()
    world.person("Amir")
    assert bearer(world, provider.access_token()).status_code == 401
    assert provider.fetched == []  # it is not even asked
    log_in(world.client())
    assert bearer(world, provider.access_token()).status_code == 401
    assert bearer(world, provider.sign({"iss": provider.issuer, "sub": "amir-1"})).status_code == 401


def test_a_new_key_is_found_and_unknown_ones_do_not_make_us_ask_again_and_again(
    trusting: Trusting, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = trusting(oidc_audience=AUDIENCE)
    world.person("Amir")
    log_in(world.client())
    assert provider.fetched.count("keys") == 1
    provider.key = 2  # rotated
    tokens = [provider.sign({"sub": "x"}, headers={"kid": f"unknown-{number}"}) for number in range(20)]
    assert {bearer(world, token).status_code for token in tokens} == {401}
    assert provider.fetched.count("keys") == 1
    assert bearer(world, provider.access_token()).status_code == 401  # fetched a moment ago
    keys = world.app.state.context.oidc._keys
    keys._last_successful_fetch -= keys.cooldown_duration
    assert bearer(world, provider.access_token()).status_code == 200
    assert provider.fetched.count("keys") == 2
    old = provider.sign({"iss": provider.issuer, "aud": AUDIENCE, "sub": "amir-1"}, key=1)
    assert bearer(world, old).status_code == 401
    assert provider.fetched.count("document") == 1


ELSEWHERE: list[dict[str, Any]] = [
    {"issuer": "https://evil.example"},
    {"token_endpoint": "http://169.254.169.254/token"},
    {"token_endpoint": "file:///etc/passwd"},
    {"token_endpoint": None},
    {"jwks_uri": "http://10.0.0.1/keys"},
    {"userinfo_endpoint": "http://10.0.0.1/userinfo"},
    {"authorization_endpoint": "javascript:alert(1)"},
]


def led(world: World) -> str:
    """Where a log-in ends, at its start or after the provider."""
    client = world.client()
    start = client.get(START, follow_redirects=False).headers["location"]
    return start if start.startswith("/") else log_in(client)


def test_a_document_that_leads_elsewhere_is_not_followed(trusting: Trusting, provider: Provider) -> None:
    provider.in_id_token = set()
    for provider.overlay in ELSEWHERE:
        assert led(trusting()) == problem(Reason.AWAY), provider.overlay


def test_no_answer_of_the_provider_sends_us_elsewhere(trusting: Trusting, provider: Provider) -> None:
    """It could be to an address that only we can reach."""
    provider.in_id_token = set()
    moved = f"{provider.issuer}/moved"
    for name, path in (("token_endpoint", "token"), ("jwks_uri", "keys"), ("userinfo_endpoint", "userinfo")):
        provider.overlay = {name: f"{moved}/{path}"}
        assert led(trusting()) == problem(Reason.AWAY), name
    provider.overlay = {"issuer": moved}
    assert led(trusting(oidc_issuer=moved)) == problem(Reason.AWAY)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes quicker."""
    monkeypatch.setattr(our_side, "TIMEOUT_SECONDS", 0.3)


@pytest.fixture
def silent() -> Iterator[str]:
    """An address where somebody takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_provider_that_is_away_is_told_of_and_not_asked_at_once_again(
    trusting: Trusting, caplog: pytest.LogCaptureFixture
) -> None:
    world = trusting(oidc_issuer=f"http://127.0.0.1:{free_port()}", oidc_audience=AUDIENCE)
    amir = world.person("Amir")
    answer = world.client().get(START, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, problem(Reason.AWAY))
    refused = bearer(world, "a.b.c")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert "does not answer" in refused.json()["detail"]
    assert bearer(world, amir.token).status_code == 200
    credentials = {"email": amir.email, "password": PASSWORD}
    assert world.client().post("/api/v1/session", json=credentials).status_code == 201


def test_a_provider_that_hangs_keeps_nobody_else_waiting(
    trusting: Trusting, provider: Provider, silent: str, impatient: None
) -> None:
    provider.overlay = {"token_endpoint": silent, "jwks_uri": silent}
    world = trusting(database_pool_size=1, oidc_audience=AUDIENCE)
    amir = world.person("Amir")
    server = LiveServer(world)
    url = server.start()
    stuck = [
        threading.Thread(
            target=httpx.get, args=(f"{url}/api/v1/me",), kwargs={"headers": headers_of(provider)}
        )
        for _ in range(3)
    ]
    try:
        for thread in stuck:
            thread.start()
        # All of them together hold neither the only connection of the database nor a thread of the API.
        own = httpx.get(f"{url}/api/v1/me", headers=amir.headers)
        assert own.status_code == 200
        answer = httpx.get(f"{url}/api/v1/me", headers=headers_of(provider))
        assert answer.status_code == 503
    finally:
        for thread in stuck:
            thread.join(60)
        server.stop()


def test_a_hanging_token_endpoint_ends_on_the_log_in_page(
    trusting: Trusting, provider: Provider, silent: str, impatient: None
) -> None:
    provider.overlay = {"token_endpoint": silent}
    assert log_in(trusting().client()) == problem(Reason.AWAY)


def test_a_provider_that_comes_back_is_found_again(
    trusting: Trusting, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(our_side, "RETRY_SECONDS", 0)
    monkeypatch.setattr(published_keys, "RETRY_SECONDS", 0)
    world = trusting()
    world.person("Amir")
    provider.overlay = {"issuer": "another"}
    assert world.client().get(START, follow_redirects=False).headers["location"] == problem(Reason.AWAY)
    provider.overlay = {}
    assert log_in(world.client()) == "/"
