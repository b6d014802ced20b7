"""What is old is found by its age, to be pruned.

Revision 0006, after 0005. It only adds, and lets others write meanwhile.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

AGES = {"escalations": "raised_at", "notifications": "created_at", "activities": "created_at"}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, age in AGES.items():
            name = f"ix_{table}_{age}"
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
            op.create_index(name, table, [age], postgresql_using="brin", postgresql_concurrently=True)


def downgrade() -> None:
    for table, age in AGES.items():
        op.drop_index(f"ix_{table}_{age}", table)
