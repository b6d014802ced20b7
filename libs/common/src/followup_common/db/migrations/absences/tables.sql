-- When people are away, in whole days of their own time zone, and who stands in for them.

CREATE TABLE absences (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    substitute_id bigint,
    note text DEFAULT '' NOT NULL,
    set_by bigint,
    source text DEFAULT 'own' NOT NULL,
    -- When somebody said that they are back, before the last day was over.
    ended_at timestamp with time zone,
    -- When their return was noticed; `absences_settle` writes it, no service does.
    returned_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Kept by the trigger `absences_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_absences PRIMARY KEY (id),
    CONSTRAINT fk_absences_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_absences_substitute_id FOREIGN KEY (substitute_id) REFERENCES users (id),
    CONSTRAINT fk_absences_set_by FOREIGN KEY (set_by) REFERENCES users (id),
    CONSTRAINT ck_absences_days CHECK (first_day <= last_day),
    CONSTRAINT ck_absences_not_oneself CHECK (substitute_id <> user_id),
    CONSTRAINT ck_absences_source CHECK (source IN ('own', 'manager', 'import', 'ics')),
    -- As ranges of one number, so that no extension is needed to compare people.
    CONSTRAINT ex_absences_one_at_a_time EXCLUDE USING gist (
        int8range(user_id, user_id, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&
    ) WHERE (ended_at IS NULL)
);
CREATE INDEX ix_absences_user_id ON absences (user_id, first_day);
CREATE INDEX ix_absences_substitute_id ON absences (substitute_id) WHERE substitute_id IS NOT NULL;
CREATE INDEX ix_absences_last_day ON absences (last_day) WHERE ended_at IS NULL;
CREATE INDEX ix_absences_unnoticed ON absences (last_day) WHERE returned_at IS NULL;
CREATE TRIGGER absences_keep_version
    BEFORE UPDATE OF first_day, last_day, substitute_id, note, ended_at ON absences
    FOR EACH ROW EXECUTE FUNCTION subjects_keep_version();

-- Who is away now. The days of today anywhere on earth are at most one off that of UTC; two, so that the time zone
-- of a connection makes no difference.
CREATE VIEW absent_now AS
    SELECT a.id, a.user_id, a.substitute_id, a.last_day
    FROM absences a JOIN users u ON u.id = a.user_id
    WHERE a.ended_at IS NULL AND a.last_day >= current_date - 2 AND a.first_day <= current_date + 2
      AND (now() AT TIME ZONE u.time_zone)::date BETWEEN a.first_day AND a.last_day;

-- Those who are back since a minute, once each: the last of the absences that are over, and when the first of them
-- began. A minute, because a transaction that found them away may still be under way. Who is away again is not back.
-- Runs as the owner: the escalator has no right on absences.
CREATE FUNCTION absences_settle(at_most integer)
    RETURNS TABLE (absence_id bigint, user_id bigint, since timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH over AS (
        SELECT a.id FROM absences a JOIN users u ON u.id = a.user_id
        WHERE a.returned_at IS NULL AND (a.ended_at IS NOT NULL OR a.last_day <= current_date + 2)
          AND COALESCE(a.ended_at, (a.last_day + 1)::timestamp AT TIME ZONE u.time_zone) <= now() - interval '1 minute'
          AND NOT EXISTS (SELECT FROM absent_now n WHERE n.user_id = a.user_id)
        ORDER BY a.id LIMIT at_most FOR NO KEY UPDATE OF a SKIP LOCKED
    ), settled AS (
        UPDATE absences a SET returned_at = now() FROM over WHERE a.id = over.id
        RETURNING a.id, a.user_id, a.first_day
    )
    SELECT max(s.id), s.user_id, min(s.first_day)::timestamp AT TIME ZONE u.time_zone
    FROM settled s JOIN users u ON u.id = s.user_id GROUP BY s.user_id, u.time_zone ORDER BY 1
$$;
REVOKE EXECUTE ON FUNCTION absences_settle FROM PUBLIC;

-- In whose place somebody was told, and until when those are away. One that sums up what somebody was told without a
-- sound is about no single follow-up: it says what it sums up, and how many.
ALTER TABLE notifications
    ADD COLUMN for_user_id bigint,
    ADD COLUMN until date,
    ADD COLUMN summary_of bigint,
    ADD COLUMN details jsonb,
    ALTER COLUMN follow_up_id DROP NOT NULL,
    ALTER COLUMN run DROP NOT NULL,
    ALTER COLUMN step DROP NOT NULL,
    ALTER COLUMN policy_version_id DROP NOT NULL,
    ALTER COLUMN due_at DROP NOT NULL;
ALTER TABLE notifications ADD CONSTRAINT ck_notifications_about CHECK (
    num_nulls(follow_up_id, run, step, policy_version_id, due_at) = CASE WHEN summary_of IS NULL THEN 0 ELSE 5 END
) NOT VALID;

GRANT SELECT ON absences TO followup_api;
GRANT INSERT (user_id, first_day, last_day, substitute_id, note, set_by, source),
      UPDATE (first_day, last_day, substitute_id, note, ended_at), DELETE ON absences TO followup_api;
GRANT SELECT ON absent_now TO followup_api, followup_notifier, followup_escalator;
GRANT EXECUTE ON FUNCTION absences_settle TO followup_escalator;
