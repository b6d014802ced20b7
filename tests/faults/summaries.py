"""What sums up single notifications that nobody has heard: of hand-overs, and on somebody's return."""

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
# What was found after one return is not said again after the next. An absence that was planned by a clock
# that was ahead is summed up from its first day on.
SUMMED_UP_TWICE = text("""
    SELECT user_id, since, before FROM (
        SELECT s.user_id, (s.details ->> 'since')::timestamptz AS since,
            lag(pg_xact_commit_timestamp(a.xmin)) OVER (PARTITION BY s.user_id ORDER BY s.id) AS before
        FROM notifications s JOIN absences a ON a.id = s.summary_of WHERE s.audience = 'returned'
    ) returns
    WHERE since < before - interval '70 seconds' AND NOT EXISTS (
        SELECT FROM absences a
        WHERE a.user_id = returns.user_id AND a.created_at > pg_xact_commit_timestamp(a.xmin))
    ORDER BY 1, 2
""")


def failures(tx: Transaction) -> Iterator[tuple[str, int, str]]:
    """Everything that is wrong with summaries: (kind of failure, how many, what)."""
    for row in tx.execute(OF_HAND_OVERS):
        yield "lost", row.number, f"person {row.user_id} has not heard of hand-over {row.hand_over}"
    for row in tx.execute(NOT_SUMMED_UP):
        yield "lost", row.number, f"person {row.user_id} has not heard what they missed since {row.first}"
    for row in tx.execute(SUMMED_UP_TWICE):
        yield "duplicated", 1, f"person {row.user_id} heard twice what they missed from {row.since} on"
