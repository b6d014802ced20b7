"""Wrong passwords are counted where every process of the API sees them, so that guessing gets slow.

Revision 0005, after 0004. It only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Time = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "log_in_failures",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", Time, server_default=sa.text("now()"), nullable=False),
        sa.Column("blocked_until", Time),
        sa.PrimaryKeyConstraint("key", name="pk_log_in_failures"),
    )
    op.create_index("ix_log_in_failures_failed_at", "log_in_failures", ["failed_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON log_in_failures TO followup_api")


def downgrade() -> None:
    op.drop_table("log_in_failures")
