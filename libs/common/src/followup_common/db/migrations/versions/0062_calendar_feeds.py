"""Calendar programs read somebody's follow-ups under a secret address.

Written in SQL, in `migrations/feeds`.

Revision: 0062, after 0061
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "feeds" / "tables.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute((MIGRATIONS / "feeds" / "revert.sql").read_text(encoding="utf-8"))
