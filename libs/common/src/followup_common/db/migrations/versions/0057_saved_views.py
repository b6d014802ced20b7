"""People keep lists of follow-ups under a name.

Written in SQL, in `migrations/views`.

Revision: 0057, after 0056
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "views" / "tables.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP TABLE saved_views")
