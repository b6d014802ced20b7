"""Completed follow-ups say what came of them.

Written in SQL, in `migrations/completing`.

Revision: 0010, after 0009
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FILES = ("tables", "undoing")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "completing" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What people said has no place before: take a backup back instead."""
    raise NotImplementedError("completed follow-ups have outcomes since 0008: restore a backup instead")
