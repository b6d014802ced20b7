"""Checks constraints of 0044 and 0046 against the rows before, and builds the indexes of series.

A revision of its own: what is committed on the way can be done again when the upgrade goes on.

Revision: 0047, after 0046
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("action_links", "ck_action_links_act"),
    ("follow_ups", "fk_follow_ups_series_id"),
    ("follow_ups", "ck_follow_ups_series"),
)
INDEXES = (
    ("UNIQUE", "uq_follow_ups_series_open", "(series_id) WHERE is_open AND series_id IS NOT NULL"),
    ("", "ix_follow_ups_series", "(series_id, id) WHERE series_id IS NOT NULL"),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, constraint in CONSTRAINTS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
        for kind, name, of in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE {kind} INDEX CONCURRENTLY {name} ON follow_ups {of}")


def downgrade() -> None:
    """The indexes go with what revision 0046 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0046 made: restore a backup instead")
