"""The table of series. What its triggers do is in `migrations/series`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    text,
)
from sqlalchemy import Time as TimeOfDay
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from followup_common.db.tables.columns import Time, created_at_column, id_column, metadata, version_columns

series = Table(
    "series",
    metadata,
    id_column(),
    # What the next one has.
    Column("title", Text, nullable=False),
    Column("notes", Text, nullable=False, server_default=""),
    Column("assignee_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("subject_id", BigInteger, ForeignKey("subjects.id")),
    Column("kind", Text, nullable=False, server_default="task"),
    Column("priority", Text, nullable=False, server_default="normal"),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("value_amount", Numeric(14, 2)),
    Column("value_currency", Text),
    # When it comes (`policy.recurrence`), from which day on, and on whose clock.
    Column("rule", JSONB, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("at", TimeOfDay, nullable=False),
    Column("time_zone", Text, nullable=False),
    # The date of the newest one, how many there were, and how many dates passed while one was open.
    Column("last_on", Date, nullable=False),
    Column("made", Integer, nullable=False, server_default="1"),
    Column("missed", Integer, nullable=False, server_default="0"),
    Column("ended_at", Time),  # nothing comes after any more
    Column("ended_by", BigInteger, ForeignKey("users.id")),  # null: the rule was over
    Column("created_by", BigInteger, ForeignKey("users.id"), nullable=False),
    created_at_column(),
    *version_columns(),
    CheckConstraint("jsonb_typeof(rule) = 'object' AND rule ? 'unit'", name="rule"),
    CheckConstraint("made >= 1 AND missed >= 0", name="counts"),
    CheckConstraint("ended_by IS NULL OR ended_at IS NOT NULL", name="ended"),
    Index("ix_series_assignee_id", "assignee_id", "id"),
    Index("ix_series_subject_id", "subject_id", postgresql_where=text("subject_id IS NOT NULL")),
)
