"""Deliveries that were given up are tried again, and listed by age.

Revision: 0027, after 0026
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_deliveries_created_at": "",
    "ix_deliveries_given_up": "WHERE state IN ('failed', 'expired')",
}


def upgrade() -> None:
    sql = (MIGRATIONS / "deliveries" / "retries.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)
    with op.get_context().autocommit_block():
        for name, where in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON deliveries (created_at, id) {where}")


def downgrade() -> None:
    """It belongs to what revision 0023 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0023 made: restore a backup instead")
