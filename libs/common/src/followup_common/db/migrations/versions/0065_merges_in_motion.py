"""What is put on a lead or client that was merged away is on the last survivor, and comes back from there.

Written in SQL, in `migrations/subjects`.

Revision: 0065, after 0064
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("following.sql", "restoring.sql"):
        sql = (MIGRATIONS / "subjects" / name).read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It goes with what revision 0059 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0059 made: restore a backup instead")
