"""Escalations that found nobody to tell are raised again once somebody can be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.directory import load_directory
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.policy import Policy, recipients
from sqlalchemy import Row, text

# Those of completed runs, and of steps that a later one has followed, have nothing left to say.
CURRENT = """
    FROM escalations e JOIN escalation_states s
        ON s.follow_up_id = e.follow_up_id AND s.is_open
            AND (s.run, s.step, s.repeat) = (e.run, e.step, e.repeat)
"""

# Whether nobody has been told of the run before: what the notifier passed over is recorded as skipped.
FIRST = """
    (s.already_told IS NULL AND NOT EXISTS (
        SELECT FROM escalations earlier
        WHERE earlier.follow_up_id = e.follow_up_id AND earlier.run = e.run AND earlier.status = 'raised'
            AND (earlier.step, earlier.repeat) < (e.step, e.repeat)))
"""

ROUTES = text(f"""
    SELECT DISTINCT s.assignee_id, e.policy_version_id, e.step, {FIRST} AS first {CURRENT}
    WHERE e.status = 'unroutable'
""")

TAKE = text(f"""
    WITH taken AS (
        SELECT e.follow_up_id, e.run, e.step, e.repeat {CURRENT}
        WHERE e.status = 'unroutable' AND (s.assignee_id, e.policy_version_id, e.step, {FIRST}) IN (
            SELECT * FROM unnest(CAST(:assignees AS bigint[]), CAST(:policies AS bigint[]),
                                 CAST(:steps AS smallint[]), CAST(:firsts AS boolean[])))
        ORDER BY e.raised_at LIMIT :limit
        FOR UPDATE OF e SKIP LOCKED
    )
    UPDATE escalations e SET status = 'raised' FROM taken t
    WHERE (e.follow_up_id, e.run, e.step, e.repeat)
        = (t.follow_up_id, t.run, t.step, t.repeat)
    RETURNING e.follow_up_id, e.run, e.step, e.repeat
""")


def raise_again(tx: Transaction, limit: int) -> Iterator[EscalationsRaised]:
    """Take up to `limit` unroutable escalations that are current and can be routed now."""
    found = _routable(tx, tx.execute(ROUTES).all())
    if not found:
        return
    assignees, policies, steps, firsts = zip(*found, strict=True)
    parameters = {
        **{"assignees": int_array(assignees), "policies": int_array(policies), "steps": int_array(steps)},
        **{"firsts": list(firsts), "limit": limit},
    }
    rows = tx.execute(TAKE, parameters).mappings().all()
    if rows:
        yield EscalationsRaised.of(None, (EscalationKey.model_validate(dict(row)) for row in rows))


def _routable(tx: Transaction, routes: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Those on which there is somebody to tell. One whose policy cannot be read waits."""
    if not routes:
        return []
    policies = load_policies(tx, {route.policy_version_id for route in routes})
    readable = [
        policy
        for number in {route.policy_version_id for route in routes}
        if isinstance(policy := policies[number], Policy)
    ]
    directory = load_directory(tx, {route.assignee_id for route in routes}, readable)
    found = []
    for route in routes:
        policy = policies[route.policy_version_id]
        if isinstance(policy, PolicyUnreadable):
            continue
        if recipients(policy.tells(route.step, first=route.first), route.assignee_id, directory):
            found.append(route)
    return found
