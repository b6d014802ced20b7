"""The limit on escalations a minute counts any 60 seconds: what was raised when.

Revision 0009, after 0008. It only adds; the release before goes on counting calendar minutes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    times, counts = postgresql.ARRAY(postgresql.TIMESTAMP(timezone=True)), postgresql.ARRAY(sa.Integer())
    op.add_column("rate_windows", sa.Column("spent_at", times, nullable=False, server_default="{}"))
    op.add_column("rate_windows", sa.Column("spent", counts, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("rate_windows", "spent")
    op.drop_column("rate_windows", "spent_at")
