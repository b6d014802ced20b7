"""What people keep of how they look at their work: lists under a name, addresses for calendar programs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from followup_common.db.tables.columns import Time, created_at_column, id_column, metadata, version_columns

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

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    id_column(),
    Column("user_id", BigInteger, ForeignKey("users.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("whose", Text, nullable=False),
    Column("alarm_minutes", SmallInteger),  # before each is due; null: no alarm
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    created_at_column(),
    Column("last_read_at", Time),
    CheckConstraint("name <> ''", name="name"),
    CheckConstraint("whose IN ('me', 'team')", name="whose"),
    CheckConstraint("alarm_minutes >= 0", name="alarm_minutes"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
)
