"""Deliveries by mail: to one domain many go one after the other, which are begun and recorded together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from followup_common.db import Transaction

from followup_dispatcher import attempts
from followup_dispatcher.circuits import Circuits, Delayed
from followup_dispatcher.deliveries import ForPeople
from followup_dispatcher.ended import Stopped
from followup_dispatcher.lines import UnderWay
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery

AT_ONCE = 20
"""So many are begun together at most: of a process that is killed nobody knows which of them were sent."""


@dataclass(frozen=True)
class ForMail(ForPeople):
    """What goes to people by mail."""

    def take_some(self, tx: Transaction, under_way: UnderWay) -> Sequence[Delivery | Stopped | Delayed]:
        """Take some that are due and go to one domain, for this process alone; empty: there is none."""
        return self._take(tx, under_way, AT_ONCE)

    def record_some(self, tx: Transaction, ended: Sequence[tuple[Delivery, Outcome]]) -> None:
        """Record what attempts came to, in the order in which they were made."""
        if any(outcome.result is not Result.SENT for _, outcome in ended):
            attempts.hold_places(tx, [delivery for delivery, _ in ended])
        for is_sent, group in groupby(ended, lambda each: each[1].result is Result.SENT):
            alike = list(group)
            if is_sent:
                attempts.record_sent(tx, alike)
                Circuits(self.channel).note(tx, alike[0][0].address, alike[0][1], times=len(alike))
                continue
            for delivery, outcome in alike:
                self.record(tx, delivery, outcome)

    def give_back(self, tx: Transaction, begun: Collection[Delivery]) -> None:
        """Let what was begun and not tried be taken again."""
        attempts.give_back(tx, begun)
