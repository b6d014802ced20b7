"""The schema's revisions that this code knows: what the names of its migrations begin with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def revisions() -> tuple[str, ...]:
    """All of them, the one that this code needs first.

    A test holds them against Alembic, which is not asked: loading it takes a service longer than all its
    own code does.
    """
    names = (file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return tuple(sorted(names, reverse=True))
