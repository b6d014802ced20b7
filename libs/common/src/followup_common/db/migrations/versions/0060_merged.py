"""Checks the constraints of 0059 against the rows before, and finds what was merged into one.

A revision of its own: what is committed on the way can be done again when the upgrade goes on.

Revision: 0060, after 0059
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("subjects", "fk_subjects_merged_into"),
    ("subjects", "ck_subjects_merged_into"),
    ("subject_changes", "fk_subject_changes_merge_id"),
    ("subject_changes", "ck_subject_changes_kind"),
)
INDEXES = (
    ("ix_subjects_merged_into", "subjects (merged_into) WHERE merged_into IS NOT NULL"),
    ("ix_subject_changes_merge_id", "subject_changes (merge_id) WHERE merge_id IS NOT NULL"),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, constraint in CONSTRAINTS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
        for name, of in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {of}")


def downgrade() -> None:
    """The indexes go with what revision 0059 made: take a backup back instead."""
    raise NotImplementedError("it belongs to what revision 0059 made: restore a backup instead")
