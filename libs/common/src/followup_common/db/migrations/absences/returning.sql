-- Those who are back since a minute, once each: the last of the absences that are over, and since when they cannot
-- have heard of anything: not before the first of them was planned, so that what was summed up after one return is
-- not summed up again after the next on the same day; a transaction that found them away may have begun a minute
-- before that. Where it was planned by a clock that was ahead, that says
-- nothing. A minute, because a transaction that found them away may still be under way. Who is away again, or was
-- until a moment ago, is not back yet: all is summed up in one. Where somebody came back by a clock that was ahead,
-- they are back once it is set back.
CREATE OR REPLACE FUNCTION absences_settle(at_most integer)
    RETURNS TABLE (absence_id bigint, user_id bigint, since timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH over AS (
        SELECT a.id FROM absences a JOIN users u ON u.id = a.user_id
        WHERE a.returned_at IS NULL AND (a.ended_at IS NOT NULL OR a.last_day <= current_date + 2)
          AND COALESCE(a.ended_at, (a.last_day + 1)::timestamp AT TIME ZONE u.time_zone)
              NOT BETWEEN now() - interval '1 minute' AND
                  CASE WHEN a.ended_at IS NULL THEN 'infinity' ELSE now() + interval '1 minute' END
          AND NOT EXISTS (SELECT FROM absent_now n WHERE n.user_id = a.user_id)
          AND NOT EXISTS (
            SELECT FROM absences o WHERE o.user_id = a.user_id AND o.returned_at IS NULL
              AND o.ended_at BETWEEN now() - interval '1 minute' AND now() + interval '1 minute')
        ORDER BY a.id LIMIT at_most FOR NO KEY UPDATE OF a SKIP LOCKED
    ), settled AS (
        UPDATE absences a SET returned_at = now() FROM over WHERE a.id = over.id
        RETURNING a.id, a.user_id, a.first_day, CASE
            WHEN a.created_at <= least(now(), (SELECT c.at FROM slow_clock c)) THEN a.created_at END - interval '1 minute' AS planned_at
    )
    SELECT max(s.id), s.user_id, min(greatest(s.first_day::timestamp AT TIME ZONE u.time_zone, s.planned_at))
    FROM settled s JOIN users u ON u.id = s.user_id GROUP BY s.user_id ORDER BY 1
$$;
