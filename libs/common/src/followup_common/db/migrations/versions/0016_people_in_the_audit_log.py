"""What changes about people is in the audit log, whoever writes it and however.

Revision 0016, after 0015. The code before it works on; while it still runs,
what it logs itself is there twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Who writes is what the transaction says of itself (`audit.sign`), else the role that the database knows.
# Statement by statement, so that an import costs one INSERT. Runs as the owner: whoever may write to people
# writes these entries too, and no right of its own is needed to. A manager who is given in the transaction
# that adds a person belongs to adding them.
LOG_CHANGES = """
CREATE FUNCTION users_log_changes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor bigint := NULLIF(current_setting('followup.actor_id', true), '');
    address text := NULLIF(current_setting('followup.address', true), '');
    request text := NULLIF(current_setting('followup.request_id', true), '');
    way text := NULLIF(current_setting('followup.by', true), '');
    password_is text := COALESCE(NULLIF(current_setting('followup.password', true), ''), 'changed');
    origin jsonb := '{}';
BEGIN
    IF COALESCE(actor::text, request, way) IS NULL THEN
        way := 'database role ' || session_user;
    END IF;
    IF way IS NOT NULL THEN
        origin := jsonb_build_object('by', way);
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_log (action, actor_id, target, address, request_id, details)
        SELECT 'user.created', actor, 'users/' || id, address, request,
               jsonb_build_object('email', email, 'role', role) || origin
        FROM new_rows ORDER BY id;
    ELSE
        INSERT INTO audit_log (action, actor_id, target, address, request_id, details)
        SELECT 'user.changed', actor, 'users/' || n.id, address, request, changes.details || origin
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(field, CASE field
                WHEN 'password' THEN jsonb_build_object(password_is, true)
                ELSE jsonb_build_object('from', was, 'to', is_now) END) AS details
            FROM (VALUES
                ('email', to_jsonb(o.email), to_jsonb(n.email)),
                ('name', to_jsonb(o.name), to_jsonb(n.name)),
                ('role', to_jsonb(o.role), to_jsonb(n.role)),
                ('manager_id', to_jsonb(o.manager_id), to_jsonb(n.manager_id)),
                ('active', to_jsonb(o.active), to_jsonb(n.active)),
                ('time_zone', to_jsonb(o.time_zone), to_jsonb(n.time_zone)),
                ('password', to_jsonb(o.password_hash), to_jsonb(n.password_hash))
            ) AS fields (field, was, is_now)
            WHERE was IS DISTINCT FROM is_now
              AND NOT (field = 'manager_id' AND was IS NULL AND o.created_at = now())
        ) AS changes
        WHERE (o.email, o.name, o.role, o.manager_id, o.active, o.time_zone, o.password_hash)
            IS DISTINCT FROM
              (n.email, n.name, n.role, n.manager_id, n.active, n.time_zone, n.password_hash)
          AND changes.details IS NOT NULL
        ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER users_log_added AFTER INSERT ON users REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION users_log_changes();

CREATE TRIGGER users_log_changed AFTER UPDATE ON users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION users_log_changes();
"""


def upgrade() -> None:
    op.alter_column("audit_log", "at", server_default=sa.func.clock_timestamp())
    op.execute(LOG_CHANGES)


def downgrade() -> None:
    op.execute("DROP TRIGGER users_log_added ON users; DROP TRIGGER users_log_changed ON users")
    op.execute("DROP FUNCTION users_log_changes")
    op.alter_column("audit_log", "at", server_default=sa.func.now())
