"""The first schema: tables, what keeps their rules, and who may write what.

It is written in SQL, a file for each matter, in `migrations/first`.

Revision 0001, the first one.
"""

from alembic import op
from sqlalchemy import text

from followup_common.db.revisions import MIGRATIONS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FILES = ("texts", "tables", "follow_ups", "escalations", "people", "inboxes", "roles", "standard_policy")
# The extension may have been installed in a schema of its own.
TRIGRAMS = text("""
    SELECT quote_ident(n.nspname) || '.gin_trgm_ops'
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'
""")


def upgrade() -> None:
    for name in FILES:
        _run((MIGRATIONS / "first" / f"{name}.sql").read_text(encoding="utf-8"))


def _run(sql: str) -> None:
    if "gin_trgm_ops" in sql:
        sql = sql.replace("gin_trgm_ops", op.get_bind().scalar(TRIGRAMS))
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """There is nothing before: drop the database instead."""
    raise NotImplementedError("0001 is the first revision: drop the database instead")
