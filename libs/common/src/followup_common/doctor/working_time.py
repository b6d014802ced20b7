"""Calendars and policies under examination: can what counts in working time be computed, and told?"""

from __future__ import annotations

from sqlalchemy import text

from followup_common.db import Transaction
from followup_common.db.policies import load_policies
from followup_common.doctor.findings import Finding
from followup_common.policy import Policy

NAMED = 5
AHEAD_DAYS = 365
"""The escalator keeps two years ahead of each calendar: with one it has not done so for long."""
MOVE_ON = (
    "Start the scheduler and the escalator: each tick of the outbox works a calendar out again. One without "
    "open hours needs some: `PUT /api/v1/calendars/{id}`."
)
OTHERS = "Publish the policy with somebody else in their place, or let them be active again."
SHORT = text("""
    SELECT name FROM calendars c
    WHERE archived_at IS NULL AND (last_day IS NULL OR last_day < current_date + :ahead OR NOT EXISTS (
        SELECT FROM calendar_spans s WHERE s.calendar_id = c.id AND s.ends_at > now()))
    ORDER BY name
""").bindparams(ahead=AHEAD_DAYS)
IN_FORCE = text("SELECT DISTINCT ON (policy_id) id FROM policy_versions ORDER BY policy_id, version DESC")
ACTIVE = text("SELECT id FROM users WHERE active AND id = ANY(CAST(:ids AS bigint[]))")


def examine_calendars(tx: Transaction) -> Finding:
    """Whether each calendar in use has open hours ahead, as far as steps may lie."""
    found = list(tx.execute(SHORT).scalars())
    if not found:
        return Finding("calendars", "each has open hours ahead, and is worked out for a year at least")
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return Finding("calendars", f"not worked out far enough: {', '.join(found[:NAMED])}{more}", MOVE_ON)


def examine_policies(tx: Transaction) -> Finding:
    """Whether everyone whom the newest versions of policies name is active."""
    newest = tx.execute(IN_FORCE).scalars().all()
    known = load_policies(tx, newest)
    policies = [policy for number in newest if isinstance(policy := known[number], Policy)]
    named = {user_id for policy in policies for user_id in policy.named_users}
    gone = sorted(named - set(tx.execute(ACTIVE, {"ids": list(named)}).scalars()))
    if not gone:
        return Finding("policies", "everyone whom they name is active")
    return Finding("policies", f"they name users who are not active: {', '.join(map(str, gone))}", OTHERS)
