"""People set a password by a link that an admin gives them.

Written in SQL, in `migrations/accounts`.

Revision: 0011, after 0010
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = (MIGRATIONS / "accounts" / "links.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    op.execute("DROP TRIGGER users_end_password_links ON users")
    op.execute("DROP FUNCTION users_end_password_links()")
    op.drop_table("password_links")
