"""Why an escalated follow-up is moved: others were told that it is late, and can read why it is not.

Being completed changes nothing about that, nor being reopened: it was late at its due time all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups, notifications, policy_versions
from sqlalchemy import BigInteger, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from followup_api.followups.problems import ReasonMissing
from followup_api.followups.queries import ESCALATED

f, n = follow_ups.c, notifications.c

OTHERS_WERE_TOLD = (
    select(n.id).where(n.follow_up_id == f.id, n.due_at == f.due_at, n.audience != "assignee").exists()
)
"""SQL: whether a run before, with the same due time, was escalated: reopening begins another at level 0."""


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
    if reason is not None:
        return
    statement = (
        select(f.id)
        .join(policy_versions, policy_versions.c.id == f.policy_version_id)
        .where(
            f.id == any_(literal(list(ids), ARRAY(BigInteger))),
            f.due_at != due_at,
            or_(ESCALATED, OTHERS_WERE_TOLD),
        )
        .order_by(f.id)
    )
    escalated = tx.execute(statement).scalars().all()
    if escalated:
        raise ReasonMissing(escalated)


def with_reason(details: Mapping[str, Any], reason: str | None) -> dict[str, Any]:
    """The details of a move, with why it was made."""
    return {**details, "reason": reason} if reason is not None else dict(details)
