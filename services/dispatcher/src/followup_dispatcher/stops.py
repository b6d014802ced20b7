"""Whether something has stopped a delivery before it began."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from followup_common.comments import MENTIONED
from followup_common.db import Transaction
from followup_common.policy import Fallback, holds_of
from followup_common.policy.audiences import ASSIGNEE, OnTheLine, audience_of
from sqlalchemy import Row, text

HOLD = text("SELECT FROM escalation_states_hold(CAST(:follow_up_ids AS bigint[]))")
HOLD_FREE = text("SELECT escalation_states_hold_free(CAST(:follow_up_ids AS bigint[]))")

# Behind HOLD, in a statement of its own, so that it sees what was committed until the states were free.
STATES = text("""
    SELECT n.id, n.user_id, n.run, n.step, n.repeat, n.audience, n.fallback, s.is_open,
        s.run AS present_run, s.holds, now() AS now,
        s.assignee_id = COALESCE(n.for_user_id, n.user_id) AS is_assignee,
        EXISTS (
            WITH RECURSIVE line AS (
                SELECT u.id, u.manager_id FROM users u WHERE u.id = s.assignee_id
                UNION
                SELECT u.id, u.manager_id FROM line JOIN users u ON u.id = line.manager_id
            )
            SELECT FROM line WHERE line.id = COALESCE(n.for_user_id, n.user_id)
        ) AS is_on_line,
        EXISTS (SELECT FROM users u WHERE u.id = n.for_user_id AND u.role = 'admin') AS is_for_admin,
        n.step <= -4 AND (
            EXISTS (SELECT FROM users u WHERE u.id = n.user_id AND u.role = 'admin')
            OR EXISTS (
                SELECT FROM notifications o
                WHERE o.user_id = n.user_id AND o.follow_up_id = n.follow_up_id
                    AND (o.audience ~ '^(user|role)[(]' OR o.fallback = 'substitute'))
            OR EXISTS (
                SELECT FROM notifications o JOIN hand_over_items i ON i.hand_over_id = o.summary_of
                WHERE o.user_id = n.user_id AND o.audience = 'handed_away'
                    AND i.follow_up_id = n.follow_up_id)
        ) AS sees_it_besides,
        EXISTS (
            SELECT FROM notifications later
            WHERE n.step > 0 AND later.follow_up_id = n.follow_up_id AND later.run = n.run
                AND later.user_id = n.user_id AND (later.step, later.repeat) > (n.step, n.repeat)
        ) AS is_overtaken
    FROM unnest(CAST(:user_ids AS bigint[]), CAST(:ids AS bigint[])) AS told (user_id, id)
    JOIN notifications n ON (n.user_id, n.id) = (told.user_id, told.id)
    JOIN escalation_states s ON s.follow_up_id = n.follow_up_id
""")

HOLDER = "holder"
"""Who is told that a hold of theirs is over."""
UP_THE_LINE = frozenset({Fallback.UP_THE_LINE, Fallback.SUBSTITUTE})
"""Who is told as the assignee may be above them: themselves, or in place of somebody who is."""
OUT_OF_SIGHT = "not theirs to see any more"
DELETED = "deleted"
READ = "read"
OVERTAKEN = "overtaken by a later step"


class Told(NamedTuple):
    """A notification of one follow-up to somebody."""

    user_id: int
    id: int
    follow_up_id: int


def out_of_reach(row: Row[Any]) -> str | None:
    """Why somebody is not to be reached about a notification, whatever it says; None: they are.

    Args:
        row: the delivery, with what it tells and where it goes.
    """
    reasons = {DELETED: row.is_deleted, READ: row.is_read}
    return next((reason for reason, applies in reasons.items() if applies), None) or person_out_of_reach(row)


def person_out_of_reach(row: Row[Any]) -> str | None:
    """Why somebody is not to be reached at a destination at all; None: they are."""
    reasons = {"inactive": row.active is False, "switched off": not row.is_open_to}
    return next((reason for reason, applies in reasons.items() if applies), None)


def hold(tx: Transaction, first: int, along: Collection[int]) -> Collection[int]:
    """Hold the state of a follow-up, and with it those of others that nobody else holds; returns all of them.

    Nothing is waited for while something is held: who wants that would wait as well, and who holds one and
    wants another for ever.
    """
    tx.execute(HOLD, {"follow_up_ids": [first]})
    return {first, *(tx.execute(HOLD_FREE, {"follow_up_ids": [*along]}).scalars() if along else ())}


def stopped(tx: Transaction, told: Collection[Told]) -> Mapping[int, str]:
    """Which notifications are not to be sent any more, and why. Nothing stops the others until the
    transaction ends.

    Args:
        tx: the transaction in which sending them begins.
        told: those to look at.
    """
    tx.execute(HOLD, {"follow_up_ids": sorted({each.follow_up_id for each in told})})
    return reasons(tx, told)


def reasons(tx: Transaction, told: Collection[Told]) -> Mapping[int, str]:
    """As `stopped`, of those whose states are held already."""
    keys = {"user_ids": [each.user_id for each in told], "ids": [each.id for each in told]}
    found = dict.fromkeys(keys["ids"], DELETED) | {row.id: _reason(row) for row in tx.execute(STATES, keys)}
    return {number: reason for number, reason in found.items() if reason}


def _reason(row: Row[Any]) -> str | None:
    if row.step <= MENTIONED:  # what was said stays true, also of one that is completed or was moved
        return None if row.is_on_line or row.sees_it_besides else OUT_OF_SIGHT
    if not row.is_open:
        return "completed"
    if row.present_run != row.run:
        return "rescheduled"
    if _is_reassigned(row):
        return "reassigned"
    if held := _held(row):
        return held
    return OVERTAKEN if row.is_overtaken else None


def _is_reassigned(row: Row[Any]) -> bool:
    """Whether who is meant is no longer told of it, now that it is somebody else's."""
    if row.step == 0:
        return not row.is_assignee
    if row.audience == HOLDER or row.fallback == Fallback.ADMINS or row.is_for_admin:
        return False
    if not isinstance(audience_of(row.audience), OnTheLine):
        return False
    if row.audience == str(ASSIGNEE) and row.fallback not in UP_THE_LINE:
        return not row.is_assignee
    return not row.is_on_line


def _held(row: Row[Any]) -> str | None:
    holds = holds_of(row.holds, row.run)
    if holds is None or row.step <= 0:
        return None
    if holds.waits_until(row.now):
        return "waiting"
    return "snoozed" if row.user_id in holds.silenced(row.step, row.now) else None
