"""An API token that was made with another one ends with it.

Revision 0027, after 0026. Of those that are there nobody knows what they were made with.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made_with = sa.ForeignKey(
        "api_tokens.id", name=op.f("fk_api_tokens_made_with_api_tokens"), ondelete="CASCADE"
    )
    op.add_column("api_tokens", sa.Column("made_with", sa.BigInteger(), made_with, nullable=True))
    op.create_index(op.f("ix_api_tokens_made_with"), "api_tokens", ["made_with"])


def downgrade() -> None:
    op.drop_column("api_tokens", "made_with")
