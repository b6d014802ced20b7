"""Programs of others hear what happens: webhooks, their events, and deliveries to them.

Written in SQL, in `migrations/webhooks`.

Revision: 0030, after 0029
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

FILES = ("tables", "planning")
CONSTRAINTS = ("ck_deliveries_about", "fk_deliveries_webhook_id")
INDEXES = (
    ("UNIQUE", "uq_deliveries_event", "(event_id, webhook_id) WHERE event_id IS NOT NULL"),
    (
        "",
        "ix_deliveries_webhook_due",
        "(webhook_id, next_at) WHERE ended_at IS NULL AND webhook_id IS NOT NULL",
    ),
    ("", "ix_deliveries_webhook", "(webhook_id, created_at, id) WHERE webhook_id IS NOT NULL"),
)


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "webhooks" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)
    with op.get_context().autocommit_block():
        for constraint in CONSTRAINTS:
            op.execute(f"ALTER TABLE deliveries VALIDATE CONSTRAINT {constraint}")
        for kind, name, of in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE {kind} INDEX CONCURRENTLY {name} ON deliveries {of}")


def downgrade() -> None:
    """What was sent has no place before: take a backup back instead."""
    raise NotImplementedError("deliveries to webhooks are kept since 0030: restore a backup instead")
