"""Follow-ups come again.

Written in SQL, in `migrations/series`.

Revision: 0046, after 0045
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

FILES = ("tables", "restoring")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "series" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What comes again has no place before: take a backup back instead."""
    raise NotImplementedError("follow-ups come again since revision 0046: restore a backup instead")
