"""Sealing with the present key what the one before has sealed, so that it can go."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.sealing import Seal
from sqlalchemy import text

A_MINUTE = 500
"""So many are looked at, whether the key before has sealed them."""


class Resealing:
    """Goes through a table, some rows at a time.

    Args:
        seal: with the present key and the one before.
        table: it has what is sealed in its column `sealed`.
        key: its column by which it is gone through, a number.
        where: which rows, in SQL.
        keys: values of the parameters in `where`.
    """

    def __init__(self, seal: Seal, table: str, key: str, where: str = "true", **keys: Any) -> None:
        self._seal = seal
        self._keys = keys
        self._seen = 0
        self._read = text(
            f"SELECT {key} AS id, sealed FROM {table} WHERE {where} AND sealed IS NOT NULL AND {key} > :after"
            f" ORDER BY {key} LIMIT :at_most"
        )
        self._write = text(f"UPDATE {table} SET sealed = :again WHERE {key} = :id AND sealed = :sealed")

    def go_on(self, tx: Transaction) -> None:
        """Look at the next rows, and begin again behind the last one."""
        rows = tx.execute(self._read, {**self._keys, "after": self._seen, "at_most": A_MINUTE}).all()
        self._seen = rows[-1].id if len(rows) == A_MINUTE else 0
        for row in rows:
            if again := self._seal.sealed_again(row.sealed):
                tx.execute(self._write, {**row._mapping, "again": again})
