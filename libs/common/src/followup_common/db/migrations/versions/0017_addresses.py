"""E-mail addresses are compared letter by letter, whatever the case of ASCII letters alone.

Revision 0017, after 0016. It only adds: the code before it works on with the older index, whose comparison
depends on the collation of the database.
"""

from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Under most collations these had one address before, and could not be there twice. A Turkish one takes I and
# i for two letters: there they can.
ALIKE = """
SELECT string_agg(id::text, ' and ' ORDER BY id) FROM users
GROUP BY lower(email COLLATE "C") HAVING count(*) > 1 ORDER BY min(id) LIMIT 10
"""


def upgrade() -> None:
    alike = op.get_bind().scalars(text(ALIKE)).all()
    if alike:
        raise RuntimeError(
            "The e-mail addresses of some people differ in nothing but the case of their letters: users "
            f"{', '.join(alike)}. Give all but one of each another address, then migrate again."
        )
    op.execute('CREATE UNIQUE INDEX uq_users_address ON users (lower(email COLLATE "C"))')


def downgrade() -> None:
    op.drop_index("uq_users_address", "users")
