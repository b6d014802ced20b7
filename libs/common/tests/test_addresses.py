"""Two e-mail addresses are the same, or not, for Python and for PostgreSQL alike, whatever its collation."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from followup_common.addresses import folded, folded_sql
from followup_common.db.migrate import upgrade
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError

from tests.support.postgres import Postgres

LETTERS = "aAiIkKsSzZ@.-İıKſßẞÅÅéÉaß i̇"
LOOKS_ALIKE = [
    ("amir@example.com", "amİr@example.com"),
    ("amir@example.com", "amır@example.com"),
    ("kim@example.com", "\u212aim@example.com"),
    ("sam@example.com", "ſam@example.com"),
    ("strasse@example.com", "straße@example.com"),
    ("straße@example.com", "STRAẞE@example.com"),
    ("amir@example.com", "\uff41mir@example.com"),
    ("é@example.com", "e\u0301@example.com"),
    ("é@example.com", "É@example.com"),
    ("å@example.com", "\u212b@example.com"),
]


def locales(postgres: Postgres) -> list[str]:
    """What CREATE DATABASE is told of the collation: those that fold more than ASCII, and Turkish ones."""
    engine = create_engine(postgres.admin_url)
    with engine.connect() as tx:
        icu = tx.execute(text("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'")).scalar()
    engine.dispose()
    by_icu = ["LOCALE_PROVIDER icu ICU_LOCALE 'en-US'", "LOCALE_PROVIDER icu ICU_LOCALE 'tr'"] if icu else []
    return ["LOCALE 'C.UTF-8'", *by_icu]


def created(postgres: Postgres, number: int, locale: str) -> str:
    """An empty database; drop it."""
    name = f"addresses_{number}"
    engine = create_engine(postgres.admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {locale}")
    engine.dispose()
    return postgres.database_url(name)


@pytest.fixture
def empty_databases(postgres: Postgres) -> Iterator[list[str]]:
    """One of each locale."""
    urls = [created(postgres, number, locale) for number, locale in enumerate(locales(postgres))]
    yield urls
    for url in urls:
        postgres.drop_database(url)


def test_only_the_case_of_ascii_letters_makes_no_difference() -> None:
    assert folded("Ada.Lovelace@Example.COM") == "ada.lovelace@example.com"
    assert all(folded(one) != folded(other) for one, other in LOOKS_ALIKE)


def test_python_and_postgresql_fold_every_character_alike_under_every_locale(
    empty_databases: list[str],
) -> None:
    characters = "".join(map(chr, [*range(1, 0xD800), *range(0xE000, sys.maxunicode + 1)]))
    for url in empty_databases:
        engine = create_engine(url)
        with engine.connect() as tx:
            statement = text(f"SELECT {folded_sql('CAST(:characters AS text)')}")
            assert tx.execute(statement, {"characters": characters}).scalar() == folded(characters), url
        engine.dispose()


@given(one=st.text(LETTERS, max_size=4), other=st.text(LETTERS, max_size=4))
def _agree(tx: Connection, one: str, other: str) -> None:
    same = text(f"SELECT {folded_sql('CAST(:one AS text)')} = {folded_sql('CAST(:other AS text)')}")
    assert tx.execute(same, {"one": one, "other": other}).scalar() == (folded(one) == folded(other))


def test_python_and_postgresql_find_the_same_addresses_the_same(tx: Connection) -> None:
    _agree(tx)


@pytest.mark.parametrize(("one", "other"), LOOKS_ALIKE)
def test_two_addresses_that_look_alike_are_two_people(tx: Connection, one: str, other: str) -> None:
    for email in (one, other):
        tx.execute(text("INSERT INTO users (email, name) VALUES (:email, 'X')"), {"email": email})
    taken = text("INSERT INTO users (email, name) VALUES (upper(CAST(:email AS text) COLLATE \"C\"), 'X')")
    with pytest.raises(IntegrityError), tx.begin_nested():
        tx.execute(taken, {"email": other})


def test_every_database_can_be_migrated_and_tells_people_apart_alike(empty_databases: list[str]) -> None:
    for url in empty_databases:
        upgrade(url)
        engine = create_engine(url)
        with engine.begin() as tx:
            tx.execute(text("INSERT INTO users (email, name) VALUES ('AMIR@example.com', 'X')"))
            with pytest.raises(IntegrityError), tx.begin_nested():
                tx.execute(text("INSERT INTO users (email, name) VALUES ('amir@example.com', 'X')"))
        engine.dispose()
