"""What the lines of a channel do at the moment: the last free one does not go where all others hang."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar
from uuid import UUID

BATCH_SECONDS = 0.5
"""What was begun together and has not been sent by then is given back: it may be stopped meanwhile, and what
hangs keeps nothing else waiting."""

UnderWay = Mapping[UUID, int]
"""What is under way in this process, and by which of its lines."""


class _Known(Protocol):
    @property
    def id(self) -> UUID: ...


T = TypeVar("T", bound=_Known)


class Batch(Generic[T]):
    """What one line has begun together and sends one after the other."""

    def __init__(self, begun: Sequence[T]) -> None:
        self.under_way = {each.id for each in begun}
        self._waiting = deque(begun)
        self._until = math.inf

    def next(self) -> T | None:
        """What is sent next; None: nothing waits. The first is sent, however long it took to get there."""
        if self.is_late or not self._waiting:
            return None
        if self._until == math.inf:
            self._until = time.monotonic() + BATCH_SECONDS
        return self._waiting.popleft()

    @property
    def is_late(self) -> bool:
        """Whether what still waits is to be given back."""
        return time.monotonic() > self._until

    def give_up(self) -> list[T]:
        """What was not sent, and is not under way any more."""
        left = list(self._waiting)
        self._waiting.clear()
        self.under_way -= {each.id for each in left}
        return left


class Lines(Generic[T]):
    """The lines of one channel in this process.

    Args:
        number: how many there are.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._taking = 0
        self._batches: list[Batch[T]] = []
        self._changed = threading.Condition()

    @property
    def under_way(self) -> UnderWay:
        """What is sent at the moment."""
        with self._changed:
            return self._under_way()

    @contextmanager
    def taking(self) -> Iterator[UnderWay]:
        """Take something, knowing what is under way.

        The last free line waits until the others know what they have: else all could take what goes to one
        place at the same moment.
        """
        with self._changed:
            self._changed.wait_for(self._may_take)
            self._taking += 1
            under_way = self._under_way()
        try:
            yield under_way
        finally:
            with self._changed:
                self._taking -= 1
                self._changed.notify_all()

    def begin(self, begun: Sequence[T]) -> Batch[T]:
        """What was taken together is under way from now on."""
        batch = Batch(begun)
        with self._changed:
            self._batches.append(batch)
        return batch

    def next(self, batch: Batch[T]) -> T | None:
        """What a line sends next; None: nothing waits, or has waited for too long."""
        with self._changed:
            return batch.next()

    def late(self) -> list[T]:
        """What waits for too long behind something that hangs, and is not under way from now on."""
        with self._changed:
            return [each for batch in self._batches if batch.is_late for each in batch.give_up()]

    def waiting(self) -> list[T]:
        """What waits behind anything, and is not under way from now on."""
        with self._changed:
            return [each for batch in self._batches for each in batch.give_up()]

    def end(self, batch: Batch[T]) -> list[T]:
        """Nothing of it is under way any more; returns what was not sent."""
        with self._changed:
            self._batches.remove(batch)
            self._changed.notify_all()
            return batch.give_up()

    def _under_way(self) -> UnderWay:
        return {id_: line for line, batch in enumerate(self._batches) for id_ in batch.under_way}

    def _may_take(self) -> bool:
        return not self._taking or self._taking + len(self._batches) < self._number - 1
