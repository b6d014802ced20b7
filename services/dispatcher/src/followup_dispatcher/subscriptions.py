"""Browsers that want to be told: their deliveries in PostgreSQL, and how each is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from followup_common.db import Transaction
from sqlalchemy import text

from followup_dispatcher.circuits import Delayed
from followup_dispatcher.deliveries import NOTHING, ForPeople
from followup_dispatcher.ended import Stopped
from followup_dispatcher.lines import UnderWay
from followup_dispatcher.outcomes import Outcome
from followup_dispatcher.telling import Delivery

CHANNEL = "push"

SUBSCRIPTION = text("""
    SELECT s.sealed FROM deliveries d JOIN push_subscriptions s ON s.destination_id = d.destination_id
    WHERE d.id = :id
""")

REMOVE = text("""
    DELETE FROM destinations WHERE id = (SELECT destination_id FROM deliveries WHERE id = :id)
""")

SAY_KEY = text("""
    UPDATE channels SET public_key = :key WHERE name = :channel AND public_key IS DISTINCT FROM :key
""")


@dataclass(frozen=True)
class PushDelivery:
    """One notification on its way to one browser.

    Args:
        delivery: what it tells, and whom.
        sealed: how the browser is reached, as it is kept.
    """

    delivery: Delivery
    sealed: bytes

    @property
    def id(self) -> UUID:
        """The same at each attempt."""
        return self.delivery.id


class Pushes:
    """The queue of what goes to browsers.

    Args:
        act_for: how long the links in a message work by which one acts.
        public_key: by which browsers subscribe.
        lines: how many are sent at once.
    """

    def __init__(self, act_for: timedelta, public_key: str, lines: int = 1) -> None:
        self._of_people = ForPeople(CHANNEL, act_for, lines=lines)
        self._public_key = public_key

    def waited(self, tx: Transaction, under_way: UnderWay = NOTHING) -> timedelta | None:
        """How long the oldest delivery that is due has waited; None: none is due."""
        return self._of_people.waited(tx, under_way)

    def take(self, tx: Transaction, under_way: UnderWay = NOTHING) -> PushDelivery | Stopped | Delayed | None:
        """Take one that is due, for this process alone; None: there is none."""
        taken = self._of_people.take(tx, under_way)
        if not isinstance(taken, Delivery):
            return taken
        return PushDelivery(taken, tx.execute(SUBSCRIPTION, {"id": taken.id}).scalar_one())

    def record(self, tx: Transaction, taken: PushDelivery, outcome: Outcome, /) -> None:
        """Record what an attempt came to. A browser that is gone leaves the list of its person."""
        self._of_people.record(tx, taken.delivery, outcome)
        if outcome.gone:
            tx.execute(REMOVE, {"id": taken.id})

    def bring_back(self, tx: Transaction) -> None:
        """Let what waits for a time that no clock should have said be due; say the key that browsers need."""
        self._of_people.bring_back(tx)
        tx.execute(SAY_KEY, {"channel": CHANNEL, "key": self._public_key})
