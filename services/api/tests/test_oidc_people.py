"""Who may come in through the provider, as whom, and with which role."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from followup_api.auth.oidc.people import role_of
from followup_api.auth.oidc.problems import Reason
from followup_api.auth.oidc.settings import OidcSettings
from sqlalchemy import text

from tests.support.oidc import AMIR, Provider
from tests.support.waiting import eventually

from .log_ins import Trusting, arrive, depart, entries, log_in, problem

REFUSED: dict[str, tuple[dict[str, Any], Reason]] = {
    "unknown": ({"email": "somebody@example.com"}, Reason.UNKNOWN),
    "unverified": ({"email_verified": False}, Reason.UNVERIFIED),
    "not said to be verified": ({"email_verified": None}, Reason.UNVERIFIED),
    "verified by a word": ({"email_verified": "no"}, Reason.UNVERIFIED),
    "verified by a number": ({"email_verified": 1}, Reason.UNVERIFIED),
    "without an address": ({"email": None}, Reason.NO_EMAIL),
    "with no address": ({"email": ["amir@example.com"]}, Reason.NO_EMAIL),
    "deactivated": ({"sub": "gone", "email": "gone@example.com"}, Reason.INACTIVE),
}


def test_who_is_not_known_verified_and_active_does_not_come_in(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting()
    world.person("Amir")
    gone = world.person("Gone", active=False)
    led: dict[str, str] = {}
    for name, (claims, _) in REFUSED.items():
        provider.person = {**AMIR, **claims}
        led[name] = log_in(world.client())
    assert led == {name: problem(reason) for name, (_, reason) in REFUSED.items()}
    *_, last = entries(world)
    assert len(entries(world)) == len(REFUSED)
    assert (last.action, last.actor_id, last.target) == ("log-in.failed", None, f"users/{gone.id}")
    assert last.details == {"by": "oidc", "reason": "inactive", "subject": "gone"}
    assert world.execute("SELECT FROM identities") == world.execute("SELECT FROM sessions") == []


def test_an_unverified_address_counts_where_the_settings_say_so(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting(oidc_require_verified_email=False)
    world.person("Amir")
    provider.person = {"sub": "amir-1", "email": "amir@example.com"}
    assert log_in(world.client()) == "/"


def test_what_the_id_token_leaves_out_is_asked_of_userinfo(trusting: Trusting, provider: Provider) -> None:
    world = trusting()
    amir = world.person("Amir")
    provider.in_id_token = set()
    client = world.client()
    assert log_in(client) == "/"
    assert client.get("/api/v1/me").json()["id"] == amir.id
    assert provider.fetched.count("userinfo") == 1
    provider.person = {**AMIR, "sub": "somebody-else"}
    address = depart(client)
    provider.forge = lambda claims: provider.sign({**claims, "sub": "amir-1"})
    assert arrive(client, address).headers["location"] == problem(Reason.NOT_VALID)


MIXED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "address of the ID token, verified by UserInfo": (
        {"email": "amir@example.com"},
        {"email": "attacker@elsewhere.example", "email_verified": True},
    ),
    "address of UserInfo, verified by the ID token": (
        {"email_verified": True},
        {"email": "amir@example.com", "email_verified": False},
    ),
    "address of UserInfo, verified by the ID token alone": (
        {"email_verified": True},
        {"email": "amir@example.com"},
    ),
}


@pytest.mark.parametrize("name", MIXED)
def test_who_names_an_address_says_whether_it_is_verified(
    trusting: Trusting, provider: Provider, name: str
) -> None:
    token, userinfo = MIXED[name]
    world = trusting(oidc_role_claim="roles")
    world.person("Amir")
    provider.person = {"sub": "mixed", "roles": "employee", **userinfo}
    provider.in_id_token = set()
    provider.forge = lambda claims: provider.sign({**claims, **token})
    assert log_in(world.client()) == problem(Reason.UNVERIFIED)
    assert world.execute("SELECT FROM identities") == []


def test_userinfo_adds_to_the_id_token_and_changes_nothing_of_it(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting(oidc_role_claim="access.roles", oidc_create_users=True)
    userinfo = {**AMIR, "name": "Amir of UserInfo", "zoneinfo": "Asia/Kolkata", "auth_time": time.time()}
    provider.person = {**userinfo, "access": {"roles": "manager"}}
    provider.in_id_token = set()
    provider.forge = lambda claims: provider.sign({**claims, "name": "Amir", "access": {"other": 1}})
    client = world.client()
    assert log_in(client) == "/"
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["time_zone"], me["role"]) == ("Amir", "Asia/Kolkata", "manager")
    [session] = world.execute("SELECT proved_at FROM sessions")
    assert session.proved_at.year == 1970  # the signed token does not say when they logged in


@pytest.mark.parametrize("sub", ["a\0b", "a\ud800b", "a" * 256, ""])
def test_a_subject_that_cannot_be_kept_ends_on_the_log_in_page(
    trusting: Trusting, provider: Provider, sub: str
) -> None:
    world = trusting()
    world.person("Amir")
    provider.person = {**AMIR, "sub": sub}
    assert log_in(world.client()) == problem(Reason.NOT_VALID)


def test_an_account_of_the_provider_stays_the_person_whatever_its_address_becomes(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting()
    amir, mia = world.person("Amir"), world.person("Mia")
    assert log_in(world.client()) == "/"
    provider.person = {**AMIR, "email": mia.email}  # Amir's account now has Mia's address
    client = world.client()
    assert log_in(client) == "/"
    assert client.get("/api/v1/me").json()["id"] == amir.id
    provider.person = {**AMIR, "sub": "another", "email": amir.email}  # somebody got Amir's old address
    assert log_in(world.client()) == problem(Reason.TAKEN)


def test_an_account_of_another_provider_is_somebody_else(trusting: Trusting) -> None:
    """After a move to another one, which may call a new person as the old one called somebody."""
    world = trusting()
    amir, mia = world.person("Amir"), world.person("Mia")
    bind = "INSERT INTO identities (issuer, subject, user_id) VALUES ('https://old.example', :subject, :id)"
    world.execute(bind, subject=AMIR["sub"], id=mia.id)
    world.execute(bind, subject="amir-before", id=amir.id)
    client = world.client()
    assert log_in(client) == "/"
    assert client.get("/api/v1/me").json()["id"] == amir.id


def test_two_first_log_ins_of_one_account_at_once_add_one_person(trusting: Trusting) -> None:
    world = trusting(oidc_create_users=True)
    clients = [world.client() for _ in range(2)]
    back = [(client, depart(client)) for client in clients]
    with ThreadPoolExecutor(2) as pool, world.engine.begin() as tx:
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('identities'))"))
        arriving = [pool.submit(arrive, *each) for each in back]
        waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        eventually(lambda: len(world.execute(waiting)) == 2, what="both wait for their turn")
        tx.commit()
        assert [each.result().headers["location"] for each in arriving] == ["/", "/"]
    assert len(world.execute("SELECT FROM users")) == 1


def test_an_admin_can_unbind_a_person_whose_account_was_made_again(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting()
    amir, admin = world.person("Amir"), world.person("Ada", "admin")
    client = world.client()
    log_in(client)
    path = f"/api/v1/users/{amir.id}/identities"
    assert [world.client(admin).delete(path).status_code for _ in range(2)] == [204, 204]
    assert client.get("/api/v1/me").status_code == 401
    provider.person = {**AMIR, "sub": "amir-2"}
    assert log_in(world.client()) == "/"
    unbound = [entry for entry in entries(world) if entry.action == "identity.unbound"]
    assert [(entry.actor_id, entry.target) for entry in unbound] == [(admin.id, f"users/{amir.id}")]


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM identities", "UPDATE users SET active = false WHERE name = 'Amir'"],
    ids=["unbound", "deactivated"],
)
def test_a_log_in_waits_for_who_ends_ones_log_ins(
    trusting: Trusting, provider: Provider, change: str
) -> None:
    """Else it would leave a session behind that nobody has ended."""
    world = trusting()
    amir = world.person("Amir")
    client = world.client()
    log_in(client)
    address = depart(client)
    with ThreadPoolExecutor(1) as pool, world.engine.connect() as admin:
        admin.execute(text("SELECT FROM users WHERE id = :id FOR NO KEY UPDATE"), {"id": amir.id})
        admin.execute(text(change))
        admin.execute(text("DELETE FROM sessions"))
        arriving = pool.submit(arrive, client, address)
        waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        eventually(lambda: world.execute(waits), what="the log-in waits")
        admin.execute(text("UPDATE users SET email = 'moved@example.com' WHERE id = :id"), {"id": amir.id})
        admin.commit()
        assert "problem=" in arriving.result(60).headers["location"]
    assert world.execute("SELECT FROM sessions") == []


def test_people_are_added_at_their_first_log_in_where_the_settings_say_so(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting(oidc_create_users=True)
    provider.person = {**AMIR, "zoneinfo": "Asia/Kolkata"}
    for _ in range(2):
        client = world.client()
        assert log_in(client) == "/"
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["role"], me["time_zone"]) == ("Amir Patel", "employee", "Asia/Kolkata")
    created = entries(world)[0]
    assert created.action == "user.created"
    assert created.details == {"email": "amir@example.com", "role": "employee", "by": "oidc"}
    provider.person = {
        "sub": "x",
        "email": "x@example.com",
        "email_verified": True,
        "name": "\0",
        "zoneinfo": "Mars",
    }
    client = world.client()
    assert log_in(client) == "/"
    assert client.get("/api/v1/me").json()["name"] == "x@example.com"
    provider.person = {**provider.person, "sub": "y", "email": "y@example.com", "name": "Yves"}
    client = world.client()
    assert log_in(client) == "/"
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["time_zone"]) == ("Yves", "UTC")


ROLES: list[tuple[dict[str, Any], Any, str | None]] = [
    ({}, None, None),
    ({}, "manager", "manager"),
    ({}, ["employee", "admin", "manager"], "admin"),
    ({}, ["ADMIN", 7, None, {"admin": True}], None),
    ({"oidc_role_map": {"leads": "manager"}}, ["leads", "admin"], "manager"),
    ({"oidc_role_map": {"leads": "manager"}}, "leads of nothing", None),
    ({"oidc_role_map": {"leads": "manager", "*": "employee"}}, ["other"], "employee"),
    ({"oidc_role_map": {"leads": "manager", "*": "employee"}}, ["leads"], "manager"),
]


@pytest.mark.parametrize(("settings", "value", "role"), ROLES)
@pytest.mark.parametrize("claim", ["roles", "https://example.com/roles", "realm_access.roles"])
def test_the_highest_role_that_the_claim_gives_counts(
    settings: dict[str, Any], value: Any, role: str | None, claim: str
) -> None:
    configured = OidcSettings.model_construct(oidc_role_claim=claim, **settings)
    claims = {"realm_access": {"roles": value}} if claim == "realm_access.roles" else {claim: value}
    assert role_of(claims, configured) == role


def test_each_log_in_sets_the_role_that_the_provider_gives(trusting: Trusting, provider: Provider) -> None:
    world = trusting(oidc_role_claim="roles", oidc_create_users=True)
    world.person("Ada", "admin")
    given: list[tuple[str, str]] = []
    for roles in (["manager"], ["admin", "employee"], ["employee"]):
        provider.person = {**AMIR, "roles": roles}
        client = world.client()
        given.append((log_in(client), client.get("/api/v1/me").json()["role"]))
    assert given == [("/", "manager"), ("/", "admin"), ("/", "employee")]
    changes = [entry.details for entry in entries(world) if entry.action == "user.changed"]
    assert changes[-1] == {"role": {"from": "admin", "to": "employee"}, "by": "oidc"}
    for sub in ("amir-1", "new"):
        provider.person = {**AMIR, "sub": sub, "email": f"{sub}@example.com", "roles": ["guest"]}
        assert log_in(world.client()) == problem(Reason.NO_ROLE)
    assert len(world.execute("SELECT FROM users")) == 2


def test_the_last_admin_is_not_demoted_but_does_not_come_in_either(
    trusting: Trusting, provider: Provider
) -> None:
    world = trusting(oidc_role_claim="roles")
    amir = world.person("Amir", "admin")
    provider.person = {**AMIR, "roles": "employee"}
    assert log_in(world.client()) == problem(Reason.LAST_ADMIN)
    assert world.execute("SELECT role FROM users WHERE id = :id", id=amir.id)[0].role == "admin"
    assert [entry.details["reason"] for entry in entries(world)] == ["last-admin"]
    world.person("Ada", "admin")
    assert log_in(world.client()) == "/"
