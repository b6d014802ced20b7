"""Messages in Slack are looked at when their follow-up changes.

Written in SQL, in `migrations/slack`.

Revision: 0050, after 0049
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "slack" / "changes.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP TRIGGER escalation_states_change_messages ON escalation_states")
    op.execute("DROP TRIGGER escalation_states_end_messages ON escalation_states")
    op.execute("DROP FUNCTION slack_messages_look_again")
