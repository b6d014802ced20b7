-- One happening that tells somebody of many follow-ups is one delivery: that of the notification that sums them up. It
-- waits a little for what else the happening tells, and lists what is left when it is sent. The others are written as
-- read in the same transaction.
ALTER TABLE deliveries ALTER COLUMN follow_up_id DROP NOT NULL;
GRANT INSERT (next_at) ON deliveries TO followup_notifier;

CREATE OR REPLACE FUNCTION notifications_plan_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM channels WHERE is_on) THEN
        INSERT INTO deliveries (notification_id, user_id, follow_up_id, destination_id, channel, next_at)
        SELECT w.id, w.user_id, w.follow_up_id, d.id, d.channel,
            CASE WHEN w.summary_of IS NULL THEN now() ELSE now() + interval '15 seconds' END
        FROM written w
        JOIN destinations d ON d.user_id = w.user_id AND d.state = 'ok' AND d.verified_at IS NOT NULL
        JOIN channels c ON c.name = d.channel AND c.is_on AND (c.everybody OR NOT d.by_default)
        LEFT JOIN escalations e
            ON (e.follow_up_id, e.run, e.step, e.repeat) = (w.follow_up_id, w.run, w.step, w.repeat)
        WHERE w.read_at IS NULL AND (w.summary_of IS NULL OR w.audience = 'bundle') AND w.created_at = now()
            AND CASE WHEN w.summary_of IS NULL THEN e.severity ELSE w.details ->> 'severity' END
                IS DISTINCT FROM 'reminder';
    END IF;
    RETURN NULL;
END $$;
