"""Two leads or clients that are one can be merged, and that undone.

Written in SQL, in `migrations/subjects`.

Revision: 0059, after 0058
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute((MIGRATIONS / "subjects" / "merging.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """What was merged has no place before: take a backup back instead."""
    raise NotImplementedError("leads and clients are merged since 0059: restore a backup instead")
