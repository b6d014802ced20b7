"""Two who change one person: the second is told, and nothing that they did not see is written over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher

from tests.support.oidc import AMIR, Provider

from .conftest import PASSWORD, Person, World
from .importing import USERS
from .log_ins import log_in

PEOPLE = "/api/v1/users"


@pytest.fixture
def eve(world: World) -> Person:
    return world.person("Eve", "admin")


def seen(world: World, admin: Person, person: Person) -> dict[str, Any]:
    answer = world.client(admin).get(f"{PEOPLE}/{person.id}")
    body: dict[str, Any] = answer.json()
    assert answer.headers["ETag"] == body["etag"]
    return body


def change(world: World, admin: Person, person: Person, tag: str, **changes: Any) -> Any:
    path, headers = f"{PEOPLE}/{person.id}", {"If-Match": tag}
    return world.client(admin).patch(path, json=changes, headers=headers)


def test_a_form_from_before_a_demotion_makes_nobody_admin_again(
    world: World, admin: Person, eve: Person
) -> None:
    form = seen(world, admin, eve)
    assert change(world, admin, eve, form["etag"], role="employee", active=False).status_code == 200
    fields = ("name", "email", "role", "manager_id", "active", "time_zone")
    whole = {**{name: form[name] for name in fields}, "name": "Eve Renamed"}
    answer = change(world, admin, eve, form["etag"], **whole)
    assert answer.status_code == 412
    current = answer.json()["current"]
    assert (current["role"], current["active"], current["name"]) == ("employee", False, "Eve")
    assert current == seen(world, admin, eve)
    assert answer.headers["ETag"] == current["etag"]
    assert f"`If-Match: {current['etag']}`" in answer.json()["detail"]
    assert change(world, admin, eve, current["etag"], name="Eve Renamed").status_code == 200


def test_lists_give_the_tag_too(world: World, admin: Person, eve: Person) -> None:
    listed = world.client(admin).get(PEOPLE, params={"q": "eve"}).json()["items"]
    assert listed == [seen(world, admin, eve)]


def test_without_a_tag_a_change_is_made_whatever_was_changed_meanwhile(
    world: World, admin: Person, eve: Person
) -> None:
    assert change(world, admin, eve, "*", name="New").status_code == 200
    assert world.client(admin).patch(f"{PEOPLE}/{eve.id}", json={"name": "Newer"}).status_code == 200


def test_of_many_changes_of_one_version_exactly_one_succeeds(
    world: World, admin: Person, eve: Person
) -> None:
    tag = seen(world, admin, eve)["etag"]

    def rename(n: int) -> int:
        return int(change(world, admin, eve, tag, name=f"Eve {n}").status_code)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(rename, range(8))) == [200] + [412] * 7


def test_a_stale_tag_refuses_a_change_of_nothing_too(world: World, admin: Person, eve: Person) -> None:
    tag = seen(world, admin, eve)["etag"]
    assert change(world, admin, eve, tag).status_code == 200
    change(world, admin, eve, tag, name="New")
    assert change(world, admin, eve, tag).status_code == 412
    assert change(world, admin, eve, tag, name="New").status_code == 412


def test_unbinding_asks_for_the_version_that_was_seen(world: World, admin: Person, eve: Person) -> None:
    path, tag = f"{PEOPLE}/{eve.id}/identities", seen(world, admin, eve)["etag"]
    client = world.client(admin)
    change(world, admin, eve, tag, role="employee")
    stale = client.delete(path, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["current"]["role"]) == (412, "employee")
    assert client.delete(path, headers={"If-Match": stale.headers["ETag"]}).status_code == 204
    assert client.delete(path).status_code == 204


CHANGES: dict[str, dict[str, Any]] = {
    "a password": {"password": "another long password"},
    "an address": {"email": "other@example.com"},
    "a time zone": {"time_zone": "Europe/Berlin"},
    "deactivation": {"active": False},
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_makes_a_form_stale_and_the_same_again_does_not(
    world: World, admin: Person, eve: Person, what: str
) -> None:
    before = seen(world, admin, eve)
    assert change(world, admin, eve, before["etag"], **CHANGES[what]).json()["version"] == 2
    after = seen(world, admin, eve)
    if "password" not in CHANGES[what]:  # each hash of a password is another one
        assert change(world, admin, eve, after["etag"], **CHANGES[what]).json() == after


def test_an_import_makes_forms_stale_of_those_whom_it_changes(
    world: World, admin: Person, eve: Person
) -> None:
    bob = world.person("Bob")
    forms = [seen(world, admin, person)["etag"] for person in (eve, bob)]
    lines = "eve@example.com,Eve,employee,,UTC,true\nbob@example.com,Bob,employee,,UTC,true\n"
    answer = world.client(admin).post(
        "/api/v1/imports/users", content=USERS + lines, headers={"Content-Type": "text/csv"}
    )
    assert (answer.json()["updated"], answer.json()["unchanged"]) == (1, 1)
    assert change(world, admin, eve, forms[0], name="Eve E").status_code == 412
    assert change(world, admin, bob, forms[1], name="Bob B").status_code == 200


def test_a_role_from_the_provider_makes_a_form_stale_and_the_same_role_does_not(
    trusting: Callable[..., World], provider: Provider
) -> None:
    world = trusting(oidc_role_claim="roles")
    admin, amir = world.person("Ada", "admin"), world.person("Amir")
    form = seen(world, admin, amir)["etag"]
    for role, status in (("employee", 200), ("manager", 412)):
        provider.person = {**AMIR, "roles": [role]}
        assert log_in(world.client()) == "/"
        assert change(world, admin, amir, form).status_code == status


def test_a_new_hash_of_the_same_password_leaves_forms_alone(world: World, admin: Person, eve: Person) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    world.execute("UPDATE users SET password_hash = :weak WHERE id = :id", weak=weak, id=eve.id)
    form = seen(world, admin, eve)["etag"]
    body = {"email": eve.email, "password": PASSWORD}
    assert world.client().post("/api/v1/session", json=body).status_code == 201
    assert world.execute("SELECT password_hash FROM users WHERE id = :id", id=eve.id) != [(weak,)]
    assert change(world, admin, eve, form, name="Eve E").status_code == 200


def test_plain_sql_counts_and_cannot_set_the_version(world: World, admin: Person, eve: Person) -> None:
    form = seen(world, admin, eve)
    world.execute("UPDATE users SET version = 7, updated_at = 'epoch' WHERE id = :id", id=eve.id)
    assert seen(world, admin, eve) == form
    world.execute("UPDATE users SET name = 'E', version = 7 WHERE id = :id", id=eve.id)
    assert seen(world, admin, eve)["version"] == 2
