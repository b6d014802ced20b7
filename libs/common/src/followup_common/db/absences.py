"""The tables of absences and hand-overs. What their views and functions do is in `migrations/absences`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from followup_common.db.tables.columns import Time, created_at_column, id_column, metadata, version_columns

absences = Table(
    "absences",
    metadata,
    id_column(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    # Both inclusive, in the person's own time zone.
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # Who is told in their place; null: the next one up their line.
    Column("substitute_id", BigInteger, ForeignKey("users.id")),
    Column("note", Text, nullable=False, server_default=""),
    Column("set_by", BigInteger, ForeignKey("users.id")),
    Column("source", Text, nullable=False, server_default="own"),
    Column("ended_at", Time),  # they said that they are back, before the last day was over
    Column("returned_at", Time),  # when the escalator noticed; `absences_settle` writes it
    created_at_column(),
    *version_columns(),
    CheckConstraint("first_day <= last_day", name="days"),
    CheckConstraint("substitute_id <> user_id", name="not_oneself"),
    CheckConstraint("source IN ('own', 'manager', 'import', 'ics')", name="source"),
    ExcludeConstraint(
        (text("int8range(user_id, user_id, '[]')"), "&&"),
        (text("daterange(first_day, last_day, '[]')"), "&&"),
        name="ex_absences_one_at_a_time",
        where=text("ended_at IS NULL"),
    ),
    Index("ix_absences_user_id", "user_id", "first_day"),
    Index("ix_absences_substitute_id", "substitute_id", postgresql_where=text("substitute_id IS NOT NULL")),
    Index("ix_absences_last_day", "last_day", postgresql_where=text("ended_at IS NULL")),
    Index("ix_absences_unnoticed", "last_day", postgresql_where=text("returned_at IS NULL")),
)

absent_now = table(
    "absent_now",
    column("id", BigInteger),
    column("user_id", BigInteger),
    column("substitute_id", BigInteger),
    column("last_day", Date),
)
"""The view of who is away now, by the clock of PostgreSQL and the time zone of each."""

hand_overs = Table(
    "hand_overs",
    metadata,
    id_column(),
    Column("from_user_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("to_user_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("actor_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("until", Date),  # the last day, by the time zone of the first one; null: for good
    Column("number", Integer, nullable=False),
    created_at_column(),
    # `hand_over_give_back` writes both: when it went back, and how many did.
    Column("ended_at", Time),
    Column("given_back", Integer),
    CheckConstraint("from_user_id <> to_user_id", name="two_people"),
    Index("ix_hand_overs_until", "until", postgresql_where=text("until IS NOT NULL AND ended_at IS NULL")),
)

hand_over_items = Table(
    "hand_over_items",
    metadata,
    Column("hand_over_id", BigInteger, ForeignKey("hand_overs.id", ondelete="CASCADE"), nullable=False),
    Column("follow_up_id", BigInteger, nullable=False),
    # As the hand-over made it: what was changed since stays where it is.
    Column("version", Integer, nullable=False),
    Column("assignment", Integer, nullable=False),
    PrimaryKeyConstraint("hand_over_id", "follow_up_id"),
)
