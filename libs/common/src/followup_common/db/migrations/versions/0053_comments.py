"""People comment on follow-ups, and mention others who may see them.

Written in SQL, in `migrations/comments`.

Revision: 0053, after 0052
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

FILES = ("tables", "telling", "planning")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "comments" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What people said has no place before: take a backup back instead."""
    raise NotImplementedError("follow-ups have comments since 0053: restore a backup instead")
