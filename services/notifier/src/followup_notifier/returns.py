"""Somebody who was away is back: one notification sums up what they find."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import PersonReturned
from followup_common.db import Transaction
from followup_common.db.wakeups import wake_inboxes
from followup_common.messaging.handlers import Emitted, handles
from sqlalchemy import text

from followup_notifier.settings import NotifierSettings

# Once: the unique key of summaries says so. Without anything to find there is nothing to say.
SUM_UP = text("""
    INSERT INTO notifications (user_id, audience, summary_of, details)
    SELECT :user_id, 'returned', :absence_id, jsonb_build_object(
        'since', CAST(:since AS timestamptz),
        'escalated', count(DISTINCT n.follow_up_id) FILTER (WHERE n.step > 0),
        'assigned', count(DISTINCT n.follow_up_id) FILTER (WHERE n.step = 0))
    FROM notifications n
    WHERE n.user_id = :user_id AND n.fallback = 'absent' AND n.created_at >= :since
    HAVING count(*) > 0
    ON CONFLICT (user_id, audience, summary_of) WHERE summary_of IS NOT NULL DO NOTHING
""")


@handles(PersonReturned)
def sum_up_absence(event: PersonReturned, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell somebody how many follow-ups escalated, and how many became theirs, while they were away."""
    if tx.execute(SUM_UP, event.model_dump()).rowcount:
        wake_inboxes(tx, [event.user_id])
    yield from ()
