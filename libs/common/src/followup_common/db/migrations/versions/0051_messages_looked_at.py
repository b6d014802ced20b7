"""Looks at all messages in Slack once: what changed before 0050, while no dispatcher ran, marked none.

A revision of its own: it reads them all, and 0050 locks where states are written.

Revision: 0051, after 0050
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE slack_messages SET due_at = now(), answer = NULL, changes = changes + 1
        WHERE due_at IS NULL AND delivery_id IN (
            SELECT m.delivery_id FROM slack_messages m
            LEFT JOIN escalation_states s ON s.follow_up_id = m.follow_up_id
            WHERE m.created_at > now() - interval '30 days' AND m.shows <> CASE
                WHEN s.follow_up_id IS NULL THEN 'deleted'
                WHEN s.assignee_id <> m.assignee_id THEN 'reassigned'
                WHEN NOT s.is_open THEN 'completed' WHEN s.run <> m.run THEN 'restarted' ELSE 'open' END)
    """)


def downgrade() -> None:
    """What is due is due before as well."""
