"""What sums up single notifications that nobody has heard: of what one sweep or one change told somebody, of
hand-overs, and on somebody's return. Nobody reads anything in a round.
"""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.db import Transaction
from sqlalchemy import text

# Whatever was written as read has one that sums it up, which is heard, or found by who is away.
OF_HAND_OVERS = text("""
    SELECT n.user_id, n.details ->> 'hand_over' AS hand_over, count(*) AS number FROM notifications n
    WHERE n.details ? 'hand_over' AND n.follow_up_id IS NOT NULL AND n.read_at IS NOT NULL
        AND n.fallback IS DISTINCT FROM 'absent' AND NOT EXISTS (
            SELECT FROM notifications s
            WHERE s.user_id = n.user_id AND s.summary_of = (n.details ->> 'hand_over')::bigint
                AND s.audience = CASE (n.details ->> 'back')::boolean
                    WHEN true THEN 'handed_back' ELSE 'handed_over' END)
    GROUP BY 1, 2 ORDER BY 1, 2
""")
# Everybody is back by now. A clock that was ahead says nothing of when something was written, and what a
# restoration has written again was written before.
NOT_SUMMED_UP = text("""
    SELECT n.user_id, count(*) AS number, min(n.created_at) AS first FROM notifications n
    WHERE n.fallback = 'absent' AND least(n.created_at, pg_xact_commit_timestamp(n.xmin)) > COALESCE((
        SELECT max(pg_xact_commit_timestamp(s.xmin)) FROM notifications s
        WHERE s.user_id = n.user_id AND s.audience = 'returned'
    ), '-infinity')
    GROUP BY 1 ORDER BY 1
""")
# Each is said by one return: what that one says it found bears its number, and was deleted since or is there.
SUMMED_UP_TWICE = text("""
    WITH missed AS (
        SELECT user_id, bundle, follow_up_id, step FROM notifications WHERE fallback = 'absent'
        UNION ALL
        SELECT n.user_id, n.bundle, n.follow_up_id, n.step
        FROM deleted_follow_ups d, jsonb_to_recordset(d.history -> 'notifications')
            AS n (user_id bigint, bundle bigint, follow_up_id bigint, step smallint, fallback text)
        WHERE n.fallback = 'absent'
    )
    SELECT s.user_id, s.details ->> 'since' AS since, said.number - found.number AS number
    FROM notifications s
    CROSS JOIN LATERAL (
        SELECT (s.details ->> 'escalated')::bigint + (s.details ->> 'assigned')::bigint AS number
    ) said
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT m.follow_up_id) FILTER (WHERE m.step > 0)
            + count(DISTINCT m.follow_up_id) FILTER (WHERE m.step = 0) AS number
        FROM missed m WHERE m.user_id = s.user_id AND m.bundle = s.summary_of
    ) found
    WHERE s.audience = 'returned' AND said.number > found.number
    ORDER BY s.user_id, s.id
""")
# What was written as read, and to somebody who was there, is told by a summary that is heard.
UNHEARD = text("""
    SELECT n.user_id, n.bundle, count(*) AS number FROM notifications n
    WHERE n.follow_up_id IS NOT NULL AND n.read_at IS NOT NULL AND n.fallback IS DISTINCT FROM 'absent'
        AND NOT COALESCE(n.details ? 'hand_over', false) AND NOT EXISTS (
            SELECT FROM notifications s WHERE s.user_id = n.user_id AND s.audience = 'bundle'
                AND s.summary_of = n.bundle AND s.read_at IS NULL)
    GROUP BY 1, 2 ORDER BY 1, 2
""")
SAID_AGAIN = text("""
    SELECT user_id, details ->> 'happening' AS happening, details ->> 'severity' AS severity,
        count(*) - 1 AS number
    FROM notifications WHERE audience = 'bundle' GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 1, 2, 3
""")
# What one sweep told somebody at once, by what the escalator asked for, the policy, and what was logged with
# it: one by itself, more than that only together. What was told before the others, and was deleted
# until a restoration wrote it again, is heard as it was.
ONE_BY_ONE = text("""
    WITH raised AS (
        SELECT ids.id::bigint AS follow_up_id, runs.run::integer, steps.step::integer,
            repeats.repeat::integer, min(payload ->> 'sweep_id') AS sweep
        FROM public.fault_raised o,
            jsonb_array_elements_text(payload -> 'follow_up_ids') WITH ORDINALITY AS ids (id, number)
            JOIN jsonb_array_elements_text(payload -> 'runs') WITH ORDINALITY AS runs (run, number)
                USING (number)
            JOIN jsonb_array_elements_text(payload -> 'steps') WITH ORDINALITY AS steps (step, number)
                USING (number)
            JOIN jsonb_array_elements_text(payload -> 'repeats') WITH ORDINALITY AS repeats (repeat, number)
                USING (number)
        GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT payload -> 'sweep_id') = 1
    )
    SELECT n.user_id, r.sweep, v.steps -> (n.step - 1) ->> 'severity' AS severity, count(*) AS told,
        count(*) FILTER (WHERE n.read_at IS NULL) AS number
    FROM raised r JOIN notifications n USING (follow_up_id, run, step, repeat)
    JOIN policy_versions v ON v.id = n.policy_version_id
    JOIN activities a ON a.follow_up_id = n.follow_up_id AND a.created_at = n.created_at
        AND a.kind = 'escalated'
    WHERE r.sweep IS NOT NULL AND n.fallback IS DISTINCT FROM 'absent' AND NOT EXISTS (
        SELECT FROM activities b
        WHERE b.follow_up_id = n.follow_up_id AND b.kind = 'restored' AND b.xmin = n.xmin)
    GROUP BY 1, 2, 3 HAVING count(*) > 1 AND bool_or(n.read_at IS NULL) ORDER BY 1, 2, 3
""")


def failures(tx: Transaction) -> Iterator[tuple[str, int, str]]:
    """Everything that is wrong with summaries: (kind of failure, how many, what)."""
    for row in tx.execute(UNHEARD):
        yield "lost", row.number, f"person {row.user_id} has not heard of bundle {row.bundle}"
    for row in tx.execute(SAID_AGAIN):
        what = f"{row.happening} of {row.severity}"
        yield "duplicated", row.number, f"person {row.user_id} has several summaries of {what}"
    for row in tx.execute(ONE_BY_ONE):
        what = f"{row.number} of {row.told} ({row.severity}) of sweep {row.sweep}"
        yield "duplicated", row.number, f"person {row.user_id} heard {what} one by one"
    for row in tx.execute(OF_HAND_OVERS):
        yield "lost", row.number, f"person {row.user_id} has not heard of hand-over {row.hand_over}"
    for row in tx.execute(NOT_SUMMED_UP):
        yield "lost", row.number, f"person {row.user_id} has not heard what they missed since {row.first}"
    for row in tx.execute(SUMMED_UP_TWICE):
        what = f"{row.number} of what they missed from {row.since} on"
        yield "duplicated", row.number, f"person {row.user_id} heard twice {what}"
