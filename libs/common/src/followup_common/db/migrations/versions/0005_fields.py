"""Follow-ups get a kind, a priority, tags and a value.

Written in SQL, in `migrations/fields`.

Revision: 0005, after 0004
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILES = ("tables", "follow_ups", "undoing")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "fields" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What people wrote into the new columns has no place before: take a backup back instead."""
    raise NotImplementedError("follow-ups have kinds since 0004: restore a backup instead")
