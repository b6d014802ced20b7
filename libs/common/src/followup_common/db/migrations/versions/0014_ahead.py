"""What was held by a clock that was ahead ends.

Written in SQL, in `migrations/ahead`.

Revision: 0012, after 0011
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FILES = ("holds",)


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "ahead" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what the revision before made: take a backup back instead."""
    raise NotImplementedError("it belongs to what the revision before made: restore a backup instead")
