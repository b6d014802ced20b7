"""Leads and clients have an owner.

Written in SQL, in `migrations/subjects`.

Revision: 0063, after 0062
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "subjects" / "owner.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """What was written there has no place before: take a backup back instead."""
    raise NotImplementedError("leads and clients have owners since 0063: restore a backup instead")
