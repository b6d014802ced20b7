"""Accounts that commands use are told from people.

Written in SQL, in `migrations/accounts`.

Revision: 0029, after 0028
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "accounts" / "commands.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what a revision before made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0001 made: restore a backup instead")
