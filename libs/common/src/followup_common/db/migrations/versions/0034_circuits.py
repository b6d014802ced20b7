"""Mail domains that fail again and again are left alone for a while.

Written in SQL, in `migrations/circuits`.

Revision: 0034, after 0033
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "circuits" / "tables.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What is known of them has no place before: take a backup back instead."""
    raise NotImplementedError("circuits are kept since 0034: restore a backup instead")
