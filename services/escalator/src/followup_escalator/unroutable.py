"""Escalations that found nobody to tell are raised again once somebody can be told."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction
from sqlalchemy import text

# Whom a step can reach: an active admin is reached by every audience in the end; of the line of people
# above the assignee, each audience but `admins` reaches those from its own height on.
TAKE = text("""
    WITH taken AS (
        SELECT e.follow_up_id, e.due_version, e.step, e.repeat
        FROM escalations e
        JOIN follow_ups f ON f.id = e.follow_up_id AND f.due_version = e.due_version AND f.is_open
        JOIN policy_versions p ON p.id = e.policy_version_id
        WHERE e.status = 'unroutable' AND e.step = f.level AND (
            EXISTS (SELECT FROM users u WHERE u.active AND u.role = 'admin')
            OR EXISTS (
                WITH RECURSIVE line AS (
                    SELECT u.id, u.manager_id, u.active, 0 AS height FROM users u WHERE u.id = f.assignee_id
                    UNION ALL
                    SELECT u.id, u.manager_id, u.active, line.height + 1
                    FROM users u JOIN line ON u.id = line.manager_id
                ) CYCLE id SET closed USING path
                SELECT FROM line WHERE active AND NOT closed AND height >= (
                    SELECT min(CASE audience WHEN 'assignee' THEN 0 WHEN 'manager' THEN 1
                        ELSE CAST(substring(audience FROM '[0-9]') AS integer) END)
                    FROM jsonb_array_elements_text(p.steps -> (e.step - 1) -> 'audience') audience
                    WHERE audience <> 'admins')
            )
        )
        ORDER BY e.raised_at LIMIT :limit
        FOR UPDATE OF e SKIP LOCKED
    )
    UPDATE escalations e SET status = 'raised' FROM taken t
    WHERE (e.follow_up_id, e.due_version, e.step, e.repeat)
        = (t.follow_up_id, t.due_version, t.step, t.repeat)
    RETURNING e.follow_up_id, e.due_version, e.step, e.repeat
""")


def raise_again(tx: Transaction, limit: int) -> Iterator[EscalationsRaised]:
    """Take up to `limit` unroutable escalations that are current and can be routed now."""
    rows = tx.execute(TAKE, {"limit": limit}).mappings().all()
    if rows:
        yield EscalationsRaised.of(None, (EscalationKey.model_validate(dict(row)) for row in rows))
