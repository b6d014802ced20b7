"""Leads and clients have a phone number and an e-mail address.

Written in SQL, in `migrations/subjects`.

Revision: 0058, after 0057
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "subjects" / "contact.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """What was written there has no place before: take a backup back instead."""
    raise NotImplementedError("leads and clients have phone numbers since 0058: restore a backup instead")
