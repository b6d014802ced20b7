"""What people say about follow-ups, and who was told of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from followup_common.db.tables.columns import Time, by_age, created_at_column, id_column, metadata

# No foreign key to the follow-up: comments stay with a deleted one, which can be restored.
comments = Table(
    "comments",
    metadata,
    id_column(),
    Column("follow_up_id", BigInteger, nullable=False),
    # Of those of the follow-up; notifications have it for their repeat.
    Column("number", SmallInteger, nullable=False),
    Column("author_id", BigInteger, nullable=False),
    # As `followup_common.comments` reads it; empty once it is deleted.
    Column("body", Text, nullable=False),
    created_at_column(),
    Column("edited_at", Time),
    Column("deleted_at", Time),
    Column("deleted_by", BigInteger),
    UniqueConstraint("follow_up_id", "number"),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint(
        "(deleted_at IS NULL) = (deleted_by IS NULL) AND (deleted_at IS NULL) = (body <> '')", name="deleted"
    ),
    by_age("comments"),
)

# Once each, however often the text changes: a trigger writes the notification.
comment_recipients = Table(
    "comment_recipients",
    metadata,
    Column("comment_id", BigInteger, ForeignKey("comments.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    # Else they are told as the assignee.
    Column("mentioned", Boolean, nullable=False),
    PrimaryKeyConstraint("comment_id", "user_id"),
)
