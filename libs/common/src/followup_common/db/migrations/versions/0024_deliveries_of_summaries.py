"""What sums up many notifications leaves the house in their place.

Written in SQL, in `migrations/deliveries`.

Revision: 0024, after 0023
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "deliveries" / "summaries.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what revision 0023 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0023 made: restore a backup instead")
