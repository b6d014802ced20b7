"""Sealing with the present key what the one before has sealed, so that it can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from followup_common.db import Database, Transaction
from sqlalchemy import text

if TYPE_CHECKING:  # its library is loaded where there is a key
    from followup_common.sealing import Seal

SECRETS = (
    ("destinations", "id", "sealed"),
    ("push_subscriptions", "destination_id", "sealed"),
    ("webhooks", "id", "secret"),
    ("webhooks", "id", "previous_secret"),
)
"""All that is kept sealed: table, the number by which it is gone through, and column."""
AT_ONCE = 500


@dataclass
class Found:
    """How secrets are sealed.

    Args:
        present: with the present key.
        before: with the key before.
        closed: with neither.
    """

    present: int = 0
    before: int = 0
    closed: int = 0


def reseal(database: Database, seal: Seal, *, only_look: bool = False) -> Found:
    """Seal again all that the key before has sealed, some at a time; what somebody changes meanwhile is left
    alone.

    Args:
        database: where they are.
        seal: with both keys.
        only_look: whether nothing is changed.

    Returns:
        How they were sealed.
    """
    found = Found()
    for table, key, column in SECRETS:
        after: int | None = -1
        while after is not None:
            with database.transaction() as tx:
                after = _some(tx, seal, found, (table, key, column), after, only_look=only_look)
    return found


def _some(
    tx: Transaction, seal: Seal, found: Found, kept: tuple[str, str, str], after: int, *, only_look: bool
) -> int | None:
    """Go through some of a column; returns up to which, or None: there are no more."""
    table, key, column = kept
    rows = tx.execute(
        text(
            f"SELECT {key} AS id, {column} AS sealed FROM {table} "
            f"WHERE {column} IS NOT NULL AND {key} > :after ORDER BY {key} LIMIT {AT_ONCE}"
        ),
        {"after": after},
    ).all()
    write = text(f"UPDATE {table} SET {column} = :again WHERE {key} = :id AND {column} = :sealed")
    for row in rows:
        again = seal.sealed_again(row.sealed)
        if again is None:
            found.present += seal.opens(row.sealed)
            found.closed += not seal.opens(row.sealed)
            continue
        found.before += 1
        if not only_look:
            tx.execute(write, {**row._mapping, "again": again})
    return rows[-1].id if rows else None
