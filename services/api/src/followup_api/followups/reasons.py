"""What people have to say: why an escalated follow-up is moved, and what came of one that they complete.

Others were told that it is late, and can read why it is not.

Being completed and reopened changes nothing about that: it was late at its due time all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import (
    escalation_states,
    escalations,
    follow_ups,
    notifications,
    policy_versions,
)
from sqlalchemy import Select, func, or_, select

from followup_api.followups.problems import NoteMissing, ReasonMissing
from followup_api.followups.queries import NEEDS_NOTE, tells_others
from followup_api.ids import among

f, n, e, es, pv = follow_ups.c, notifications.c, escalations.c, escalation_states.c, policy_versions.c

OTHERS_WERE_TOLD = (
    select(n.id)
    .where(n.follow_up_id == f.id, n.due_at == f.due_at, n.step > 0, n.audience != "assignee")
    .exists()
)
"""SQL: whether a run before, with the same due time, was escalated: reopening begins another at step 0."""


def ask_for_reason(tx: Transaction, ids: Collection[int], due_at: datetime, reason: str | None) -> None:
    """Make sure that a reason is given where a new due time takes back an escalation beyond the assignee.

    Args:
        tx: where to look.
        ids: of the follow-ups that get another due time; their rows are locked.
        due_at: the new one.
        reason: what the caller says.

    Raises:
        ReasonMissing: some are due at another time now, at which they were escalated.
    """
    if reason is None:
        escalated = (
            select(f.id)
            .join(escalation_states, es.follow_up_id == f.id)
            .join(policy_versions, pv.id == es.policy_version_id)
            .where(among(f.id, ids), f.due_at != due_at, or_(tells_others(es.step), OTHERS_WERE_TOLD))
        )
        _refuse(tx, escalated)


def ask_again(tx: Transaction, ids: Collection[int], reason: str | None) -> None:
    """Ask once more after the move, for what the escalator has escalated while the move waited.

    Only the move itself holds the escalator off. What it ends is the step that had been reached by then.

    Args:
        tx: where they were moved.
        ids: of what has another due time by now.
        reason: what the caller says.

    Raises:
        ReasonMissing: the move has taken back an escalation beyond the assignee.
    """
    if reason is None:
        escalated = (
            select(e.follow_up_id.label("id"))
            .join(policy_versions, pv.id == e.policy_version_id)
            .where(among(e.follow_up_id, ids), e.ended_at == func.now(), tells_others(e.step))
        )
        _refuse(tx, escalated)


def ask_to_restart(tx: Transaction, ids: Collection[int], reason: str | None) -> None:
    """Make sure that a reason is given where a clock that starts over takes back an escalation.

    Args:
        tx: where their clocks were started over.
        ids: of follow-ups that another policy took over by that.
        reason: what the caller says.

    Raises:
        ReasonMissing: some were escalated beyond the assignee.
    """
    if reason is None and ids:
        ask_again(tx, ids, reason)
        _refuse(tx, select(f.id).where(among(f.id, ids), OTHERS_WERE_TOLD))


def ask_for_note(tx: Transaction, ids: Collection[int]) -> None:
    """Make sure that no policy asks for a note of who completes one of these, whose rows are locked.

    Raises:
        NoteMissing: the policies of some do.
    """
    if asked := sorted(tx.execute(select(f.id).where(among(f.id, ids), NEEDS_NOTE)).scalars()):
        raise NoteMissing(asked)


def with_reason(details: Mapping[str, Any], reason: str | None) -> dict[str, Any]:
    """The details of a change, with why it was made."""
    return {**details, "reason": reason} if reason is not None else dict(details)


def _refuse(tx: Transaction, escalated: Select[int]) -> None:
    if ids := sorted(tx.execute(escalated).scalars().all()):
        raise ReasonMissing(ids)
