-- A summary of what was assigned says so in place of a severity: it is as grave as a single assignment.
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
            SELECT CASE WHEN w.summary_of IS NULL THEN e.severity ELSE NULLIF(w.details ->> 'severity', 'assigned') END
                AS severity
        ) g
        WHERE w.read_at IS NULL AND (w.summary_of IS NULL OR w.audience = 'bundle') AND w.created_at = now()
            AND (g.severity IS DISTINCT FROM 'reminder' OR EXISTS (
                SELECT FROM notification_rules r
                WHERE r.channel = d.channel AND r.severity = 'reminder' AND r.mode <> 'never'
                    AND (r.user_id = w.user_id OR r.user_id IS NULL)));
    END IF;
    RETURN NULL;
END $$;
