"""Texts have one normal form wherever they enter, passwords too; people are sorted as people read."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher
from followup_api.auth import passwords

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, FOLLOW_UPS, USERS, follow_up_rows, imported

APART = normalize("NFD", "Zoë Ångström")
TOGETHER = normalize("NFC", APART)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_what_enters_as_json_has_one_form(company: Company) -> None:
    made = company.create(
        company.ada,
        title=APART,
        notes=APART,
        external_id=APART,
        assignee_id=company.amir.id,
        subject={"kind": "client", "name": APART, "external_id": APART},
    )
    assert (made["title"], made["notes"], made["external_id"]) == (TOGETHER, TOGETHER, TOGETHER)
    assert (made["subject"]["name"], made["subject"]["external_id"]) == (TOGETHER, TOGETHER)
    body = {"email": "zoe@example.com", "name": APART}
    assert company.ask(company.ada, "POST", "/users", json=body).json()["name"] == TOGETHER
    found = company.get(company.ada, "/users", q=APART)["items"]
    assert [person["email"] for person in found] == ["zoe@example.com"]
    assert company.titles(company.ada, "/follow-ups", q=APART) == [TOGETHER]


def test_what_enters_by_a_file_is_the_same_as_by_json(company: Company) -> None:
    company.create(company.ada, title=TOGETHER, external_id=TOGETHER, assignee_id=company.amir.id)
    line = f"{APART},{APART},{AMIR},{DUE},client,{APART},{APART},,{APART},\n"
    assert imported(company, "follow-ups", FOLLOW_UPS + line) == (0, 1, 0)
    [row] = follow_up_rows(company)
    assert (row.external_id, row.title, row.notes) == (TOGETHER, TOGETHER, TOGETHER)
    assert imported(company, "users", USERS + f"zoe@example.com,{APART},employee,,,\n") == (1, 0, 0)
    heading = normalize("NFD", "Größe")
    file = f"email,name,{heading}\nzoe@example.com,{TOGETHER},1\n"
    assert imported(company, "users", file, columns="email,name,") == (0, 0, 1)


def test_an_address_is_compared_letter_by_letter(company: Company) -> None:
    """The Kelvin sign has the normal form K: it would be somebody else's address."""
    before = len(company.get(company.ada, "/users", limit=200)["items"])
    company.world.person("Kim")
    file = USERS + "\u212aim@example.com,Other,employee,,,\n"
    assert imported(company, "users", file) == (1, 0, 0)
    assert len(company.get(company.ada, "/users", limit=200)["items"]) == before + 2


def log_in(company: Company, password: str) -> int:
    body = {"email": company.amir.email, "password": password}
    client = company.world.client()
    status: int = client.post(
        "/api/v1/session", json=body, headers={"Origin": "http://localhost:8000"}
    ).status_code
    return status


def set_hash(company: Company, kept: str) -> None:
    company.world.execute(
        "UPDATE users SET password_hash = :kept WHERE id = :id", kept=kept, id=company.amir.id
    )


TYPED = ("pâté\u00a0sur la röt", "pâté\u3000sur la röt", normalize("NFD", "pâté sur la röt"))


def test_a_password_is_the_same_however_a_keyboard_writes_it(company: Company) -> None:
    for given in TYPED:
        changed = company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"password": given})
        assert changed.status_code == 200, changed.text
        for typed in (*TYPED, "pâté sur la röt"):
            assert log_in(company, typed) in (200, 201)
    assert log_in(company, "pate sur la rot") == 401


def test_a_hash_of_before_goes_on_working_and_is_made_again_at_the_next_log_in(company: Company) -> None:
    typed = TYPED[2]
    set_hash(company, PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(typed))
    assert log_in(company, "pâté sur la röt") == 401  # nobody knows yet that it is the same
    assert log_in(company, typed) in (200, 201)
    assert log_in(company, "pâté sur la röt") in (200, 201)


def test_a_password_that_is_long_enough_only_apart_is_too_short(company: Company) -> None:
    apart = normalize("NFD", "éàüöç")
    assert len(apart + "xyz") > passwords.MIN_LENGTH
    answer = company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"password": apart + "xyz"})
    assert [error["field"] for error in answer.json()["errors"]] == ["password"]


NAMES = (
    *("Aaron", "Ådahl", "adam", "Ægir", "Émile", "emily", "Łukasz", "Lynn", "Müller", "Mulligan", "O'Brien"),
    *(
        "Østby",
        "Ottilie",
        "Straße",
        "Strassen",
        "Zoë",
        "Zora",
        "Αγγελος",
        "Ωμέγα",
        "Борис",
        "борислав",
        "Яна",
    ),
)


@pytest.mark.parametrize("limit", [3, 200])
def test_people_and_clients_are_sorted_as_people_read(company: Company, limit: int) -> None:
    names = NAMES[::-1]
    company.world.execute("DELETE FROM audit_log")
    file = USERS + "".join(
        f"p{number}@sorted.example,{name},employee,,,\n" for number, name in enumerate(names)
    )
    assert imported(company, "users", file) == (len(NAMES), 0, 0)
    for name in names:
        body = {"kind": "client", "name": name}
        assert company.ask(company.ada, "POST", "/subjects", json=body).status_code == 201
    assert everything(company, "/users", limit, q="sorted.example") == list(NAMES)
    assert everything(company, "/subjects", limit) == list(NAMES)


def everything(company: Company, path: str, limit: int, **query: Any) -> list[str]:
    """The names of a list, page after page."""
    found: list[str] = []
    cursor = None
    while True:
        page = company.get(company.ada, path, limit=limit, **query, **({"cursor": cursor} if cursor else {}))
        found += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_pages_of_people_walk_an_index(company: Company) -> None:
    company.world.execute(
        "INSERT INTO users (email, name) "
        "SELECT n || '@many.example', 'Name ' || n FROM generate_series(1, 20000) n"
    )
    company.world.execute("ANALYZE users")
    plan = company.world.execute(
        "EXPLAIN SELECT id FROM users WHERE (as_read(name COLLATE \"C\"), id) > ('name 5', 7) "
        'ORDER BY as_read(name COLLATE "C"), id LIMIT 50'
    )
    assert any("ix_users_name" in row[0] for row in plan), plan
