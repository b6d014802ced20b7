"""The schema's revisions that this code knows: what the names of its migrations begin with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

MIGRATIONS = Path(__file__).parent / "migrations"


class MadeBeforeTheFirst(Exception):
    """The tables are older than the first migration."""

    def __init__(self) -> None:
        super().__init__(
            "This database was made by Followup before its first release and cannot be upgraded: make a new "
            "one (`createdb`, or another data folder for `followup run`), migrate it, and import there what "
            "the old code exports."
        )


@cache
def revisions() -> tuple[str, ...]:
    """All of them, the one that this code needs first.

    A test holds them against Alembic, which is not asked: loading it takes a service longer than all its
    own code does.
    """
    names = (file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return tuple(sorted(names, reverse=True))


def made_before_the_first(connection: Connection) -> bool:
    """Whether the tables are older than the first migration: their revisions counted from 0001 as well."""
    found = "SELECT to_regclass('alembic_version') IS NOT NULL AND to_regclass('escalation_states') IS NULL"
    return bool(connection.execute(text(found)).scalar_one())
