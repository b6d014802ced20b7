"""What ends API tokens and sessions for good, and admins who list and revoke those of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from .companies import Company
from .conftest import PASSWORD, Person, World
from .importing import USERS, imported

ANOTHER = "an entirely different one"


def log_in(world: World, person: Person, password: str = PASSWORD) -> TestClient:
    client = world.client()
    client.headers["Sec-Fetch-Site"] = "same-origin"
    body = {"email": person.email, "password": password}
    assert client.post("/api/v1/session", json=body).status_code == 201
    return client


def let_in(*clients: TestClient) -> list[bool]:
    return [client.get("/api/v1/me").status_code == 200 for client in clients]


def by_patch(company: Company, active: bool) -> None:
    company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"active": active})


def by_import(company: Company, active: bool) -> None:
    imported(company, "users", f"{USERS}amir.patel@example.com,Amir,employee,,,{str(active).lower()}\n")


def by_sql(company: Company, active: bool) -> None:
    company.world.execute("UPDATE users SET active = :on WHERE id = :id", on=active, id=company.amir.id)


WAYS: dict[str, Callable[[Company, bool], None]] = {"PATCH": by_patch, "import": by_import, "SQL": by_sql}


@pytest.mark.parametrize("way", WAYS)
def test_a_deactivation_ends_tokens_and_sessions_for_good(world: World, way: str) -> None:
    company = Company(world)
    clients = log_in(world, company.amir), world.client(company.amir)
    assert let_in(*clients) == [True, True]
    for active in (False, True):
        WAYS[way](company, active)
        assert let_in(*clients) == [False, False]
    assert let_in(log_in(world, company.amir)) == [True]
    assert let_in(world.client(company.ada)) == [True]


def test_what_is_made_during_a_deactivation_does_not_wake_up_afterwards(world: World, admin: Person) -> None:
    person = world.person("Eve", active=False)  # has a token that its deactivation did not see
    world.execute("UPDATE users SET active = true WHERE id = :id", id=person.id)
    assert let_in(world.client(person)) == [False]


def test_a_change_of_something_else_ends_nothing(world: World, admin: Person) -> None:
    person = world.person("Eve")
    client = log_in(world, person)
    changes = {"name": "Eva", "role": "manager", "active": True}
    assert world.client(admin).patch(f"/api/v1/users/{person.id}", json=changes).status_code == 200
    assert let_in(client, world.client(person)) == [True, True]


def test_a_reset_by_an_admin_ends_tokens_and_sessions(world: World, admin: Person) -> None:
    person = world.person("Eve")
    client = log_in(world, person)
    answer = world.client(admin).patch(f"/api/v1/users/{person.id}", json={"password": ANOTHER})
    assert answer.status_code == 200
    assert let_in(client, world.client(person)) == [False, False]
    assert let_in(log_in(world, person, ANOTHER), world.client(admin)) == [True, True]
    changed, revoked = world.execute(
        "SELECT action, details FROM audit_log WHERE action IN ('user.changed', 'token.revoked') ORDER BY id"
    )
    assert (changed.action, changed.details) == ("user.changed", {"password": {"changed": True}})
    assert (revoked.action, revoked.details) == ("token.revoked", {"tokens": 1})


def test_an_admin_who_changes_their_own_keeps_session_and_tokens(world: World, admin: Person) -> None:
    mine, other = log_in(world, admin), log_in(world, admin)
    assert mine.patch(f"/api/v1/users/{admin.id}", json={"password": ANOTHER}).status_code == 200
    assert let_in(mine, other, world.client(admin)) == [True, False, True]


def tokens(client: TestClient, person: Person) -> Any:
    return client.get(f"/api/v1/users/{person.id}/tokens").json()["items"]


def test_admins_list_and_revoke_the_tokens_of_others(world: World, api: TestClient, admin: Person) -> None:
    person = world.person("Eve")
    [token] = tokens(api, person)
    assert (token["name"], "token" in token) == ("test", False)
    address = f"/api/v1/users/{person.id}/tokens/{token['id']}"
    assert api.delete(f"/api/v1/users/{admin.id}/tokens/{token['id']}").status_code == 404
    assert let_in(world.client(person)) == [True]
    assert api.delete(address).status_code == 204
    assert let_in(world.client(person)) == [False]
    assert api.delete(address).status_code == 404
    assert tokens(api, person) == []
    assert api.get("/api/v1/users/999999/tokens").status_code == 404
    [entry] = world.execute("SELECT * FROM audit_log WHERE action = 'token.revoked'")
    assert (entry.actor_id, entry.target) == (admin.id, f"tokens/{token['id']}")
    assert entry.details == {"name": "test", "user_id": person.id}


def test_what_a_token_made_ends_with_it(world: World, admin: Person) -> None:
    """The one who found it has made others, and its owner revokes the one that they know of."""
    person = world.person("Amir")
    first = made(world, person.token)
    child = made(world, first["token"])
    grandchild = made(world, child["token"])
    assert [first["made_with"], child["made_with"]] == [person_token(world, person), first["id"]]
    assert me(world, grandchild["token"]) == 200
    assert world.client(person).delete(f"/api/v1/tokens/{first['id']}").status_code == 204
    assert [me(world, each["token"]) for each in (first, child, grandchild)] == [401] * 3
    assert me(world, person.token) == 200
    entries = world.execute("SELECT details FROM audit_log WHERE action = 'token.created' ORDER BY id")
    assert entries[1].details["made_with"] == first["id"]


def made(world: World, token: str) -> Any:
    answer = world.client().post("/api/v1/tokens", json={"name": "x"}, headers=bearer(token))
    assert answer.status_code == 201, answer.text
    return answer.json()


def me(world: World, token: str) -> int:
    answer = world.client().get("/api/v1/me", headers=bearer(token))
    return int(answer.status_code)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def person_token(world: World, person: Person) -> int:
    [row] = world.execute("SELECT id FROM api_tokens WHERE user_id = :id ORDER BY id LIMIT 1", id=person.id)
    return int(row.id)


def test_a_token_that_was_revoked_makes_none_in_the_meantime(world: World, admin: Person) -> None:
    """Authenticated before the reset, at work after it: what it makes would outlive the reset."""
    from followup_api.auth.queries import still_there

    [token] = world.execute("SELECT id FROM api_tokens")
    with world.database.transaction() as tx:
        assert still_there(tx, session_id=None, token_id=token.id)
        assert still_there(tx, session_id=None, token_id=None)
        assert not still_there(tx, session_id=None, token_id=token.id + 1)
        assert not still_there(tx, session_id=1, token_id=None)
