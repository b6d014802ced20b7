"""What changes about people is in the audit log once, no matter who writes it and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from followup_api.audit import sign
from sqlalchemy.exc import DBAPIError

from tests.support.oidc import AMIR, Provider

from .companies import Company
from .conftest import PASSWORD, Person, World
from .importing import USERS, imported
from .log_ins import log_in

ENTRIES = "SELECT action, actor_id, target, address, request_id, details FROM audit_log WHERE id > :after "


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def last(world: World) -> int:
    [(newest,)] = world.execute("SELECT COALESCE(max(id), 0) FROM audit_log")
    return int(newest)


def since(world: World, after: int, target: Person | None = None) -> list[Any]:
    """The entries after one, oldest first; about one person, or about anything."""
    about = f"AND target = 'users/{target.id}' " if target else ""
    return world.execute(f"{ENTRIES} {about} ORDER BY id", after=after)


CHANGES: dict[str, tuple[Any, Any, Any]] = {
    "role": ("admin", "employee", "admin"),
    "email": ("amir@example.com", "amir.patel@example.com", "amir@example.com"),
    "name": ("Amir P.", "Amir Patel", "Amir P."),
    "active": (False, True, False),
    "time_zone": ("Europe/Berlin", "UTC", "Europe/Berlin"),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_is_kept_once_with_both_values_and_who_made_it(company: Company, field: str) -> None:
    value, was, now = CHANGES[field]
    before, path = last(company.world), f"/users/{company.amir.id}"
    for _ in range(2):
        headers = {"X-Request-ID": "the-request"}
        assert company.ask(company.ada, "PATCH", path, json={field: value}, headers=headers).is_success
    [entry] = since(company.world, before)
    assert entry.details == {field: {"from": was, "to": now}}
    assert (entry.action, entry.actor_id) == ("user.changed", company.ada.id)
    assert (entry.target, entry.address) == (f"users/{company.amir.id}", "testclient")
    assert entry.request_id == "the-request"


def test_a_manager_who_is_taken_away_and_a_password_are_kept(company: Company) -> None:
    before, path = last(company.world), f"/users/{company.amir.id}"
    company.ask(company.ada, "PATCH", path, json={"manager_id": None, "password": "another long password"})
    entry, revoked = since(company.world, before)
    assert revoked.action == "token.revoked"
    assert entry.details == {
        "manager_id": {"from": company.mia.id, "to": None},
        "password": {"changed": True},
    }


def test_an_import_leaves_an_entry_for_each_person_whom_it_changes(company: Company) -> None:
    before = last(company.world)
    lines = [
        "amir.patel@example.com,Amir Patel,admin,mia.middle@example.com,UTC,true",
        "OTTO.other@example.com,Otto Other,employee,,UTC,false",
        "mia.middle@example.com,Mia Middle,manager,dana.reyes@example.com,UTC,true",
        "new@example.com,New,admin,newer@example.com,UTC,true",
        "newer@example.com,Newer,manager,,UTC,true",
    ]
    assert imported(company, "users", USERS + "\n".join(lines)) == (2, 2, 1)
    assert since(company.world, before, company.mia) == []
    [amir] = since(company.world, before, company.amir)
    [otto] = since(company.world, before, company.otto)
    assert amir.details == {"role": {"from": "employee", "to": "admin"}}
    assert otto.details == {
        "email": {"from": "otto.other@example.com", "to": "OTTO.other@example.com"},
        "active": {"from": True, "to": False},
    }
    entries = since(company.world, before)
    assert {(entry.actor_id, entry.address) for entry in entries} == {(company.ada.id, "testclient")}
    assert len({entry.request_id for entry in entries}) == 1
    added = [entry.details for entry in entries if entry.action == "user.created"]
    assert added == [
        {"email": "new@example.com", "role": "admin"},
        {"email": "newer@example.com", "role": "manager"},
    ]
    assert [entry.action for entry in entries].count("user.changed") == 2
    assert entries[-1].action == "users.imported"


def test_nothing_is_kept_of_an_import_that_writes_nothing(company: Company) -> None:
    before = last(company.world)
    line = "amir.patel@example.com,Amir Patel,admin,,UTC,true\n"
    assert imported(company, "users", USERS + line, dry_run=True) == (0, 1, 0)
    assert since(company.world, before) == []


def test_a_role_from_the_provider_is_kept_once(trusting: Callable[..., World], provider: Provider) -> None:
    world = trusting(oidc_role_claim="roles")
    world.person("Ada", "admin")
    amir, before = world.person("Amir"), last(world)
    provider.person = {**AMIR, "roles": ["manager"]}
    assert log_in(world.client()) == "/"
    bound, changed, _ = since(world, before)
    assert (bound.action, changed.action) == ("identity.bound", "user.changed")
    assert changed.details == {"role": {"from": "employee", "to": "manager"}, "by": "oidc"}
    assert (changed.actor_id, changed.target, changed.address) == (None, f"users/{amir.id}", "testclient")
    assert changed.request_id


def test_plain_sql_is_kept_with_the_role_that_wrote_it(company: Company) -> None:
    before = last(company.world)
    company.world.execute("UPDATE users SET role = 'admin' WHERE email LIKE 'amir%' OR email LIKE 'otto%'")
    company.world.execute("INSERT INTO users (email, name, role) VALUES ('x@example.com', 'X', 'admin')")
    [(role,)] = company.world.execute("SELECT session_user")
    by = f"database role {role}"
    amir, otto, added = since(company.world, before)
    assert amir.details == otto.details == {"role": {"from": "employee", "to": "admin"}, "by": by}
    assert added.details == {"email": "x@example.com", "role": "admin", "by": by}
    assert {entry.actor_id for entry in (amir, otto, added)} == {None}


def test_a_promotion_in_the_transaction_that_adds_a_person_is_kept(company: Company) -> None:
    before = last(company.world)
    company.world.execute(
        "INSERT INTO users (email, name) VALUES ('x@example.com', 'X');"
        "UPDATE users SET role = 'admin' WHERE email = 'x@example.com'"
    )
    assert [entry.action for entry in since(company.world, before)] == ["user.created", "user.changed"]


def test_who_wrote_is_forgotten_with_the_transaction(company: Company) -> None:
    with company.world.database.transaction() as tx:
        sign(tx, actor_id=company.dana.id, by="a test")
    before = last(company.world)
    with company.world.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE users SET active = false WHERE email LIKE 'otto%%'")
    [entry] = since(company.world, before)
    assert entry.actor_id is None
    assert entry.details["by"].startswith("database role")


def test_another_hash_of_the_same_password_is_no_change_of_it(company: Company) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    company.world.execute("UPDATE users SET password_hash = :weak WHERE email LIKE 'amir%'", weak=weak)
    before = last(company.world)
    body = {"email": company.amir.email, "password": PASSWORD}
    assert company.world.client().post("/api/v1/session", json=body).status_code == 201
    rehashed, entered = since(company.world, before)
    assert (rehashed.details, rehashed.actor_id) == ({"password": {"rehashed": True}}, company.amir.id)
    assert entered.action == "log-in.succeeded"


def test_entries_carry_the_time_at_which_they_were_written(company: Company) -> None:
    with company.world.engine.begin() as tx:
        started, _ = tx.exec_driver_sql("SELECT now(), pg_sleep(0.01)").one()
        tx.exec_driver_sql("UPDATE users SET role = 'admin' WHERE email LIKE 'amir%%'")
        tx.exec_driver_sql("INSERT INTO audit_log (action) VALUES ('sweep.requested')")
    times = [row.at for row in company.world.execute("SELECT at FROM audit_log ORDER BY id DESC LIMIT 2")]
    assert times == sorted(times, reverse=True)
    assert min(times) - started >= timedelta(milliseconds=10)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE users DISABLE TRIGGER users_log_changed",
        "DROP TRIGGER users_log_changed ON users",
        "SET session_replication_role = 'replica'",
        "CREATE OR REPLACE FUNCTION users_log_changes() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    ],
)
def test_the_service_cannot_keep_the_database_from_it(company: Company, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match=r"must be owner|permission denied"),
        company.world.database.transaction() as tx,
    ):
        tx.exec_driver_sql(f"SET LOCAL ROLE followup_api; {statement}")
