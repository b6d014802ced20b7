"""Open work is handed from one person to another in one go.

Written in SQL, in `migrations/absences`.

Revision: 0012, after 0011
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "absences" / "hand_overs.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What was handed over until a day would not go back: take a backup back instead."""
    raise NotImplementedError("work can be handed over since 0012: restore a backup instead")
