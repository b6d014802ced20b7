"""Writing notifications and activities, set by set."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.wakeups import wake_inboxes
from followup_common.policy import Recipient
from sqlalchemy import text

# A route is who is told, by everyone at the same step with the same assignee: a batch of a thousand
# has few, so they travel once and each row names its own.
ANNOUNCED = """
    unnest(CAST(:ids AS bigint[]), CAST(:steps AS smallint[]), CAST(:repeats AS smallint[]),
           CAST(:routes AS integer[])) AS a (follow_up_id, step, repeat, route)
    JOIN follow_ups f ON f.id = a.follow_up_id
"""

# "Nothing is said twice": the unique keys say so, not a look before.
LOG_ACTIVITY = text(f"""
    INSERT INTO activities (kind, follow_up_id, due_version, step, repeat, policy_version_id, details)
    SELECT 'escalated', f.id, f.due_version, a.step, a.repeat, f.policy_version_id,
        jsonb_build_object('due_at', f.due_at, 'recipients', CAST(:recipients AS jsonb) -> a.route)
    FROM {ANNOUNCED}
    ON CONFLICT (follow_up_id, due_version, step, repeat) WHERE step IS NOT NULL DO NOTHING
""")

NOTIFY_PEOPLE = text(f"""
    WITH told AS MATERIALIZED (
        SELECT route - 1 AS route, person.*
        FROM jsonb_array_elements(CAST(:recipients AS jsonb)) WITH ORDINALITY AS r (people, route),
            jsonb_to_recordset(r.people) AS person (user_id bigint, audience text, fallback text)
    ), written AS (
        INSERT INTO notifications
            (follow_up_id, due_version, step, repeat, policy_version_id, due_at, user_id, audience, fallback)
        SELECT f.id, f.due_version, a.step, a.repeat, f.policy_version_id, f.due_at,
            told.user_id, told.audience, told.fallback
        FROM {ANNOUNCED} JOIN told ON told.route = a.route
        ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
        RETURNING step
    )
    SELECT step, count(*) AS number FROM written GROUP BY step
""")

Route = tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """An escalation to write, and whom to tell of it."""

    follow_up_id: int
    step: int
    repeat: int
    route: Route


def write(tx: Transaction, announced: Sequence[Announcement]) -> Mapping[int, int]:
    """Write one activity an escalation and one notification a recipient.

    Returns how many notifications are new, by step.

    The follow-ups must be locked by this transaction: what is written about them is read from them.
    """
    if not announced:
        return {}
    routes = {route: number for number, route in enumerate({a.route: None for a in announced})}
    parameters = {
        "ids": int_array(a.follow_up_id for a in announced),
        "steps": int_array(a.step for a in announced),
        "repeats": int_array(a.repeat for a in announced),
        "routes": int_array(routes[a.route] for a in announced),
        "recipients": json.dumps([[asdict(recipient) for recipient in route] for route in routes]),
    }
    tx.execute(LOG_ACTIVITY, parameters)
    notified = {row.step: row.number for row in tx.execute(NOTIFY_PEOPLE, parameters)}
    wake_inboxes(tx, {recipient.user_id for route in routes for recipient in route})
    return notified
