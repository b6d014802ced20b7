"""Narrowing lists to the follow-ups of which one notification tells: a summary of many."""

from __future__ import annotations

from datetime import datetime

from followup_common.db import Transaction
from followup_common.db.absences import hand_over_items
from followup_common.db.tables import activities, follow_ups, notifications
from followup_common.policy import Fallback
from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from followup_api.followups.scopes import TAKEN
from followup_api.rows import Record

f, n, a, items = follow_ups.c, notifications.c, activities.c, hand_over_items.c
HANDED = ("handed_over", "handed_back")
"""The audiences of who has work now that was handed over, or went back, and of whom its steps tell."""
BUNDLE = "bundle"
"""The audience of summaries of what one happening has told; each has an index entry for all it sums up."""
WEBHOOK = "webhook"
"""The audience of those who are told of a webhook: it sums up nothing."""
DESTINATION = "destination"
"""The audience of who is told that an address of theirs takes no mail; it sums up nothing either."""
ANSWER = "answer"
"""The audience of whose answer to a mail did not do what it says; it sums up nothing either."""


def summed_up(tx: Transaction, user_id: int, summary_id: int) -> ColumnElement[bool]:
    """SQL that holds for the notifications that one sums up; for none where it is no summary of theirs.

    Args:
        tx: where to look it up.
        user_id: whose notifications they are.
        summary_id: of the notification that tells of them.
    """
    summary = _summary(tx, user_id, summary_id)
    return false() if summary is None else _of(summary)


def told_of(tx: Transaction, user_id: int, summary_id: int) -> ColumnElement[bool]:
    """SQL that holds for the follow-ups of which a notification tells; arguments as `summed_up`."""
    summary = _summary(tx, user_id, summary_id)
    if summary is None:
        return false()
    if summary.audience == TAKEN or (summary.audience in HANDED and summary.details["to"] == user_id):
        return _went(summary)
    return f.id.in_(select(n.follow_up_id).where(_of(summary)))


def _summary(tx: Transaction, user_id: int, summary_id: int) -> Record | None:
    asked = select(n.id, n.user_id, n.audience, n.summary_of, n.details).where(
        n.user_id == user_id,
        n.id == summary_id,
        n.summary_of.is_not(None),
        n.audience.not_in((WEBHOOK, DESTINATION, ANSWER)),
    )
    return tx.execute(asked).first()


def _of(summary: Record) -> ColumnElement[bool]:
    if summary.audience == BUNDLE:
        return and_(n.user_id == summary.user_id, n.bundle == summary.summary_of)
    earlier = and_(n.user_id == summary.user_id, n.id < summary.id, n.summary_of.is_(None))
    if summary.audience == "returned":
        since = datetime.fromisoformat(summary.details["since"])
        # The release before did not number them.
        theirs = or_(n.bundle == summary.summary_of, and_(n.bundle.is_(None), n.created_at >= since))
        return and_(earlier, n.fallback == Fallback.ABSENT.value, theirs)
    # Of an undo is told who had heard of what it undoes.
    keys = ("hand_over",) if summary.details.get("undone") else ("hand_over", "back")
    return and_(earlier, n.details.contains({key: summary.details[key] for key in keys}))


def _went(summary: Record) -> ColumnElement[bool]:
    """SQL that holds for the follow-ups of a hand-over, or for those of them that went back."""
    given = f.id.in_(select(items.follow_up_id).where(items.hand_over_id == summary.summary_of))
    if not summary.details["back"]:
        return given
    change = {"hand_over": summary.summary_of, "changes": {"assignee_id": {"to": summary.details["to"]}}}
    went_back = exists().where(a.follow_up_id == f.id, a.kind == "reassigned", a.details.contains(change))
    return and_(given, went_back)
