"""Policies are chosen by conditions, open follow-ups move to another one, changed calendars are announced.

Written in SQL, in `migrations/changes`.

Revision: 0007, after 0006
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FILES = ("states", "moving", "calendars")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "changes" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """The functions that it replaced are those of files before: take a backup back instead."""
    raise NotImplementedError("functions of revisions before were replaced: restore a backup instead")
