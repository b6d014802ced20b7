"""What is not told at once goes in digests.

Written in SQL, in `migrations/rules`.

Revision: 0038, after 0037
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CONSTRAINTS = ("ck_deliveries_about", "ck_deliveries_state", "ck_deliveries_digested")
INDEXES = (
    ("", "ix_deliveries_digest", "(digest_id) WHERE digest_id IS NOT NULL"),
    (
        "UNIQUE",
        "uq_deliveries_digest",
        "(digest_id) WHERE digest_id IS NOT NULL AND notification_id IS NULL",
    ),
)


def upgrade() -> None:
    sql = (MIGRATIONS / "rules" / "digests.sql").read_text(encoding="utf-8")
    # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
    op.get_bind().connection.cursor().execute(sql)
    with op.get_context().autocommit_block():
        for constraint in CONSTRAINTS:
            op.execute(f"ALTER TABLE deliveries VALIDATE CONSTRAINT {constraint}")
        for kind, name, of in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE {kind} INDEX CONCURRENTLY {name} ON deliveries {of}")


def downgrade() -> None:
    """What went in digests has no place before: restore a backup instead."""
    raise NotImplementedError("digests are kept since 0038: restore a backup instead")
