"""Follow-ups are placed again where another calendar may count, and moved by what holds once they are held.

Written in SQL, in `migrations/places`.

Revision: 0009, after 0008
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FILES = ("states", "moving", "restoring")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "places" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """The functions that it replaced are those of files before: take a backup back instead."""
    raise NotImplementedError("functions of revisions before were replaced: restore a backup instead")
