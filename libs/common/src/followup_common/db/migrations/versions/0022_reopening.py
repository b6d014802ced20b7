"""What is completed again by an undo sleeps, under policies that count in working time, too.

Written in SQL, in `migrations/reopening`.

Revision: 0022, after 0021
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "reopening" / "undoing.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what a revision before made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0002 made: restore a backup instead")
