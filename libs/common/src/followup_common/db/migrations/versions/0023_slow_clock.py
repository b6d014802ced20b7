"""What is forgotten for its age goes by a clock that cannot jump ahead, and waits for nobody's lock.

Revision 0023, after 0022. It adds a table and rights: the escalator may lock what it deletes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

GRANTS = (
    "GRANT SELECT, INSERT, UPDATE ON slow_clock TO followup_escalator",
    "GRANT SELECT ON slow_clock TO followup_api",
    # PostgreSQL lets lock only who may update something.
    "GRANT SELECT (follow_up_id), UPDATE (changed_at) ON undoable_changes TO followup_escalator",
    "GRANT SELECT (id), UPDATE (deleted_at) ON deleted_follow_ups TO followup_escalator",
)
TAKEN_BACK = (
    "REVOKE SELECT (follow_up_id), UPDATE (changed_at) ON undoable_changes FROM followup_escalator",
    "REVOKE SELECT (id), UPDATE (deleted_at) ON deleted_follow_ups FROM followup_escalator",
)


def upgrade() -> None:
    op.create_table(
        "slow_clock",
        sa.Column("id", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("id", name="ck_slow_clock_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_slow_clock"),
    )
    for statement in GRANTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in TAKEN_BACK:
        op.execute(statement)
    op.drop_table("slow_clock")
