-- When the clocks of a zone show a time: of one that they show twice the first or the last instant, of one that
-- they skip the minute at which they are set forward. PostgreSQL itself takes the last of two, and moves what is
-- skipped forward by as much as the clocks are.
CREATE FUNCTION calendar_shown(wall timestamp, zone text, last boolean) RETURNS timestamptz
    LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
    day CONSTANT interval := '24 hours'; -- of 1 day the session's own time zone would make another length
    read CONSTANT timestamptz := wall AT TIME ZONE zone;
    skipped CONSTANT interval := (read AT TIME ZONE zone) - wall;
    first timestamptz;
BEGIN
    IF (read - day) AT TIME ZONE zone = wall - day AND (read + day) AT TIME ZONE zone = wall + day THEN
        RETURN read; -- the clocks are left alone around it, as on most days
    ELSIF skipped > '0' THEN
        RETURN (
            SELECT min(minute) FROM generate_series(read - skipped, read, interval '1 minute') minute
            WHERE minute AT TIME ZONE zone >= wall
        );
    END IF;
    first := read - (((read - day) AT TIME ZONE zone) - (wall - day));
    RETURN CASE WHEN NOT last AND first < read AND first AT TIME ZONE zone = wall THEN first ELSE read END;
END $$;

-- Works a calendar out: writes the spans in which it is open on these days, in place of those that it had. The
-- rules are those of `policy/hours.py`; a test holds both against each other. Runs as the owner: nobody else
-- writes spans.
CREATE FUNCTION calendar_work_out(calendar bigint, since date, until date) RETURNS bigint LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE calendars SET first_day = since, last_day = until WHERE id = calendar;
    DELETE FROM calendar_spans WHERE calendar_id = calendar;
    WITH decided AS MATERIALIZED (
        SELECT DISTINCT ON (day) day, opens, closes
        FROM calendar_days WHERE calendar_id = calendar AND NOT removed
        ORDER BY day, array_position('{own,ics,holidays}', source)
    ), ranges AS (
        SELECT day, h.opens, h.closes
        FROM (SELECT since + number FROM generate_series(0, until - since) number) days (day)
        JOIN calendar_hours h ON h.calendar_id = calendar AND h.weekday = extract(isodow FROM day)
        WHERE day NOT IN (SELECT day FROM decided)
        UNION ALL
        SELECT day, own.opens, own.closes
        FROM decided, unnest(decided.opens, decided.closes) own (opens, closes)
        WHERE day BETWEEN since AND until
    ), placed AS (
        SELECT day + opens AS opens,
            CASE WHEN closes <= opens THEN day + 1 ELSE day END + closes AS closes,
            CASE WHEN closes <= opens AND day + 1 IN (SELECT day FROM decided WHERE opens = '{}')
                THEN (day + 1)::timestamp END AS midnight
        FROM ranges
    ), pieces AS (
        SELECT calendar_shown(opens, time_zone, false) AS starts,
            least(calendar_shown(closes, time_zone, true), calendar_shown(midnight, time_zone, false)) AS ends
        FROM placed, calendars WHERE calendars.id = calendar
    ), open AS (
        SELECT unnest(range_agg(tstzrange(starts, ends))) AS span FROM pieces WHERE starts < ends
    ), written AS (
        INSERT INTO calendar_spans (calendar_id, starts_at, ends_at)
        SELECT calendar, lower(span), upper(span) FROM open RETURNING 1
    )
    SELECT count(*) FROM written
$$;

REVOKE EXECUTE ON FUNCTION calendar_work_out FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calendar_work_out TO followup_api;
