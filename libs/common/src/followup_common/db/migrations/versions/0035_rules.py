"""People say how and when they are told outside the house.

Written in SQL, in `migrations/rules`.

Revision: 0035, after 0034
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

FILES = ("tables", "planning")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "rules" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE deliveries VALIDATE CONSTRAINT ck_deliveries_severity")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_deliveries_held")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_deliveries_held ON deliveries (user_id)"
            " WHERE held_until IS NOT NULL AND ended_at IS NULL"
        )


def downgrade() -> None:
    """What is held would go at once, and what is never to go as well: restore a backup instead."""
    raise NotImplementedError("deliveries are held since 0035: restore a backup instead")
