"""For those who operate it: dead letters can be discarded with a note, and an audit log that only grows.

Revision 0004, after 0003. It only adds: code of revision 0003 works on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Time = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("outbox", sa.Column("first_failed_at", Time))
    op.add_column("outbox", sa.Column("discarded_at", Time))
    op.add_column("outbox", sa.Column("note", sa.Text()))
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", Time, server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger()),
        sa.Column("target", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("request_id", sa.Text()),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_action", "audit_log", ["action", "id"])
    op.create_index("ix_audit_log_actor", "audit_log", ["actor_id", "id"])
    op.create_index("ix_audit_log_target", "audit_log", ["target", "id"])
    op.execute(
        "GRANT SELECT, INSERT (action, actor_id, target, address, request_id, details) "
        "ON audit_log TO followup_api"
    )


def downgrade() -> None:
    op.drop_table("audit_log")
    op.drop_column("outbox", "note")
    op.drop_column("outbox", "discarded_at")
    op.drop_column("outbox", "first_failed_at")
