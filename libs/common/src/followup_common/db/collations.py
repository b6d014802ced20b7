"""Collations that changed under the database: a new C library or ICU may sort otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from followup_common.db.database import Transaction

CHANGED = text("""
    SELECT quote_ident(datname) AS name, true AS of_database, datcollversion AS kept,
        pg_database_collation_actual_version(oid) AS actual
    FROM pg_database
    WHERE datname = current_database()
        AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)
    UNION ALL
    SELECT format('%I.%I', n.nspname, c.collname), false, c.collversion, pg_collation_actual_version(c.oid)
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE c.collprovider <> 'd' AND c.oid IN (SELECT unnest(indcollation) FROM pg_index)
        AND c.collversion IS DISTINCT FROM pg_collation_actual_version(c.oid)
    ORDER BY of_database DESC, name
""")


@dataclass(frozen=True)
class ChangedCollation:
    """A collation by which indexes were sorted in another version than the system has now.

    Args:
        name: as SQL names it; of the database where it is the database's own.
        of_database: whether it is the one that the database sorts by where nothing else is said.
        kept: the version by which indexes were sorted.
        actual: the version that the system has.
    """

    name: str
    of_database: bool
    kept: str | None
    actual: str | None

    @property
    def refresh(self) -> str:
        """What says that indexes are sorted by the new version, once they are."""
        return (
            f"ALTER {'DATABASE' if self.of_database else 'COLLATION'} {self.name} REFRESH COLLATION VERSION;"
        )


def changed_collations(tx: Transaction) -> list[ChangedCollation]:
    """The database's own collation and those of its indexes, as far as their version changed."""
    return [ChangedCollation(*row) for row in tx.execute(CHANGED)]
