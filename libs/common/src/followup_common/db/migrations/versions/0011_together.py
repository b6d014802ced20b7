"""What is undone is undone together again, with its outcome.

Written in SQL, in `migrations/together`.

Revision: 0011, after 0010
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "together" / "undoing.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """The functions that it replaced are those of files before: take a backup back instead."""
    raise NotImplementedError("functions of revisions before were replaced: restore a backup instead")
