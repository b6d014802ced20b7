"""People choose how times are written for them.

Revision: 0012, after 0011
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not part of what the triggers on `users` compare: another clock is no new version of a person.
    op.execute("""
        ALTER TABLE users
            ADD COLUMN clock text DEFAULT '24h' NOT NULL,
            ADD COLUMN date_order text DEFAULT 'day-month' NOT NULL,
            ADD COLUMN week_start text DEFAULT 'monday' NOT NULL,
            ADD CONSTRAINT ck_users_clock CHECK (clock IN ('24h', '12h')) NOT VALID,
            ADD CONSTRAINT ck_users_date_order CHECK (date_order IN ('day-month', 'month-day')) NOT VALID,
            ADD CONSTRAINT ck_users_week_start
                CHECK (week_start IN ('monday', 'sunday', 'saturday')) NOT VALID
    """)
    for name in ("clock", "date_order", "week_start"):
        op.execute(f"ALTER TABLE users VALIDATE CONSTRAINT ck_users_{name}")


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN clock, DROP COLUMN date_order, DROP COLUMN week_start")
