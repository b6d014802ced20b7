"""Database roles: a service writes only what it owns.

Revision 0003, after 0002.

`is_open` of follow_ups is a generated column: nobody can write it, but the right to update it is
what PostgreSQL asks of the notifier before it may lock a row.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = ("followup_api", "followup_escalator", "followup_notifier")

CREATE_ROLE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- roles belong to the whole server; another database of it has made them
END $$
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO followup_api, followup_escalator, followup_notifier;
GRANT SELECT ON alembic_version, follow_ups, policy_versions, escalations
    TO followup_api, followup_escalator, followup_notifier;
GRANT SELECT, INSERT, UPDATE ON outbox TO followup_api, followup_escalator, followup_notifier;

GRANT UPDATE (level, next_step_at) ON follow_ups TO followup_escalator;
GRANT SELECT (id, manager_id, role, active) ON users TO followup_escalator;
GRANT SELECT, INSERT, UPDATE ON sweeps TO followup_escalator;
GRANT INSERT, UPDATE ON escalations TO followup_escalator;
GRANT SELECT, INSERT, UPDATE ON rate_windows TO followup_escalator;
GRANT DELETE ON outbox TO followup_escalator;

GRANT UPDATE (is_open) ON follow_ups TO followup_notifier;
GRANT SELECT (id, manager_id, role, active) ON users TO followup_notifier;
GRANT SELECT, INSERT ON notifications, activities TO followup_notifier;

GRANT SELECT, INSERT, UPDATE ON users, subjects TO followup_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, api_tokens TO followup_api;
GRANT INSERT (external_id, title, notes, due_at, assignee_id, subject_id, completed_at),
      UPDATE (external_id, title, notes, due_at, assignee_id, subject_id, completed_at),
      DELETE ON follow_ups TO followup_api;
GRANT SELECT, UPDATE (read_at) ON notifications TO followup_api;
GRANT SELECT, INSERT (follow_up_id, kind, actor_id, details) ON activities TO followup_api;
GRANT SELECT, INSERT (trigger, requested_by) ON sweeps TO followup_api;
"""


def upgrade() -> None:
    for role in ROLES:
        op.execute(CREATE_ROLE.format(role=role))
    for grant in filter(str.strip, GRANTS.split(";")):
        op.execute(grant)


def downgrade() -> None:
    for role in ROLES:
        op.execute(f"DROP OWNED BY {role}")
