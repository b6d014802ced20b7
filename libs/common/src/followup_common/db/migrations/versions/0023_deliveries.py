"""Notifications leave the house: channels, destinations, deliveries and their attempts.

Written in SQL, in `migrations/deliveries`.

Revision: 0023, after 0022
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FILES = ("tables", "planning")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "deliveries" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What was delivered has no place before: take a backup back instead."""
    raise NotImplementedError("deliveries are kept since 0023: restore a backup instead")
