"""Calendars: working hours, special days, and the spans of time that they are.

Written in SQL, in `migrations/calendars`.

Revision: 0002, after 0001
"""

from alembic import op

from followup_common.db.revisions import MIGRATIONS

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FILES = ("tables", "working_out")


def upgrade() -> None:
    for name in FILES:
        sql = (MIGRATIONS / "calendars" / f"{name}.sql").read_text(encoding="utf-8")
        # By the driver's cursor: SQLAlchemy would take colons in it for parameters.
        op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    op.execute("DROP FUNCTION calendar_work_out, calendar_shown")
    op.execute("DROP TABLE calendar_spans, calendar_days, calendar_hours, calendars")
    op.execute("DROP FUNCTION calendars_keep_version, calendars_time_zone")
