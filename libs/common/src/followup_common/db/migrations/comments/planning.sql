-- As in `rules/assigned.sql`. A mention is as grave as what is given to somebody; a comment on one's own follow-up stays
-- in the inbox, unless somebody is told of reminders too.
CREATE OR REPLACE FUNCTION notifications_plan_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM channels WHERE is_on) THEN
        INSERT INTO deliveries (notification_id, user_id, follow_up_id, destination_id, channel, next_at, severity)
        SELECT w.id, w.user_id, w.follow_up_id, d.id, d.channel,
            CASE WHEN w.summary_of IS NULL THEN now() ELSE now() + interval '15 seconds' END,
            COALESCE(g.severity, 'overdue')
        FROM written w
        JOIN destinations d ON d.user_id = w.user_id AND d.state = 'ok' AND d.verified_at IS NOT NULL
        JOIN channels c ON c.name = d.channel AND c.is_on AND (c.everybody OR NOT d.by_default)
        LEFT JOIN escalations e
            ON (e.follow_up_id, e.run, e.step, e.repeat) = (w.follow_up_id, w.run, w.step, w.repeat)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN w.step = -5 THEN 'reminder' WHEN w.summary_of IS NULL THEN e.severity
                ELSE NULLIF(w.details ->> 'severity', 'assigned') END AS severity
        ) g
        WHERE w.read_at IS NULL AND (w.summary_of IS NULL OR w.audience = 'bundle') AND w.created_at = now()
            AND (g.severity IS DISTINCT FROM 'reminder' OR EXISTS (
                SELECT FROM notification_rules r
                WHERE r.channel = d.channel AND r.severity = 'reminder' AND r.mode <> 'never'
                    AND (r.user_id = w.user_id OR r.user_id IS NULL)));
    END IF;
    RETURN NULL;
END $$;

-- As in `webhooks/planning.sql`. An event has the comment as it was written; the history has only which one it is.

-- The type of an event, by an entry of a history; null: it is none.
CREATE OR REPLACE FUNCTION webhook_event_type(kind text, details jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind IN ('escalated', 'assignment_announced') THEN 'escalation.announced'
        WHEN kind = 'imported' THEN CASE
            WHEN details -> 'changes' IS NULL THEN 'follow_up.created'
            WHEN details #> '{changes,completed_at}' IS NULL THEN 'follow_up.changed'
            WHEN details #>> '{changes,completed_at,to}' IS NULL THEN 'follow_up.reopened'
            ELSE 'follow_up.completed' END
        WHEN kind IN ('created', 'completed', 'reopened', 'restored') THEN 'follow_up.' || kind
        WHEN kind IN ('commented', 'comment_edited', 'comment_deleted') THEN 'follow_up.commented'
        WHEN kind IN ('acknowledged', 'snoozed', 'waiting', 'resumed', 'hold_ended') THEN 'follow_up.held'
        ELSE 'follow_up.changed' END
$$;

-- What one statement writes goes out a hundred at a time: an import of 100,000 is a thousand events. What comes back
-- with a restored follow-up happened before.
CREATE OR REPLACE FUNCTION activities_plan_webhooks() RETURNS trigger LANGUAGE plpgsql
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
                'details', CASE WHEN said.comment IS NULL THEN w.details
                    ELSE w.details || jsonb_build_object('comment', said.comment) END)
            ) ORDER BY w.id))
        FROM wanted w JOIN follow_ups f ON f.id = w.follow_up_id
        LEFT JOIN LATERAL (
            SELECT jsonb_build_object('id', c.id, 'author_id', c.author_id, 'body', c.body, 'mentions', ARRAY(
                SELECT DISTINCT m.ids[1]::bigint
                FROM regexp_matches(c.body, '<@([1-9][0-9]{0,17})>', 'g') AS m (ids) ORDER BY 1)) AS comment
            FROM comments c
            WHERE w.type = 'follow_up.commented' AND c.id = (w.details ->> 'comment_id')::bigint
        ) said ON true
        GROUP BY w.type, w.part;
    END IF;
    RETURN NULL;
END $$;
