-- What may leave the house is planned at once; when it goes, the dispatcher computes (`followup_common.policy.delivery`).
-- Of reminders only what somebody's rule lets go. What has no severity is as grave as what is overdue: an assignment,
-- or that a wait or a snooze is over.
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
            SELECT CASE WHEN w.summary_of IS NULL THEN e.severity ELSE w.details ->> 'severity' END AS severity
        ) g
        WHERE w.read_at IS NULL AND (w.summary_of IS NULL OR w.audience = 'bundle') AND w.created_at = now()
            AND (g.severity IS DISTINCT FROM 'reminder' OR EXISTS (
                SELECT FROM notification_rules r
                WHERE r.channel = d.channel AND r.severity = 'reminder' AND r.mode <> 'never'
                    AND (r.user_id = w.user_id OR r.user_id IS NULL)));
    END IF;
    RETURN NULL;
END $$;

-- What is held goes by another clock once somebody has another time zone.
CREATE FUNCTION users_look_again() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE deliveries SET next_at = now()
    WHERE user_id = NEW.id AND held_until = next_at AND ended_at IS NULL AND held_until IS NOT NULL;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION users_look_again FROM PUBLIC;

CREATE TRIGGER users_look_again AFTER UPDATE OF time_zone ON users FOR EACH ROW
    WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION users_look_again();
