"""Sets of follow-ups are planned for a lead or client.

Written in SQL, in `migrations/sequences`.

Revision: 0061, after 0060
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "sequences" / "tables.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP TABLE enrolment_steps, enrolments, sequences")
