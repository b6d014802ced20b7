"""Texts that were there before get their normal form with the upgrade; what is unique stays unique."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import normalize

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from followup_common.db.migrate import alembic_config, upgrade
from followup_common.normal_form import normal
from sqlalchemy import Connection, create_engine, text

from tests.support.postgres import Postgres

APART = normalize("NFD", "Zoë Ångström")
TOGETHER = normalize("NFC", APART)
MIXED = "Zoë" + APART[4:]
"""The same again: the first accent is together with its letter, the second is not."""


@pytest.fixture
def before(postgres: Postgres) -> Iterator[str]:
    """A database of the revision before texts had one form."""
    engine = create_engine(postgres.admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.exec_driver_sql("CREATE DATABASE normal_form TEMPLATE template0 ENCODING 'UTF8'")
    engine.dispose()
    url = postgres.database_url("normal_form")
    config = alembic_config(url)
    found = (each for each in ScriptDirectory.from_config(config).walk_revisions())
    [revision] = [str(each.down_revision) for each in found if each.path.endswith("_normal_form.py")]
    command.upgrade(config, revision)
    yield url
    postgres.drop_database(url)


def fill(tx: Connection) -> None:
    tx.execute(text("INSERT INTO users (email, name) VALUES ('a@example.com', :name)"), {"name": APART})
    for external_id in (APART, MIXED, None):
        tx.execute(
            text(
                "INSERT INTO follow_ups (title, notes, external_id, assignee_id, due_at) "
                "SELECT :text, :text, :external_id, id, '2199-01-01Z' FROM users"
            ),
            {"text": APART, "external_id": external_id},
        )
    for kind, external_id in (("lead", APART), ("client", APART), ("client", TOGETHER)):
        tx.execute(
            text("INSERT INTO subjects (kind, name, external_id) VALUES (:kind, :name, :external_id)"),
            {"kind": kind, "name": APART, "external_id": external_id},
        )


def rows(tx: Connection, statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in tx.execute(text(statement))]


def test_what_was_written_before_is_found_by_what_is_written_now(before: str) -> None:
    assert len({APART, TOGETHER, MIXED}) == 3
    assert {normal(each) for each in (APART, TOGETHER, MIXED)} == {TOGETHER}
    engine = create_engine(before)
    with engine.begin() as tx:
        fill(tx)
    upgrade(before)
    with engine.connect() as tx:
        assert rows(tx, "SELECT name FROM users") == [(TOGETHER,)]
        assert rows(tx, "SELECT title, notes, external_id FROM follow_ups ORDER BY id") == [
            (TOGETHER, TOGETHER, TOGETHER),
            (TOGETHER, TOGETHER, MIXED),  # its form is taken
            (TOGETHER, TOGETHER, None),
        ]
        assert rows(tx, "SELECT kind, name, external_id FROM subjects ORDER BY id") == [
            ("lead", TOGETHER, TOGETHER),
            ("client", TOGETHER, APART),  # its form is taken
            ("client", TOGETHER, TOGETHER),
        ]
    engine.dispose()
