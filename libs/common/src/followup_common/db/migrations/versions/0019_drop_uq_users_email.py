"""The older index of e-mail addresses goes: it takes two addresses for one where the collation folds more.

Revision 0019, after 0018. The code before it uses the newer index; what is older than that cannot import new
people any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("uq_users_email", "users")


def downgrade() -> None:
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)
