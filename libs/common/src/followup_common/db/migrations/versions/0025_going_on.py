"""What a clock that was ahead has ended by its time goes on once it is set back.

Written in SQL, in `migrations/ahead`.

Revision: 0025, after 0024
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "ahead" / "going_on.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what a revision before made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0002 made: restore a backup instead")
