"""Policies are an ordered list: conditions choose among them, drafts become versions, archived ones are kept.

Written in SQL, in `migrations/policies`.

Revision: 0003, after 0002
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FILES = ("tables", "choosing")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "policies" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """What became of policies meanwhile has no place in the tables of before: take a backup back instead."""
    raise NotImplementedError("policies have ids since 0003: restore a backup instead")
