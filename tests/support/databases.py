"""Migrated databases for tests: emptied and lent again, unless a test left more than a few rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

import psycopg
from psycopg import sql

from tests.support.postgres import Postgres, libpq_url

# Every row of the catalogue that a change of schema, rights or statistics would write again. The schemas of
# temporary tables stay, empty, once there were any; triggers are put out of work by tests, and back again.
CATALOGUE = " UNION ALL ".join(
    (
        *(
            f"SELECT '{table} ' || {key} || ' ' || xmin AS entry FROM {table} WHERE {key} >= 16384"
            for table, key in (
                ("pg_class", "oid"),
                ("pg_attribute", "attrelid"),
                ("pg_attrdef", "oid"),
                ("pg_constraint", "oid"),
                ("pg_proc", "oid"),
                ("pg_statistic", "starelid"),
            )
        ),
        "SELECT 'pg_namespace ' || nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg%temp%'",
        "SELECT 'pg_trigger ' || pg_trigger::text FROM pg_trigger WHERE oid >= 16384",
    )
)
SCHEMA = f"SELECT md5(string_agg(entry, ',' ORDER BY entry)) FROM ({CATALOGUE}) catalogue"
END_OTHERS = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
TABLES = """
    SELECT relname, pg_table_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
SEQUENCES = "SELECT sequencename, COALESCE(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"
LARGEST_BYTES = 1024 * 1024
"""Of all tables together: emptying more costs as much as a new database, and the next test would feel it."""


@dataclass
class State:
    """What a database holds before any test.

    Args:
        schema: a digest of its schema, rights and statistics.
        restore: statements that bring all rows back; one string, since each of its own costs a round trip.
        sequences: each with its value, and whether that was given out.
    """

    schema: str
    restore: bytes
    sequences: dict[str, tuple[int, bool]]

    @classmethod
    def of(cls, connection: psycopg.Connection) -> Self:
        """The state of the database behind a connection."""
        tables = [name for name, _ in connection.execute(TABLES).fetchall()]
        sequences = {name: (value, called) for name, value, called in connection.execute(SEQUENCES)}
        return cls(_schema(connection), _restoring(connection, tables), sequences)


@dataclass
class Databases:
    """The databases of one process, on one server.

    Args:
        postgres: the server.
        create: makes a migrated, otherwise empty database and returns its URL.
    """

    postgres: Postgres
    create: Callable[[], str]
    _free: list[str] = field(default_factory=list)
    _first: State | None = None
    _kept: dict[str, psycopg.Connection] = field(default_factory=dict)

    def lend(self) -> str:
        """The URL of a database that is as after its migration."""
        if self._free:
            return self._free.pop()
        url = self.create()
        if self._first is None:
            self._first = State.of(self._connection(url))
        return url

    def take_back(self, url: str) -> None:
        """Empty a lent database for the next test, or drop it."""
        assert self._first
        connection = self._connection(url)
        connection.execute(END_OTHERS)
        if _empty(connection, self._first):
            self._free.append(url)
        else:
            self._drop(url)

    def drop(self) -> None:
        """Drop what is not lent."""
        while self._free:
            self._drop(self._free.pop())

    def _drop(self, url: str) -> None:
        self._kept.pop(url).close()
        self.postgres.drop_database(url)

    def _connection(self, url: str) -> psycopg.Connection:
        """The one that stays beside the tests: a new one would read the catalogue first, which costs most."""
        kept = self._kept.get(url)
        if kept is None or not _answers(kept):
            kept = self._kept[url] = psycopg.connect(libpq_url(url), autocommit=True)
        return kept


def _answers(connection: psycopg.Connection) -> bool:
    """False: the test ended it, or its server."""
    with suppress(psycopg.OperationalError):
        return bool(connection.execute("SELECT 1"))
    return False


def _empty(connection: psycopg.Connection, first: State) -> bool:
    """Bring all rows back to what they were at first. False: more than rows has changed."""
    sizes: dict[str, int] = dict(connection.execute(TABLES).fetchall())
    if _schema(connection) != first.schema or sum(sizes.values()) > LARGEST_BYTES:
        return False
    connection.execute(first.restore)
    for name, value, called in connection.execute(SEQUENCES).fetchall():
        if first.sequences[name] != (value, called):
            connection.execute("SELECT setval(%s::regclass, %s, %s)", [name, *first.sequences[name]])
    connection.execute("SELECT pg_stat_reset()")  # tests count what was read and written
    return True


def _schema(connection: psycopg.Connection) -> str:
    row = connection.execute(SCHEMA).fetchone()
    assert row
    return str(row[0])


def _restoring(connection: psycopg.Connection, tables: list[str]) -> bytes:
    """Statements that delete all rows and insert those of now, past triggers and keys."""
    statements: list[sql.Composable] = [sql.SQL("SET LOCAL session_replication_role = replica")]
    for name in tables:
        table = sql.Identifier(name)
        statements.append(sql.SQL("DELETE FROM {}").format(table))
        rows = connection.execute(sql.SQL("SELECT json_agg(each) FROM {} each").format(table)).fetchone()
        if rows and rows[0]:
            columns = sql.SQL(", ").join(map(sql.Identifier, rows[0][0]))
            statements.append(
                sql.SQL(
                    "INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE "
                    "SELECT {1} FROM json_populate_recordset(NULL::{0}, {2})"
                ).format(table, columns, sql.Literal(json.dumps(rows[0])))
            )
    return sql.SQL("; ").join(statements).as_string(connection).encode()
