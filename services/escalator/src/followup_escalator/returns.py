"""People who were away and are back, and work that was handed over until now."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import FollowUpsHandedOver, PersonReturned
from followup_common.db import Transaction
from sqlalchemy import text

AT_ONCE = 1_000
"""How many absences a tick settles at most."""
HAND_OVERS_AT_ONCE = 10
"""How many hand-overs a tick gives back at most."""

SETTLE = text("SELECT absence_id, user_id, since FROM absences_settle(:at_most)").bindparams(at_most=AT_ONCE)

OVER = text("SELECT hand_overs_over(:at_most)").bindparams(at_most=HAND_OVERS_AT_ONCE)
GIVE_BACK = text("SELECT hand_over_give_back(:id, NULL)")


def notice_returns(tx: Transaction) -> Iterator[PersonReturned]:
    """Those who are back, each once: that they were noticed commits with the event."""
    for row in tx.execute(SETTLE).mappings().all():
        yield PersonReturned.model_validate(dict(row))


def give_back(tx: Transaction) -> Iterator[FollowUpsHandedOver]:
    """Give back what was handed over until a day that is over, as far as nobody has changed it since."""
    for hand_over_id in tx.execute(OVER).scalars().all():
        if tx.execute(GIVE_BACK, {"id": hand_over_id}).scalar():
            yield FollowUpsHandedOver(hand_over_id=hand_over_id, back=True)
