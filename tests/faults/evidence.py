"""What a round that went wrong leaves behind: every table, with the time at which each row was committed.

A seed does not come to the same again, so this is all that there is to find a cause by.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import cast

import psycopg
from followup_common.db import Transaction
from psycopg.sql import SQL, Identifier
from sqlalchemy import text

TABLES = text("""
    SELECT relname FROM pg_class
    WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition
    ORDER BY relname
""")
COPY = SQL("""
    COPY (
        SELECT CASE WHEN current_setting('track_commit_timestamp') = 'on'
            THEN pg_xact_commit_timestamp(xmin) END AS committed_at, t.*
        FROM {} t)
    TO STDOUT WITH (FORMAT csv, HEADER)
""")


def keep(tx: Transaction, folder: Path) -> None:
    """Write each table to a compressed file of its own.

    Args:
        tx: where the database is, in the transaction that has judged it.
        folder: for the files; it is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = tx.execute(TABLES).scalars().all()
    connection = cast("psycopg.Connection", tx.connection.driver_connection)
    with connection.cursor() as cursor:
        for name in names:
            statement = COPY.format(Identifier(name)).as_string()
            with gzip.open(folder / f"{name}.csv.gz", "wb") as file, cursor.copy(statement) as rows:
                for part in rows:
                    file.write(part)
