"""People: who reads, who writes, and the rules that hold no matter who writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from .conftest import PASSWORD, Person, World

USERS = "/api/v1/users"


def add(api: TestClient, name: str, **more: Any) -> dict[str, Any]:
    answer = api.post(USERS, json={"email": f"{name}@example.com", "name": name, **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: Any, status: int, field: str) -> str:
    """Check that an answer refuses a field; returns the message."""
    assert answer.status_code == status, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert field in error["message"]
    return str(error["message"])


def test_an_admin_adds_reads_and_changes_a_person(api: TestClient, admin: Person) -> None:
    body = {
        "email": "bob@example.com",
        "name": "Bob",
        "role": "manager",
        "manager_id": admin.id,
        "active": True,
        "time_zone": "Europe/Berlin",
        "calendar_id": None,
    }
    created = api.post(USERS, json={**body, "password": PASSWORD})
    assert created.status_code == 201
    address = created.headers["Location"]
    tag = created.headers["ETag"]
    of_the_api = {"id": created.json()["id"], "reports": 0, "is_person": True, "version": 1, "etag": tag}
    assert created.json() == {**body, **of_the_api}
    assert api.get(address).json() == created.json()
    changed = api.patch(address, json={"manager_id": None, "name": "  Bobby "})
    news = {"manager_id": None, "name": "Bobby", "version": 2, "etag": changed.headers["ETag"]}
    assert changed.json() == {**created.json(), **news}
    assert api.patch(address, json={}).json() == changed.json()


def test_defaults_are_an_active_employee_in_utc(api: TestClient) -> None:
    person = add(api, "bob")
    assert (person["role"], person["active"], person["time_zone"]) == ("employee", True, "UTC")


@pytest.mark.parametrize("role", ["employee", "manager"])
def test_others_read_people_and_change_nobody(world: World, admin: Person, role: str) -> None:
    client = world.client(world.person("Eve", role))
    assert len(client.get(USERS).json()["items"]) == 2
    assert client.get(f"{USERS}/{admin.id}").status_code == 200
    assert client.post(USERS, json={"email": "x@example.com", "name": "X"}).status_code == 403
    assert client.patch(f"{USERS}/{admin.id}", json={"role": "employee"}).status_code == 403


def test_people_can_be_filtered(api: TestClient, admin: Person) -> None:
    boss = add(api, "boss", role="manager")["id"]
    add(api, "a%b", manager_id=boss)
    add(api, "gone", active=False, manager_id=boss)

    def names(**query: Any) -> list[str]:
        return [each["name"] for each in api.get(USERS, params=query).json()["items"]]

    assert names() == ["a%b", "Ada Admin", "boss", "gone"] or names() == ["Ada Admin", "a%b", "boss", "gone"]
    assert names(q="BOSS") == ["boss"]
    assert names(q="%") == ["a%b"]
    assert names(q="admin@") == ["Ada Admin"]
    assert names(role="manager") == ["boss"]
    assert names(active=False) == ["gone"]
    assert names(manager_id=boss, active=True) == ["a%b"]
    assert names(q="\\") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a b@example.com"),
        ("email", "@example.com"),
        ("email", "a@b@c"),
        ("email", "x" * 250 + "@example.com"),
        ("email", None),
        ("name", ""),
        ("name", "   "),
        ("name", "a\x00b"),
        ("name", "x" * 201),
        ("role", "boss"),
        ("role", None),
        ("time_zone", "Berlin"),
        ("time_zone", "../etc/passwd"),
        ("active", None),
        ("active", "perhaps"),
        ("manager_id", 0),
        ("manager_id", 2**63),
        ("manager_id", "x"),
        ("password", "too short"),
        ("password", "x" * 201),
    ],
)
def test_a_wrong_value_is_refused_by_name(api: TestClient, admin: Person, field: str, value: object) -> None:
    body = {"email": "bob@example.com", "name": "Bob", field: value}
    refused(api.post(USERS, json=body), 422, field)
    refused(api.patch(f"{USERS}/{admin.id}", json={field: value}), 422, field)


def test_an_unpaired_surrogate_is_refused(api: TestClient) -> None:
    raw = b'{"email": "bob@example.com", "name": "\\ud800"}'
    refused(api.post(USERS, content=raw, headers={"Content-Type": "application/json"}), 422, "name")


def test_an_unknown_field_is_refused(api: TestClient, admin: Person) -> None:
    refused(api.post(USERS, json={"email": "b@example.com", "name": "B", "id": 5}), 422, "id")
    refused(api.patch(f"{USERS}/{admin.id}", json={"is_admin": True}), 422, "is_admin")
    refused(api.get(USERS, params={"rolle": "admin"}), 422, "rolle")


def test_an_address_belongs_to_one_person_whatever_its_case(api: TestClient, admin: Person) -> None:
    refused(api.post(USERS, json={"email": "ADA.Admin@example.com", "name": "X"}), 409, "email")
    bob = add(api, "bob")["id"]
    refused(api.patch(f"{USERS}/{bob}", json={"email": "ada.admin@EXAMPLE.com"}), 409, "email")


def test_nobody_is_their_own_manager_directly_or_up_the_line(api: TestClient) -> None:
    top = add(api, "top")["id"]
    middle = add(api, "middle", manager_id=top)["id"]
    bottom = add(api, "bottom", manager_id=middle)["id"]
    refused(api.patch(f"{USERS}/{top}", json={"manager_id": top}), 422, "manager_id")
    refused(api.patch(f"{USERS}/{top}", json={"manager_id": bottom}), 422, "manager_id")
    assert api.get(f"{USERS}/{top}").json()["manager_id"] is None


def test_an_unknown_manager_is_refused(api: TestClient, admin: Person) -> None:
    refused(
        api.post(USERS, json={"email": "b@example.com", "name": "B", "manager_id": 999}), 422, "manager_id"
    )
    refused(api.patch(f"{USERS}/{admin.id}", json={"manager_id": 999}), 422, "manager_id")


def test_an_unknown_person_is_not_found(api: TestClient) -> None:
    assert api.get(f"{USERS}/999").status_code == 404
    assert api.patch(f"{USERS}/999", json={"name": "X"}).status_code == 404
    assert api.get(f"{USERS}/0").status_code == 422
    assert api.get(f"{USERS}/{2**63}").status_code == 422


@pytest.mark.parametrize("change", [{"role": "manager"}, {"active": False}])
def test_the_last_active_admin_stays(
    world: World, api: TestClient, admin: Person, change: dict[str, Any]
) -> None:
    world.person("Gone", "admin", active=False)
    refused(api.patch(f"{USERS}/{admin.id}", json=change), 409, *change)
    other = world.person("Bea", "admin")
    assert api.patch(f"{USERS}/{other.id}", json=change).status_code == 200
    assert api.get("/api/v1/me").json()["role"] == "admin"


def test_two_admins_who_demote_each_other_leave_one(world: World) -> None:
    one, two = world.person("One", "admin"), world.person("Two", "admin")

    def demote(by: Person, whom: Person) -> int:
        return int(world.client(by).patch(f"{USERS}/{whom.id}", json={"role": "employee"}).status_code)

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(demote, (one, two), (two, one)))
    assert statuses in ([200, 403], [200, 409])
    [left] = world.execute("SELECT count(*) FROM users WHERE role = 'admin'")
    assert left.count == 1


def test_a_new_password_ends_the_persons_sessions(world: World, api: TestClient) -> None:
    person = world.person("Eve")
    browser = world.client()
    browser.post("/api/v1/session", json={"email": person.email, "password": PASSWORD})
    answer = api.patch(f"{USERS}/{person.id}", json={"password": "another long password"})
    assert "password" not in answer.text
    assert browser.get("/api/v1/me").status_code == 401
    body = {"email": person.email, "password": "another long password"}
    assert browser.post("/api/v1/session", json=body).status_code == 201


def test_changing_ones_own_password_keeps_the_session_it_came_by(world: World, admin: Person) -> None:
    here, elsewhere = world.client(), world.client()
    for browser in (here, elsewhere):
        browser.post("/api/v1/session", json={"email": admin.email, "password": PASSWORD})
    same = {"Sec-Fetch-Site": "same-origin"}
    body = {"password": "another long password"}
    assert here.patch(f"{USERS}/{admin.id}", json=body, headers=same).status_code == 200
    assert here.get("/api/v1/me").status_code == 200
    assert elsewhere.get("/api/v1/me").status_code == 401


def test_deactivating_ends_sessions_and_tokens_for_good(world: World, api: TestClient) -> None:
    person = world.person("Eve")
    browser = world.client()
    browser.post("/api/v1/session", json={"email": person.email, "password": PASSWORD})
    api.patch(f"{USERS}/{person.id}", json={"active": False})
    api.patch(f"{USERS}/{person.id}", json={"active": True})
    assert browser.get("/api/v1/me").status_code == 401
    assert world.client(person).get("/api/v1/me").status_code == 401
