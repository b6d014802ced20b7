"""Chats that are gone are switched off, and their people told; browsers that are gone leave the list.

Written in SQL, in `migrations/destinations`.

Revision: 0045, after 0044
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "destinations" / "gone.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What people were told has no place before: take a backup back instead."""
    raise NotImplementedError("people are told of their chats since 0045: restore a backup instead")
