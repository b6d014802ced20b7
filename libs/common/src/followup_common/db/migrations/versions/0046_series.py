"""Follow-ups come again.

Written in SQL, in `migrations/series`.

Revision: 0046, after 0045
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

FILES = ("tables", "restoring")
OPEN = "uq_follow_ups_series_open"
ALL = "ix_follow_ups_series"


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "series" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)
    with op.get_context().autocommit_block():
        for constraint in ("fk_follow_ups_series_id", "ck_follow_ups_series"):
            op.execute(f"ALTER TABLE follow_ups VALIDATE CONSTRAINT {constraint}")
        for name in (OPEN, ALL):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {OPEN} ON follow_ups (series_id) "
            "WHERE is_open AND series_id IS NOT NULL"
        )
        op.execute(
            f"CREATE INDEX CONCURRENTLY {ALL} ON follow_ups (series_id, id) WHERE series_id IS NOT NULL"
        )


def downgrade() -> None:
    """What comes again has no place before: take a backup back instead."""
    raise NotImplementedError("follow-ups come again since revision 0046: restore a backup instead")
