"""Queues as a sender sees them: some deliveries are taken together, and recorded together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Generic, Protocol, TypeVar

from followup_common.db import Transaction

from followup_dispatcher.channels import Queue, Taken
from followup_dispatcher.circuits import Delayed
from followup_dispatcher.ended import Stopped
from followup_dispatcher.lines import UnderWay
from followup_dispatcher.mail_deliveries import ForMail
from followup_dispatcher.outcomes import Outcome

D = TypeVar("D", bound=Taken)


class Batches(Protocol[D]):
    """Where a channel's deliveries wait."""

    def take_some(self, tx: Transaction, under_way: UnderWay) -> Sequence[D | Stopped | Delayed]:
        """Take some that are due, for this process alone; empty: there is none."""
        ...

    def record_some(self, tx: Transaction, ended: Sequence[tuple[D, Outcome]]) -> None:
        """Record what attempts came to."""
        ...

    def give_back(self, tx: Transaction, begun: Collection[D], /) -> None:
        """Let what was begun and not tried be taken again."""
        ...


class OneByOne(Generic[D]):
    """A queue of which one delivery is taken at a time.

    Args:
        queue: where they wait.
    """

    def __init__(self, queue: Queue[D]) -> None:
        self._queue = queue

    def take_some(self, tx: Transaction, under_way: UnderWay) -> Sequence[D | Stopped | Delayed]:
        """Take one that is due."""
        taken = self._queue.take(tx, under_way)
        return [] if taken is None else [taken]

    def record_some(self, tx: Transaction, ended: Sequence[tuple[D, Outcome]]) -> None:
        """Record what it came to."""
        for taken, outcome in ended:
            self._queue.record(tx, taken, outcome)

    def give_back(self, _: Transaction, begun: Collection[D], /) -> None:
        """Nothing waits behind another one."""


def batches_of(queue: Queue[Any]) -> Batches[Any]:
    """A queue as a sender sees it."""
    return queue if isinstance(queue, ForMail) else OneByOne(queue)
