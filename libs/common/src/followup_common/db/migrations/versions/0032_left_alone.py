"""What a clock that was ahead has begun and is ended holds up no sweep any more.

Written in SQL, in `migrations/ahead`.

Revision: 0032, after 0031
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "ahead" / "left_alone.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """It belongs to what a revision before made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0002 made: restore a backup instead")
