"""Rules that PostgreSQL keeps, whoever writes: schedules, reporting lines, frozen policies, clean deletes.

Revision 0002, after 0001.
"""

import json

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STANDARD_STEPS = [
    {"after": "PT0S", "audience": ["assignee"], "label": "employee", "sla_breach": False},
    {"after": "PT48H", "audience": ["manager", "assignee"], "label": "manager", "sla_breach": False},
    {"after": "PT96H", "audience": ["admins"], "label": "admin", "sla_breach": True},
]

# A new due time, or a reopening, starts the escalation over under a new due version; a completion stops it.
KEEP_FOLLOW_UP_RULES = """
CREATE FUNCTION follow_ups_keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    starts_over boolean := TG_OP = 'INSERT';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.external_id, NEW.title, NEW.notes, NEW.due_at,
            NEW.assignee_id, NEW.subject_id, NEW.completed_at)
            IS NOT DISTINCT FROM
           (OLD.external_id, OLD.title, OLD.notes, OLD.due_at,
            OLD.assignee_id, OLD.subject_id, OLD.completed_at)
        THEN
            RETURN NEW;
        END IF;
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
        IF NEW.assignee_id <> OLD.assignee_id THEN
            NEW.assignment := OLD.assignment + 1;
        END IF;
        starts_over := NEW.due_at <> OLD.due_at
            OR (NEW.completed_at IS NULL AND OLD.completed_at IS NOT NULL);
        IF starts_over THEN
            NEW.due_version := OLD.due_version + 1;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.due_at <> OLD.due_at THEN
        NEW.policy_version_id := (
            SELECT id FROM policy_versions WHERE policy = 'standard' ORDER BY version DESC LIMIT 1);
    END IF;
    IF starts_over THEN
        NEW.level := 0;
        NEW.next_step_at := NEW.due_at + (
            SELECT (steps -> 0 ->> 'after')::interval FROM policy_versions WHERE id = NEW.policy_version_id);
    END IF;
    IF NEW.completed_at IS NOT NULL THEN
        NEW.next_step_at := NULL;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER follow_ups_keep_rules
    BEFORE INSERT OR UPDATE OF external_id, title, notes, due_at, assignee_id, subject_id, completed_at
    ON follow_ups FOR EACH ROW EXECUTE FUNCTION follow_ups_keep_rules();
"""

# Without foreign keys on the hot tables, what belongs to a follow-up goes with it here. Runs as the owner:
# no service may delete from these tables itself.
CLEAN_DELETE = """
CREATE FUNCTION follow_ups_delete_dependents() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM notifications n USING deleted d WHERE n.follow_up_id = d.id;
    DELETE FROM activities a USING deleted d WHERE a.follow_up_id = d.id;
    DELETE FROM escalations e USING deleted d WHERE e.follow_up_id = d.id;
    RETURN NULL;
END $$;

CREATE TRIGGER follow_ups_delete_dependents AFTER DELETE ON follow_ups
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION follow_ups_delete_dependents();
"""

REFUSE_MANAGER_CYCLES = """
CREATE FUNCTION users_refuse_manager_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two changes that would close a cycle together wait for each other here.
    PERFORM pg_advisory_xact_lock(hashtext('users.manager_id'));
    IF EXISTS (
        WITH RECURSIVE line AS (
            SELECT NEW.manager_id AS id
            UNION
            SELECT u.manager_id FROM users u JOIN line ON u.id = line.id WHERE u.manager_id IS NOT NULL
        ) SELECT FROM line WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'user % would manage themselves through their line of managers', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'users_no_manager_cycle',
                  TABLE = 'users', COLUMN = 'manager_id';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER users_refuse_manager_cycle AFTER INSERT OR UPDATE OF manager_id ON users
    FOR EACH ROW WHEN (NEW.manager_id IS NOT NULL) EXECUTE FUNCTION users_refuse_manager_cycle();
"""

FREEZE_POLICIES = """
CREATE FUNCTION policy_versions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'policy versions never change: insert a new version instead'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER policy_versions_refuse_change BEFORE UPDATE OR DELETE ON policy_versions
    FOR EACH ROW EXECUTE FUNCTION policy_versions_refuse_change();
"""


def upgrade() -> None:
    for statement in (KEEP_FOLLOW_UP_RULES, CLEAN_DELETE, REFUSE_MANAGER_CYCLES, FREEZE_POLICIES):
        op.execute(statement)
    steps = json.dumps(STANDARD_STEPS).replace(":", "\\:")
    op.execute(f"INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 1, '{steps}')")


def downgrade() -> None:
    op.execute("DROP TRIGGER follow_ups_keep_rules ON follow_ups; DROP FUNCTION follow_ups_keep_rules")
    op.execute("DROP TRIGGER follow_ups_delete_dependents ON follow_ups")
    op.execute("DROP FUNCTION follow_ups_delete_dependents")
    op.execute("DROP TRIGGER users_refuse_manager_cycle ON users; DROP FUNCTION users_refuse_manager_cycle")
    op.execute("DROP TRIGGER policy_versions_refuse_change ON policy_versions")
    op.execute("DROP FUNCTION policy_versions_refuse_change")
    op.execute("DELETE FROM policy_versions")
