"""Escalations that found nobody to tell are raised again once somebody can be told."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction
from sqlalchemy import text

# Whom a step can reach: an active admin is reached by every audience in the end, the line of people
# above the assignee by every audience but `admins`.
TAKE = text("""
    WITH taken AS (
        SELECT e.follow_up_id, e.due_version, e.step, e.repeat
        FROM escalations e
        JOIN follow_ups f ON f.id = e.follow_up_id AND f.due_version = e.due_version AND f.is_open
        JOIN policy_versions p ON p.id = e.policy_version_id
        WHERE e.status = 'unroutable' AND e.step = f.level AND (
            EXISTS (SELECT FROM users u WHERE u.active AND u.role = 'admin')
            OR (p.steps -> (e.step - 1) -> 'audience' <> '["admins"]' AND EXISTS (
                WITH RECURSIVE line AS (
                    SELECT u.id, u.manager_id, u.active FROM users u WHERE u.id = f.assignee_id
                    UNION
                    SELECT u.id, u.manager_id, u.active FROM users u JOIN line ON u.id = line.manager_id
                ) SELECT FROM line WHERE active AND (
                    id <> f.assignee_id OR p.steps -> (e.step - 1) -> 'audience' ? 'assignee')
            ))
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
        keys = tuple(EscalationKey.model_validate(dict(row)) for row in rows)
        yield EscalationsRaised(sweep_id=None, escalations=keys)
