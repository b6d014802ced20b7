"""Sequences of follow-ups, where they were started, and what was made of each step."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from followup_common.db.tables.columns import Time, created_at_column, id_column, metadata, version_columns

STEPS = "jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) > 0"

sequences = Table(
    "sequences",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("steps", JSONB, nullable=False),  # `policy.sequences`
    Column("stops_on", ARRAY(Text), nullable=False, server_default="{}"),  # names of outcomes
    Column("created_by", BigInteger, ForeignKey("users.id"), nullable=False),
    created_at_column(),
    *version_columns(),
    CheckConstraint("name <> ''", name="name"),
    CheckConstraint(STEPS, name="steps"),
    Index("uq_sequences_name", text("lower(name)"), unique=True),
)

# With the steps as they were at the start: a change of the sequence changes none that goes on.
enrolments = Table(
    "enrolments",
    metadata,
    id_column(),
    Column("sequence_id", BigInteger, ForeignKey("sequences.id", ondelete="SET NULL")),
    Column("name", Text, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("stops_on", ARRAY(Text), nullable=False, server_default="{}"),
    Column("subject_id", BigInteger, ForeignKey("subjects.id"), nullable=False),
    Column("assignee_id", BigInteger, ForeignKey("users.id"), nullable=False),  # of what is made next
    Column("created_by", BigInteger, ForeignKey("users.id"), nullable=False),
    created_at_column(),
    Column("ended_at", Time),
    Column("ended_because", Text),
    Column("ended_by", BigInteger, ForeignKey("users.id")),
    *version_columns(),
    CheckConstraint(STEPS, name="steps"),
    CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
    CheckConstraint("ended_because IN ('finished', 'outcome', 'stopped')", name="ended_because"),
    Index("ix_enrolments_subject_id", "subject_id", "id"),
    Index("ix_enrolments_assignee_id", "assignee_id", "id"),
    Index("ix_enrolments_sequence_id", "sequence_id"),
    Index("ix_enrolments_going_on", "id", postgresql_where=text("ended_at IS NULL")),
)

# No foreign key on the follow-up (docs/adr/0004): one that is deleted stays a step, and can be restored.
enrolment_steps = Table(
    "enrolment_steps",
    metadata,
    Column("enrolment_id", BigInteger, ForeignKey("enrolments.id"), primary_key=True),
    Column("step", SmallInteger, primary_key=True),  # from 0, of the enrolment's `steps`
    Column("follow_up_id", BigInteger, nullable=False),
    Column("made_at", Time, nullable=False, server_default=func.now()),
    UniqueConstraint("follow_up_id"),
    CheckConstraint("step >= 0", name="step"),
)
