"""Checks the constraint of 0063 against the rows before, and finds what somebody owns.

A revision of its own: what is committed on the way can be done again when the upgrade goes on.

Revision: 0064, after 0063
"""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE subjects VALIDATE CONSTRAINT fk_subjects_owner_id")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_subjects_owner_id")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_subjects_owner_id ON subjects "
            '(owner_id, as_read(name COLLATE "C"), id) WHERE owner_id IS NOT NULL'
        )


def downgrade() -> None:
    """The index goes with what revision 0063 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0063 made: restore a backup instead")
