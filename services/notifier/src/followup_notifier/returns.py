"""Somebody who was away is back: one notification sums up what they find."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import PersonReturned
from followup_common.db import Transaction
from followup_common.db.wakeups import wake_inboxes
from followup_common.messaging.handlers import Emitted, handles
from sqlalchemy import text

from followup_notifier.settings import NotifierSettings

# Each once, whatever clocks say and however returns overtake each other: what one has summed up bears its
# number from then on. Without anything to find there is nothing to say.
SUM_UP = text("""
    WITH found AS (
        UPDATE notifications SET bundle = :absence_id
        WHERE user_id = :user_id AND fallback = 'absent' AND bundle IS NULL AND created_at >= :since
        RETURNING follow_up_id, step
    )
    INSERT INTO notifications (user_id, audience, summary_of, details)
    SELECT :user_id, 'returned', :absence_id, jsonb_build_object(
        'since', CAST(:since AS timestamptz),
        'escalated', count(DISTINCT follow_up_id) FILTER (WHERE step > 0),
        'assigned', count(DISTINCT follow_up_id) FILTER (WHERE step = 0),
        'commented', count(*) FILTER (WHERE step IN (-4, -5)))
    FROM found HAVING count(*) > 0
    ON CONFLICT (user_id, audience, summary_of) WHERE summary_of IS NOT NULL DO NOTHING
""")


@handles(PersonReturned)
def sum_up_absence(event: PersonReturned, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell somebody how many follow-ups escalated, and how many became theirs, while they were away."""
    if tx.execute(SUM_UP, event.model_dump()).rowcount:
        wake_inboxes(tx, [event.user_id])
    yield from ()
