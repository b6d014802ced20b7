-- Until which day holidays of a calendar are known, and on which day they were last looked for. Null: what people
-- changed meanwhile is to be looked at again.
ALTER TABLE calendars ADD COLUMN holidays_until date, ADD COLUMN holidays_tried_on date;

CREATE OR REPLACE FUNCTION calendars_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    NEW.holidays_until := NULL;
    NEW.holidays_tried_on := NULL;
    RETURN NEW;
END $$;

-- Takes the holidays of a calendar that are known now, from today up to a day: what people removed stays removed, and
-- own and imported days are left alone, as is the past. A calendar gets a new version, is worked out again and has an
-- entry in the audit log only where a day changes that it has been worked out for. Without `days` it is only noted
-- that nothing is known. Returns how many days came or went; null where somebody changed the calendar since it was
-- `seen`, or does so right now. Runs as the owner: the escalator has no right on calendars.
CREATE FUNCTION calendars_refresh_holidays(calendar bigint, seen integer, days date[], names text[], known_until date)
    RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept calendars;
    gone date[];
    added date[];
BEGIN
    SELECT * INTO kept FROM calendars c WHERE c.id = calendar AND c.version = seen FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF days IS NULL THEN
        UPDATE calendars SET holidays_tried_on = current_date WHERE id = calendar;
        RETURN 0;
    END IF;

    gone := ARRAY(
        SELECT d.day FROM calendar_days d
        WHERE d.calendar_id = calendar AND d.source = 'holidays' AND NOT d.removed
            AND d.day >= current_date AND d.day <> ALL(days)
        ORDER BY d.day);
    DELETE FROM calendar_days d WHERE d.calendar_id = calendar AND d.source = 'holidays' AND d.day = ANY(gone);
    added := ARRAY(
        SELECT known.day FROM unnest(days) known (day)
        WHERE known.day >= current_date AND NOT EXISTS (
            SELECT FROM calendar_days d
            WHERE d.calendar_id = calendar AND d.source = 'holidays' AND d.day = known.day)
        ORDER BY known.day);
    INSERT INTO calendar_days (calendar_id, day, source, name)
    SELECT calendar, known.day, 'holidays', known.name
    FROM unnest(days, names) known (day, name) WHERE known.day >= current_date
    ON CONFLICT ON CONSTRAINT pk_calendar_days DO UPDATE SET name = EXCLUDED.name
        WHERE calendar_days.name <> EXCLUDED.name;

    IF kept.last_day >= ANY(added || gone) THEN
        UPDATE calendars SET name = name WHERE id = calendar;
        PERFORM calendar_work_out(calendar, kept.first_day, kept.last_day);
        INSERT INTO audit_log (action, target, details)
        VALUES ('calendar.holidays-refreshed', 'calendars/' || calendar, jsonb_build_object(
            'name', kept.name, 'added', to_jsonb(added), 'gone', to_jsonb(gone), 'by', 'holidays'));
    END IF;
    UPDATE calendars SET holidays_until = known_until, holidays_tried_on = current_date WHERE id = calendar;
    RETURN cardinality(added) + cardinality(gone);
END $$;
REVOKE EXECUTE ON FUNCTION calendars_refresh_holidays FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calendars_refresh_holidays TO followup_escalator;
