"""Somebody whose address looks like another one's is somebody else, however they come in."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from followup_api.auth.oidc.problems import Reason

from tests.support.oidc import AMIR, Provider

from .companies import DUE, Company
from .conftest import PASSWORD, World
from .importing import FOLLOW_UPS, USERS, imported, send, wrong
from .log_ins import Trusting, log_in, problem
from .pauses import hold

ALIKE = ["amİr@example.com", "\uff41mir@example.com", "amır@example.com", "ámir@example.com"]
KIM = "\u212aim@example.com"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def entered(world: World, email: str) -> int:
    client = TestClient(world.app, base_url="http://localhost:8000", client=("192.0.2.66", 4711))
    body = {"email": email, "password": PASSWORD}
    return int(client.post("/api/v1/session", json=body).status_code)


@pytest.mark.parametrize("email", ALIKE)
def test_single_sign_on_does_not_bind_an_address_that_looks_alike(
    trusting: Trusting, provider: Provider, email: str
) -> None:
    world = trusting()
    world.person("Amir")
    provider.person = {**AMIR, "sub": "somebody-else", "email": email}
    assert log_in(world.client()) == problem(Reason.UNKNOWN)
    assert world.execute("SELECT FROM identities") == []
    provider.person = {**AMIR, "email": "AMIR@Example.COM"}
    assert log_in(world.client()) == "/"


def test_single_sign_on_does_not_take_the_kelvin_sign_for_a_letter(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting()
    world.person("Kim", "admin")
    provider.person = {**AMIR, "email": KIM}
    assert log_in(world.client()) == problem(Reason.UNKNOWN)


def test_single_sign_on_adds_somebody_of_their_own(trusting: Trusting, provider: Provider) -> None:
    world = trusting(oidc_create_users=True)
    world.person("Kim", "admin")
    provider.person = {**AMIR, "email": KIM}
    client = world.client()
    assert log_in(client) == "/"
    me = client.get("/api/v1/me").json()
    assert (me["email"], me["role"]) == (KIM, "employee")


@pytest.mark.parametrize("email", [" amir@example.com", "amir@example.com\t", "\u2003amir@example.com"])
def test_single_sign_on_wants_the_very_address(trusting: Trusting, provider: Provider, email: str) -> None:
    world = trusting()
    world.person("Amir")
    provider.person = {**AMIR, "email": email}
    assert log_in(world.client()) == problem(Reason.NO_EMAIL)


@pytest.mark.parametrize("email", ALIKE)
def test_a_password_opens_no_account_whose_address_looks_alike(world: World, email: str) -> None:
    world.person("Amir")
    assert entered(world, email) == 401
    assert entered(world, "AMIR@EXAMPLE.COM") == 201


def test_wrong_passwords_for_an_address_that_looks_alike_hold_up_nobody_else(world: World) -> None:
    world.person("Kim")
    assert [entered(world, KIM) for _ in range(5)] == [401] * 5
    hold(world)
    assert entered(world, KIM) == 429
    assert entered(world, "kim@example.com") == 201


def test_an_import_changes_nobody_whose_address_looks_alike(company: Company) -> None:
    before = company.get(company.ada, f"/users/{company.amir.id}")
    email = "amİr.patel@example.com"
    assert imported(company, "users", USERS + f"{email},Somebody,admin,,UTC,true\n") == (1, 0, 0)
    assert company.get(company.ada, f"/users/{company.amir.id}") == before
    [found] = [person for person in company.get(company.ada, "/users")["items"] if person["email"] == email]
    assert found["role"] == "admin"
    lines = (
        f"{email},Somebody,employee,,UTC,true\namir.PATEL@example.com,Amir Patel,employee,{email},UTC,true\n"
    )
    assert imported(company, "users", USERS + lines) == (0, 2, 0)
    assert company.get(company.ada, f"/users/{company.amir.id}")["manager_id"] == found["id"]


def test_an_import_gives_nothing_to_anybody_whose_address_looks_alike(company: Company) -> None:
    email = "amİr.patel@example.com"
    line = f"a,T,{email},{DUE},,,,,,\n"
    assert wrong(send(company, "follow-ups", FOLLOW_UPS + line)) == [(2, "assignee_email")]
    line = f"{company.otto.email},Otto,employee,{email},UTC,true\n"
    assert wrong(send(company, "users", USERS + line)) == [(2, "manager_email")]


def test_the_person_of_an_address_is_found_by_its_index(world: World) -> None:
    for number in range(300):
        world.execute("INSERT INTO users (email, name) VALUES (:email, 'X')", email=f"{number}@example.com")
    world.execute("ANALYZE users")
    plan = world.execute(
        """EXPLAIN SELECT id FROM users WHERE lower(users.email COLLATE "C") = '7@example.com'"""
    )
    assert "uq_users_address" in "\n".join(row[0] for row in plan)
