"""Whether something has stopped a delivery before it began."""

from __future__ import annotations

from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.policy import Fallback, holds_of
from followup_common.policy.audiences import ASSIGNEE, OnTheLine, audience_of
from sqlalchemy import Row, text

HOLD = text("SELECT FROM escalation_states_hold(ARRAY[CAST(:follow_up_id AS bigint)])")

# Behind HOLD, in a statement of its own, so that it sees what was committed until the state was free.
STATE = text("""
    WITH RECURSIVE line AS (
        SELECT u.id, u.manager_id FROM escalation_states s JOIN users u ON u.id = s.assignee_id
        WHERE s.follow_up_id = :follow_up_id
        UNION
        SELECT u.id, u.manager_id FROM line JOIN users u ON u.id = line.manager_id
    )
    SELECT n.run, n.step, n.repeat, n.audience, n.fallback, n.read_at IS NOT NULL AS is_read, u.active,
        d.state = 'ok' AS is_open_to, s.is_open, s.run AS present_run, s.holds, now() AS now,
        s.assignee_id = COALESCE(n.for_user_id, n.user_id) AS is_assignee,
        EXISTS (SELECT FROM line WHERE line.id = COALESCE(n.for_user_id, n.user_id)) AS is_on_line,
        EXISTS (
            SELECT FROM notifications later
            WHERE n.step > 0 AND later.follow_up_id = n.follow_up_id AND later.run = n.run
                AND later.user_id = n.user_id AND (later.step, later.repeat) > (n.step, n.repeat)
        ) AS is_overtaken
    FROM notifications n
    JOIN users u ON u.id = n.user_id
    JOIN destinations d ON d.id = :destination_id
    JOIN escalation_states s ON s.follow_up_id = n.follow_up_id
    WHERE n.user_id = :user_id AND n.id = :notification_id
""")


HOLDER = "holder"
"""Who is told that a hold of theirs is over."""


class Stop(NamedTuple):
    """Why a delivery does not begin.

    Args:
        state: of the delivery from now on.
        reason: for people.
    """

    state: str
    reason: str


def stop(
    tx: Transaction, notification_id: int, user_id: int, follow_up_id: int, destination_id: int
) -> Stop | None:
    """What has stopped a delivery; None: nothing has, and nothing can until the transaction ends."""
    tx.execute(HOLD, {"follow_up_id": follow_up_id})
    keys = {
        "notification_id": notification_id,
        "user_id": user_id,
        "follow_up_id": follow_up_id,
        "destination_id": destination_id,
    }
    row = tx.execute(STATE, keys).one_or_none()
    reason = "deleted" if row is None else _reason(row, user_id)
    return Stop("suppressed", reason) if reason else None


def _reason(row: Row[Any], user_id: int) -> str | None:
    if not row.is_open:
        return "completed"
    if row.present_run != row.run:
        return "rescheduled"
    if _is_reassigned(row):
        return "reassigned"
    if held := _held(row, user_id):
        return held
    reasons = {
        "read": row.is_read,
        "overtaken by a later step": row.is_overtaken,
        "inactive": not row.active,
        "switched off": not row.is_open_to,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _is_reassigned(row: Row[Any]) -> bool:
    """Whether who is meant is no longer told of it, now that it is somebody else's."""
    if row.step == 0:
        return not row.is_assignee
    if row.audience == HOLDER or row.fallback == Fallback.ADMINS:
        return False
    if not isinstance(audience_of(row.audience), OnTheLine):
        return False
    if row.audience == str(ASSIGNEE) and row.fallback != Fallback.UP_THE_LINE:
        return not row.is_assignee
    return not row.is_on_line


def _held(row: Row[Any], user_id: int) -> str | None:
    holds = holds_of(row.holds, row.run)
    if holds is None or row.step <= 0:
        return None
    if holds.waits_until(row.now):
        return "waiting"
    return "snoozed" if user_id in holds.silenced(row.step, row.now) else None
