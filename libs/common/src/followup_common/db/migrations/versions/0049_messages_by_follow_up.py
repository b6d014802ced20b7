"""Finds the messages in Slack of a follow-up.

A revision of its own: what is committed on the way can be done again when the upgrade goes on.

Revision: 0049, after 0048
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_slack_messages_follow_up_id")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_slack_messages_follow_up_id ON slack_messages (follow_up_id)"
        )


def downgrade() -> None:
    op.drop_index("ix_slack_messages_follow_up_id", "slack_messages")
