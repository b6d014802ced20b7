-- What happens to follow-ups becomes events of webhooks in the statement that writes it into their histories, no
-- matter who writes it: no writer has to think of it. While nobody listens, this reads a table without a row.

-- The type of an event, by an entry of a history; null: it is none.
CREATE FUNCTION webhook_event_type(kind text, details jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind IN ('escalated', 'assignment_announced') THEN 'escalation.announced'
        WHEN kind = 'imported' THEN CASE
            WHEN details -> 'changes' IS NULL THEN 'follow_up.created'
            WHEN details #> '{changes,completed_at}' IS NULL THEN 'follow_up.changed'
            WHEN details #>> '{changes,completed_at,to}' IS NULL THEN 'follow_up.reopened'
            ELSE 'follow_up.completed' END
        WHEN kind IN ('created', 'completed', 'reopened', 'restored') THEN 'follow_up.' || kind
        WHEN kind IN ('acknowledged', 'snoozed', 'waiting', 'resumed', 'hold_ended') THEN 'follow_up.held'
        ELSE 'follow_up.changed' END
$$;

-- What one statement writes goes out a hundred at a time: an import of 100,000 is a thousand events. What comes back
-- with a restored follow-up happened before.
CREATE FUNCTION activities_plan_webhooks() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    IF EXISTS (SELECT FROM webhooks WHERE state <> 'off') THEN
        WITH typed AS (
            SELECT w.*, webhook_event_type(w.kind, w.details) AS type FROM written w WHERE w.created_at = now()
        ), wanted AS (
            SELECT t.*, (row_number() OVER (PARTITION BY t.type ORDER BY t.id) - 1) / 100 AS part FROM typed t
            WHERE t.type IN (SELECT unnest(event_types) FROM webhooks WHERE state <> 'off')
        )
        INSERT INTO webhook_events (type, data)
        SELECT w.type, jsonb_build_object('follow_ups', jsonb_agg(jsonb_build_object(
            'id', f.id, 'external_id', f.external_id, 'title', f.title, 'assignee_id', f.assignee_id,
            'subject_id', f.subject_id, 'due_at', f.due_at, 'completed_at', f.completed_at, 'outcome', f.outcome,
            'version', f.version,
            'activity', jsonb_build_object(
                'id', w.id, 'kind', w.kind, 'actor_id', w.actor_id, 'created_at', w.created_at, 'step', w.step,
                'details', w.details)
            ) ORDER BY w.id))
        FROM wanted w JOIN follow_ups f ON f.id = w.follow_up_id GROUP BY w.type, w.part;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION activities_plan_webhooks FROM PUBLIC;

CREATE TRIGGER activities_plan_webhooks AFTER INSERT ON activities
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION activities_plan_webhooks();

-- A deletion takes the history along, so it is told from what is kept to restore it.
CREATE FUNCTION deleted_follow_ups_plan_webhooks() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    IF EXISTS (SELECT FROM webhooks WHERE state <> 'off' AND 'follow_up.deleted' = ANY(event_types)) THEN
        INSERT INTO webhook_events (type, data)
        SELECT 'follow_up.deleted', jsonb_build_object('follow_ups', jsonb_agg(jsonb_build_object(
            'id', d.id, 'external_id', d.external_id, 'title', d.title, 'assignee_id', d.assignee_id,
            'subject_id', d.was -> 'subject_id', 'due_at', d.due_at, 'completed_at', d.was -> 'completed_at',
            'outcome', d.was -> 'outcome', 'version', d.was -> 'version',
            'activity', jsonb_build_object(
                'id', null, 'kind', 'deleted', 'actor_id', d.deleted_by, 'created_at', d.deleted_at, 'step', null,
                'details', jsonb_build_object())
            ) ORDER BY d.id))
        FROM (SELECT w.*, (row_number() OVER (ORDER BY w.id) - 1) / 100 AS part FROM written w) d GROUP BY d.part;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION deleted_follow_ups_plan_webhooks FROM PUBLIC;

CREATE TRIGGER deleted_follow_ups_plan_webhooks AFTER INSERT ON deleted_follow_ups
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION deleted_follow_ups_plan_webhooks();

-- One delivery for each event and webhook that listens to its type.
CREATE FUNCTION webhook_events_plan_deliveries() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO deliveries (event_id, webhook_id, channel)
    SELECT e.id, h.id, 'webhook' FROM written e
    JOIN webhooks h ON h.state <> 'off' AND e.type = ANY(h.event_types);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION webhook_events_plan_deliveries FROM PUBLIC;

CREATE TRIGGER webhook_events_plan_deliveries AFTER INSERT ON webhook_events
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION webhook_events_plan_deliveries();
