"""Answers to mails, which the API acts on.

Written in SQL, in `migrations/deliveries`.

Revision: 0044, after 0043
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "deliveries" / "answers.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Answers and what people were told of them have no place before: restore a backup instead."""
    raise NotImplementedError("answers to mails are kept since 0044: restore a backup instead")
