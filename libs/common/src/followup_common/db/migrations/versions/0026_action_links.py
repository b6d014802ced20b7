"""What leaves the house has links by which its recipient acts.

Written in SQL, in `migrations/deliveries`.

Revision: 0026, after 0025
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "deliveries" / "links.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Links that were sent would lead nowhere: take a backup back instead."""
    raise NotImplementedError("links were sent since revision 0026: restore a backup instead")
