"""What tables share: how their parts are named, and columns that many of them have."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    MetaData,
    func,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Time = TIMESTAMP(timezone=True)
SEVERITIES = ("reminder", "overdue", "escalated", "breach")
BEYOND_THE_ASSIGNEE = "severity IN ('escalated', 'breach')"
"""SQL of what dashboards list and count; indexes have it."""


def id_column() -> Column[int]:
    """Numbers rows, from 1."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def created_at_column() -> Column[object]:
    """When the row was written."""
    return Column("created_at", Time, nullable=False, server_default=func.now())


def version_columns() -> tuple[Column[object], Column[int]]:
    """When the row was changed last, and how often: kept by a trigger of its table, written by no service."""
    return (
        Column("updated_at", Time, nullable=False, server_default=func.now()),
        Column("version", Integer, nullable=False, server_default="1"),
    )


def by_age(table: str, column: str = "created_at") -> Index:
    """Finds what is old, for `prune`. Rows come in the order of time, so that a few kilobytes do."""
    return Index(f"ix_{table}_{column}", column, postgresql_using="brin")
