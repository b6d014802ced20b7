"""What is to be looked at at once is, also when a clock that was ahead is set back.

Written in SQL, in `migrations/ahead`.

Revision: 0019, after 0018
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "ahead" / "pokes.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what a revision before made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0002 made: restore a backup instead")
