"""Lets the dispatcher note in the audit log that somebody wrote to addresses that no delivery has.

Written in SQL, in `migrations/deliveries`.

Revision: 0054, after 0053
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "deliveries" / "forged_answers.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    op.execute("DROP FUNCTION mail_answers_note_unknown")
