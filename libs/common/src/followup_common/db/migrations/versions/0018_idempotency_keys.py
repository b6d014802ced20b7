"""What a request has created is kept with its `Idempotency-Key` for a day, so that it is not created twice.

Revision 0018, after 0017. It only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

Time = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("headers", postgresql.JSONB()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", Time, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "route", "key_digest", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO followup_api")


def downgrade() -> None:
    op.drop_table("idempotency_keys")
