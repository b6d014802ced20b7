"""What asks for the password once more, and what gives it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from tests.support import oidc

from .conftest import PASSWORD, Person, World
from .importing import USERS
from .log_ins import arrive, depart, problem
from .pauses import hold

PROOF = "/api/v1/session/proof"
ANOTHER = "seven purple lamps hum"
SAME = {"Sec-Fetch-Site": "same-origin"}


def log_in(world: World, person: Person) -> TestClient:
    client = world.client()
    client.headers.update(SAME)
    body = {"email": person.email, "password": PASSWORD}
    assert client.post("/api/v1/session", json=body).status_code == 201
    return client


def later(world: World, minutes: int = 15) -> None:
    """Let the proof of all sessions be so old."""
    world.execute("UPDATE sessions SET proved_at = now() - make_interval(mins => :m)", m=minutes)


def import_people(client: TestClient, **query: bool) -> Response:
    headers = {"Content-Type": "text/csv"}
    answer: Response = client.post("/api/v1/imports/users", content=USERS, headers=headers, params=query)
    return answer


def calls(person: Person, token_id: int, manager_id: int) -> dict[str, Callable[[TestClient], Response]]:
    user = f"/api/v1/users/{person.id}"
    return {
        "a role": lambda client: client.patch(user, json={"role": "manager"}),
        "an address": lambda client: client.patch(user, json={"email": "other@example.com"}),
        "a password": lambda client: client.patch(user, json={"password": ANOTHER}),
        "an admin": lambda client: client.post(
            "/api/v1/users", json={"email": "new@example.com", "name": "New", "role": "admin"}
        ),
        "an employee": lambda client: client.post(
            "/api/v1/users", json={"email": "newer@example.com", "name": "New", "password": ANOTHER}
        ),
        "a manager": lambda client: client.patch(user, json={"manager_id": manager_id}),
        "an identity": lambda client: client.delete(f"{user}/identities"),
        "a token": lambda client: client.post("/api/v1/tokens", json={"name": "x"}),
        "somebody's token": lambda client: client.delete(f"{user}/tokens/{token_id}"),
        "people": import_people,
    }


WHAT = list(calls(Person(1, "", ""), 1, 1))


@pytest.fixture
def eve(world: World, admin: Person) -> Person:
    return world.person("Eve")


def call(world: World, person: Person, what: str) -> Callable[[TestClient], Response]:
    [token] = world.execute("SELECT id FROM api_tokens WHERE user_id = :id", id=person.id)
    [admin] = world.execute("SELECT min(id) AS id FROM users WHERE role = 'admin'")
    return calls(person, token.id, admin.id)[what]


@pytest.mark.parametrize("what", WHAT)
def test_it_asks_for_the_password_after_fifteen_minutes(
    world: World, admin: Person, eve: Person, what: str
) -> None:
    client, ask = log_in(world, admin), call(world, eve, what)
    later(world)
    refused = ask(client)
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "urn:followup:problem:reauthentication-needed",
    )
    assert "/api/v1/session/proof" in refused.json()["detail"]
    assert world.execute("SELECT FROM audit_log WHERE action <> 'log-in.succeeded'") == []
    assert client.post(PROOF, json={"password": PASSWORD}).status_code == 204
    assert ask(client).is_success


@pytest.mark.parametrize("what", WHAT)
def test_it_does_not_ask_before_nor_programs(world: World, admin: Person, eve: Person, what: str) -> None:
    client, ask = log_in(world, admin), call(world, eve, what)
    later(world, minutes=14)
    assert ask(client).is_success
    world.execute("DELETE FROM users WHERE email IN ('new@example.com', 'newer@example.com')")


def test_a_program_is_never_asked(world: World, admin: Person, eve: Person) -> None:
    client = world.client(admin)
    for what in WHAT:
        assert call(world, eve, what)(client).is_success if what != "people" else True
        if what == "a password":  # ends the token that is to be revoked below
            world.execute(
                "INSERT INTO api_tokens (user_id, name, prefix, token_hash) VALUES (:id, '', '', '')",
                id=eve.id,
            )
    assert import_people(client).is_success
    assert client.post(PROOF, json={"password": "wrong"}).status_code == 204  # there is nothing to confirm


def test_what_others_need_is_not_asked_for(world: World, admin: Person, eve: Person) -> None:
    client = log_in(world, admin)
    later(world, minutes=600)
    same = {"name": "Eva", "role": "employee", "email": eve.email, "time_zone": "UTC", "manager_id": None}
    assert client.patch(f"/api/v1/users/{eve.id}", json=same).status_code == 200
    assert import_people(client, dry_run=True).status_code == 200
    assert (
        client.patch(f"/api/v1/users/{eve.id}", json={"active": False}).status_code == 200
    )  # when it hurries


def test_who_is_inactive_comes_back_only_with_a_proof(world: World, admin: Person, eve: Person) -> None:
    client, user = log_in(world, admin), f"/api/v1/users/{eve.id}"
    later(world)
    assert client.patch(user, json={"active": True, "name": "Eva"}).status_code == 200  # they are already
    assert client.patch(user, json={"active": False}).status_code == 200
    assert client.patch(user, json={"active": True}).status_code == 403
    assert client.post(PROOF, json={"password": PASSWORD}).status_code == 204
    assert client.patch(user, json={"active": True}).status_code == 200


def test_a_wrong_password_proves_nothing_and_counts(world: World, admin: Person, eve: Person) -> None:
    client = log_in(world, admin)
    later(world)
    statuses = [client.post(PROOF, json={"password": "mistyped"}).status_code for _ in range(5)]
    assert statuses == [422] * 5
    hold(world)
    assert client.post(PROOF, json={"password": PASSWORD}).status_code == 429
    assert client.patch(f"/api/v1/users/{eve.id}", json={"role": "manager"}).status_code == 403
    entries = world.execute("SELECT details FROM audit_log WHERE action = 'log-in.failed'")
    assert [entry.details for entry in entries] == [{"by": "proof"}] * 5


def test_a_proof_of_a_clock_that_was_ahead_does_not_last(world: World, admin: Person) -> None:
    client = log_in(world, admin)
    later(world, minutes=-3 * 24 * 60)
    assert client.post("/api/v1/tokens", json={"name": "x"}).status_code == 403


def test_one_session_proves_nothing_for_another(world: World, admin: Person, eve: Person) -> None:
    mine, other = log_in(world, admin), log_in(world, admin)
    later(world)
    mine.post(PROOF, json={"password": PASSWORD})
    role = {"role": "manager"}
    assert other.patch(f"/api/v1/users/{eve.id}", json=role).status_code == 403
    assert mine.patch(f"/api/v1/users/{eve.id}", json=role).status_code == 200


@pytest.fixture
def single(trusting: Callable[..., World]) -> World:
    """Where people log in through the provider only, among them an admin."""
    world = trusting(password_log_in=False)
    world.execute("INSERT INTO users (email, name, role) VALUES ('amir@example.com', 'Amir', 'admin')")
    return world


def make_token(client: TestClient) -> int:
    status: int = client.post("/api/v1/tokens", json={"name": "x"}, headers=SAME).status_code
    return status


def ago(minutes: float) -> int:
    return int((datetime.now(UTC) - timedelta(minutes=minutes)).timestamp())


@pytest.mark.parametrize(
    ("said", "status"),
    [(None, 403), (20, 403), (5, 201), (-60, 201), ("now", 403), (True, 403), (1e30, 403), (-1e30, 403)],
    ids=str,
)
def test_a_log_in_proves_what_the_provider_says_of_its_own(
    single: World, provider: oidc.Provider, said: Any, status: int
) -> None:
    """Somebody whom it knows already comes through without a question."""
    minutes = isinstance(said, int) and not isinstance(said, bool) and abs(said) < 100
    provider.person["auth_time"] = ago(said) if minutes else said
    client = single.client()
    arrive(client, depart(client))
    assert make_token(client) == status


def test_a_fresh_log_in_makes_the_provider_ask(single: World, provider: oidc.Provider) -> None:
    provider.person["auth_time"] = ago(600)
    client = single.client()
    arrive(client, depart(client))
    assert make_token(client) == 403
    assert client.post(PROOF, json={"password": PASSWORD}, headers=SAME).status_code == 403  # there are none
    arrived = arrive(client, depart(client, "/admin/people", fresh=True))
    assert arrived.headers["location"] == "/admin/people"
    assert provider.asked[-1]["prompt"] == "login"
    assert provider.asked[-1]["max_age"] == "0"
    assert make_token(client) == 201
    assert single.execute("SELECT count(*) FROM sessions")[0].count == 1


def test_a_provider_that_did_not_ask_is_not_believed(single: World, provider: oidc.Provider) -> None:
    from followup_api.auth.oidc.problems import Reason

    provider.obeys = False
    for said in (None, ago(60)):
        provider.person["auth_time"] = said
        client = single.client()
        assert arrive(client, depart(client, fresh=True)).headers["location"] == problem(Reason.NOT_FRESH)
        assert make_token(client) == 401
