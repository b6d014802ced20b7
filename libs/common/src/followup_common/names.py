"""The order in which people look for names: accents, case and the collation of the database do not matter."""

from __future__ import annotations


def as_read_sql(expression: str) -> str:
    """SQL of what names are sorted by, the same on every system: not each PostgreSQL has ICU.

    Args:
        expression: SQL of a name.
    """
    return f'as_read({expression} COLLATE "C")'
