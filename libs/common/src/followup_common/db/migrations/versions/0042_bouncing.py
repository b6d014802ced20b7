"""Addresses that take no mail are switched off, and their people told.

Written in SQL, in `migrations/destinations`.

Revision: 0042, after 0041
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "destinations" / "bouncing.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What people were told has no place before: take a backup back instead."""
    raise NotImplementedError("people are told of their addresses since 0042: restore a backup instead")
