"""What somebody missed is numbered by the return that sums it up, so that the next one does not say it again.

Revision: 0033, after 0032
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT UPDATE (bundle) ON notifications TO followup_notifier")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (bundle) ON notifications FROM followup_notifier")
