"""People acknowledge, snooze and wait.

Written in SQL, in `migrations/holds`.

Revision: 0011, after 0010
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FILES = ("tables", "states", "undoing")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "holds" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What holds follow-ups has no place before: take a backup back instead."""
    raise NotImplementedError("follow-ups are held since this revision: restore a backup instead")
