"""The dispatcher holds what nobody else holds, beside what it waits for.

Written in SQL, in `migrations/deliveries`.

Revision: 0055, after 0054
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "deliveries" / "free_states.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION escalation_states_hold_free")
