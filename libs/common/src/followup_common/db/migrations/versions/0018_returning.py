"""Who is back is told what they missed once, whatever the clock said when they came back.

Written in SQL, in `migrations/absences`.

Revision: 0018, after 0017
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "absences" / "returning.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what a revision before made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0015 made: restore a backup instead")
