"""Whose calendar counts, repeats of steps, and moving open follow-ups to another policy.

Written in SQL, in `migrations/clocks`.

Revision: 0004, after 0003
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILES = ("tables", "people", "states")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "clocks" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """The functions that it replaced are those of files before: take a backup back instead."""
    raise NotImplementedError("0004 replaces functions of 0001: restore a backup instead")
