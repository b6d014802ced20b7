"""People have several destinations, each verified by a code.

Written in SQL, in `migrations/destinations`.

Revision: 0036, after 0035
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("destinations", "ck_destinations_channel"),
    ("deliveries", "ck_deliveries_notice"),
    ("deliveries", "ck_deliveries_about"),
)


def upgrade() -> None:
    sql = (MIGRATIONS / "destinations" / "people.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)
    with op.get_context().autocommit_block():
        for table, constraint in CONSTRAINTS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_deliveries_notices")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_deliveries_notices ON deliveries (user_id, created_at) "
            "WHERE notice IS NOT NULL"
        )


def downgrade() -> None:
    """What was sent has no place before: take a backup back instead."""
    raise NotImplementedError("destinations of people are kept since 0036: restore a backup instead")
