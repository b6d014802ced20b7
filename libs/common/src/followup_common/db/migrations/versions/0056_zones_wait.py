"""Who changes a person's time zone waits for what is being held by it.

Written in SQL, in `migrations/rules`.

Revision: 0056, after 0055
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "rules" / "zones.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """To wait does no harm to the code before."""
