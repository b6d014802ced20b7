"""A summary of assignments is planned as one of what is overdue.

Written in SQL, in `migrations/rules`.

Revision: 0037, after 0036
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "rules" / "assigned.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """The function of before could not write them: it stays as it is."""
