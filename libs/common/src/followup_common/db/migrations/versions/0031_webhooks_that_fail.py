"""Who made a webhook is told that it fails, and that it was switched off.

Written in SQL, in `migrations/webhooks`.

Revision: 0031, after 0030
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "webhooks" / "telling.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what revision 0030 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0030 made: restore a backup instead")
