"""Narrowing lists to the follow-ups of which one notification tells: a summary of many."""

from __future__ import annotations

from datetime import datetime

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups, notifications
from followup_common.policy import Fallback
from sqlalchemy import ColumnElement, and_, false, select

f, n = follow_ups.c, notifications.c
BUNDLE = "bundle"
"""The audience of summaries of what one happening has told; each has an index entry for all it sums up."""


def summed_up(tx: Transaction, user_id: int, summary_id: int) -> ColumnElement[bool]:
    """SQL that holds for the notifications that one sums up; for none where it is no summary of theirs.

    Args:
        tx: where to look it up.
        user_id: whose notifications they are.
        summary_id: of the notification that tells of them.
    """
    asked = select(n.audience, n.summary_of, n.details).where(
        n.user_id == user_id, n.id == summary_id, n.summary_of.is_not(None)
    )
    summary = tx.execute(asked).first()
    if summary is None:
        return false()
    if summary.audience == BUNDLE:
        return and_(n.user_id == user_id, n.bundle == summary.summary_of)
    earlier = and_(n.user_id == user_id, n.id < summary_id, n.summary_of.is_(None))
    if summary.audience == "returned":
        since = datetime.fromisoformat(summary.details["since"])
        return and_(earlier, n.fallback == Fallback.ABSENT.value, n.created_at >= since)
    return and_(earlier, n.details.contains({key: summary.details[key] for key in ("hand_over", "back")}))


def told_of(tx: Transaction, user_id: int, summary_id: int) -> ColumnElement[bool]:
    """SQL that holds for the follow-ups of which a notification tells; arguments as `summed_up`."""
    return f.id.in_(select(n.follow_up_id).where(summed_up(tx, user_id, summary_id)))
