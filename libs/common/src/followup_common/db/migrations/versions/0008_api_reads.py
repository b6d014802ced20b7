"""Indexes that let the API read lists, the dashboard and its chart without walking what it does not show.

Revision 0008, after 0007. Indexes only, built while others write: code of revision 0007 works on. Of those on
`follow_ups` that an escalation touches, two are replaced and none is added; the new ones only grow when
people act.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("is_open")
COMPLETED = sa.text("NOT is_open")
ESCALATED = sa.text("is_open AND level >= 2")
ENDED_ESCALATED = sa.text("NOT is_open AND level >= 2")
MOVES = sa.text("kind IN ('rescheduled', 'reopened') OR kind = 'imported' AND details ? 'changes'")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _replace("ix_follow_ups_open_due_at", ["due_at", "id"], OPEN, include=["assignee_id"])
        _replace("ix_follow_ups_completed", ["completed_at", "id"], COMPLETED, include=["assignee_id"])
        columns = ["policy_version_id", "level", "due_at", "id"]
        _replace("ix_follow_ups_escalated", columns, ESCALATED, include=["assignee_id"])
        columns = ["assignee_id", "policy_version_id", "level"]
        _build("ix_follow_ups_ended_escalated", "follow_ups", ["completed_at"], ENDED_ESCALATED, columns)
        _build("ix_activities_moves", "activities", ["created_at"], MOVES)


def downgrade() -> None:
    op.drop_index("ix_activities_moves", table_name="activities")
    op.drop_index("ix_follow_ups_ended_escalated", table_name="follow_ups")
    with op.get_context().autocommit_block():
        _replace("ix_follow_ups_escalated", ["due_at", "id"], ESCALATED)
        _replace("ix_follow_ups_completed", ["completed_at", "id"], COMPLETED)
        _replace("ix_follow_ups_open_due_at", ["due_at", "id"], OPEN)


def _replace(name: str, columns: list[str], where: sa.TextClause, include: list[str] | None = None) -> None:
    """Build an index anew before the old one goes; then it takes that one's name."""
    _build(f"{name}_new", "follow_ups", columns, where, include)
    op.drop_index(name, "follow_ups", if_exists=True, postgresql_concurrently=True)
    op.execute(f"ALTER INDEX {name}_new RENAME TO {name}")


def _build(
    name: str, table: str, columns: list[str], where: sa.TextClause, include: list[str] | None = None
) -> None:
    """Build an index while others write; one that a broken-off run left is built anew."""
    op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
    op.create_index(
        name,
        table,
        columns,
        postgresql_include=include,
        postgresql_where=where,
        postgresql_concurrently=True,
    )
