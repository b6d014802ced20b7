"""Deliveries to chats, which cannot tell a repetition: where nobody knows what became of one, few follow."""

from __future__ import annotations

from dataclasses import dataclass

from followup_common.db import Transaction
from sqlalchemy import text

from followup_dispatcher.attempts import END
from followup_dispatcher.deliveries import ForPeople
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery

MOST_UNKNOWN = 3
"""So many attempts of which nobody knows what became of them: one more would perhaps be one more message."""

UNKNOWN = text("""
    SELECT count(*) FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id
    WHERE d.id = :id AND a.outcome = 'unknown' AND a.began_at >= COALESCE(d.retried_at, d.created_at)
""")


@dataclass(frozen=True)
class ForChats(ForPeople):
    """What goes to people by a channel of chats."""

    def record(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        """Record what an attempt came to. The last of some whose outcome nobody knows gives up: operators see
        it, and may let it be tried again."""
        super().record(tx, delivery, outcome)
        if outcome.result is not Result.UNKNOWN:
            return
        if tx.execute(UNKNOWN, {"id": delivery.id}).scalar_one() >= MOST_UNKNOWN:
            error = f"nobody knows whether it was posted, after {MOST_UNKNOWN} tries: {outcome.answer}"
            keys = {"id": delivery.id, "number": delivery.attempt}
            tx.execute(END, {**keys, "state": "failed", "error": error})
