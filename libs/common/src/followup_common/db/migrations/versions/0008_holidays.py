"""Holidays of calendars are refreshed by the clock.

Written in SQL, in `migrations/holidays`.

Revision: 0008, after 0007
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "holidays" / "refreshing.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """The function that it replaced is that of a file before: take a backup back instead."""
    raise NotImplementedError("a function of a revision before was replaced: restore a backup instead")
