-- Database roles: a service writes only what it owns. Roles belong to the whole server, so another database of it
-- may have made them.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['followup_api', 'followup_escalator', 'followup_notifier'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO followup_api, followup_escalator, followup_notifier;
GRANT SELECT ON alembic_version, policies, policy_versions, escalation_states, escalations
    TO followup_api, followup_escalator, followup_notifier;
GRANT SELECT, INSERT, UPDATE ON outbox TO followup_api, followup_escalator, followup_notifier;

-- The escalator moves follow-ups on their policies and never reads them. The right to update a time is what
-- PostgreSQL asks for before it lets somebody lock what they delete.
GRANT UPDATE ON escalation_states TO followup_escalator;
GRANT INSERT, UPDATE ON escalations TO followup_escalator;
GRANT SELECT, INSERT, UPDATE ON sweeps, rate_windows, slow_clock TO followup_escalator;
GRANT DELETE ON outbox TO followup_escalator;
GRANT SELECT (id, manager_id, role, active) ON users TO followup_escalator;
GRANT SELECT (follow_up_id, changed_at), UPDATE (changed_at), DELETE ON undoable_changes TO followup_escalator;
GRANT SELECT (id, deleted_at), UPDATE (deleted_at), DELETE ON deleted_follow_ups TO followup_escalator;

GRANT SELECT ON follow_ups TO followup_notifier;
GRANT SELECT (id, manager_id, role, active) ON users TO followup_notifier;
GRANT SELECT, INSERT ON notifications, activities TO followup_notifier;

-- The API writes what people write. It reads how far an escalation is, and has no right on it.
GRANT SELECT, INSERT, UPDATE ON users, subjects TO followup_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, api_tokens, log_in_failures, idempotency_keys TO followup_api;
GRANT SELECT, INSERT, DELETE ON identities TO followup_api;
GRANT SELECT, INSERT (subject_id, kind, actor_id, changes) ON subject_changes TO followup_api;
GRANT SELECT, INSERT (external_id, title, notes, due_at, assignee_id, subject_id, completed_at),
      UPDATE (external_id, title, notes, due_at, assignee_id, subject_id, completed_at),
      DELETE ON follow_ups TO followup_api;
GRANT SELECT ON follow_up_texts, slow_clock TO followup_api;
GRANT SELECT (id, deleted_at, deleted_by, external_id, title, assignee_id, due_at, step, notifications,
      activities) ON deleted_follow_ups TO followup_api;
GRANT SELECT, UPDATE (read_at) ON notifications TO followup_api;
GRANT SELECT, INSERT (follow_up_id, kind, actor_id, details) ON activities TO followup_api;
GRANT SELECT, INSERT (trigger, requested_by) ON sweeps TO followup_api;
GRANT SELECT, INSERT (action, actor_id, target, address, request_id, details) ON audit_log TO followup_api;

-- Functions that work with the owner's rights are for whom they are made. Such a trigger function acts on
-- whatever table its trigger is on: a service that could attach it to a temporary table of its own would delete
-- what it may not, and write what others own. PostgreSQL asks for the right when a trigger is made, not when it
-- fires.
DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found);
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION rows_put_back FROM PUBLIC;
GRANT EXECUTE ON FUNCTION follow_ups_undo, follow_ups_restore TO followup_api;
GRANT EXECUTE ON FUNCTION escalation_states_hold TO followup_notifier;

-- Only the API may make temporary tables, for its imports. Where somebody else owns the database, they decide.
DO $$
BEGIN
    IF (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) THEN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO followup_api', current_database());
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
END $$;
