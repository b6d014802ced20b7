"""Leads and clients count their versions, and keep a history of what was changed about them.

Revision 0012, after 0011. It only adds: code of revision 0008 goes on changing leads and clients, which the
trigger counts, without an entry in the history.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Time = postgresql.TIMESTAMP(timezone=True)

KEEP_VERSION = """
CREATE FUNCTION subjects_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER subjects_keep_version BEFORE UPDATE ON subjects FOR EACH ROW
WHEN ((OLD.kind, OLD.external_id, OLD.name, OLD.url)
    IS DISTINCT FROM (NEW.kind, NEW.external_id, NEW.name, NEW.url))
EXECUTE FUNCTION subjects_keep_version()
"""


def upgrade() -> None:
    op.add_column("subjects", sa.Column("updated_at", Time, server_default=sa.func.now(), nullable=False))
    op.add_column("subjects", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.execute(KEEP_VERSION)
    op.execute(TRIGGER)
    op.create_table(
        "subject_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", Time, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("kind IN ('edited', 'imported')", name="ck_subject_changes_kind"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_subject_changes_subject_id"),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_subject_changes_actor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_changes"),
    )
    op.create_index("ix_subject_changes_subject_id", "subject_changes", ["subject_id", "id"])
    op.execute(
        "GRANT SELECT, INSERT (subject_id, kind, actor_id, changes) ON subject_changes TO followup_api"
    )


def downgrade() -> None:
    op.drop_table("subject_changes")
    op.execute("DROP TRIGGER subjects_keep_version ON subjects")
    op.execute("DROP FUNCTION subjects_keep_version")
    op.drop_column("subjects", "version")
    op.drop_column("subjects", "updated_at")
