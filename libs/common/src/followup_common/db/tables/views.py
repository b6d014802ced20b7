"""What people keep of how they look at lists."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from followup_common.db.tables.columns import created_at_column, id_column, metadata, version_columns

saved_views = Table(
    "saved_views",
    metadata,
    id_column(),
    Column("owner_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("shared", Boolean, nullable=False, server_default="false"),
    # In the words of the API.
    Column("filters", JSONB, nullable=False),
    created_at_column(),
    *version_columns(),
    CheckConstraint("name <> ''", name="name"),
    Index("uq_saved_views_name", "owner_id", text("lower(name)"), unique=True),
    Index("ix_saved_views_shared", "id", postgresql_where=text("shared")),
)
