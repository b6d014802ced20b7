"""Merges of leads and clients. What their triggers do is in `migrations/subjects/merging.sql`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from followup_common.db.tables.columns import Time, created_at_column, id_column, metadata

subject_merges = Table(
    "subject_merges",
    metadata,
    id_column(),
    Column("survivor_id", BigInteger, ForeignKey("subjects.id"), nullable=False),
    Column("merged_id", BigInteger, ForeignKey("subjects.id"), nullable=False),
    Column("actor_id", BigInteger, ForeignKey("users.id"), nullable=False),
    # What the survivor took from the other one: each field from what to what.
    Column("changes", JSONB, nullable=False),
    Column("number", Integer, nullable=False),  # of follow-ups
    # Of all there were: what has a higher id was made since.
    Column("last_follow_up_id", BigInteger),
    created_at_column(),
    Column("undone_at", Time),
    Column("undone_by", BigInteger, ForeignKey("users.id")),
    Column("given_back", Integer),
    CheckConstraint("survivor_id <> merged_id", name="two_subjects"),
    CheckConstraint(
        "(undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (given_back IS NULL)",
        name="undone",
    ),
    Index("ix_subject_merges_survivor_id", "survivor_id", "id"),
    Index("ix_subject_merges_merged_id", "merged_id"),
)

subject_merge_items = Table(
    "subject_merge_items",
    metadata,
    Column("merge_id", BigInteger, ForeignKey("subject_merges.id", ondelete="CASCADE"), nullable=False),
    Column("table_name", Text, nullable=False),
    Column("row_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("merge_id", "table_name", "row_id"),
)
