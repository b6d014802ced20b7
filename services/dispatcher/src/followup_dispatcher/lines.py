"""What the lines of a channel do at the moment: the last free one does not go where all others hang."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class Lines:
    """The lines of one channel in this process.

    Args:
        number: how many there are.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._taking = 0
        self._sending: dict[UUID, None] = {}
        self._changed = threading.Condition()

    @property
    def under_way(self) -> list[UUID]:
        """What is sent at the moment."""
        with self._changed:
            return list(self._sending)

    @contextmanager
    def taking(self) -> Iterator[list[UUID]]:
        """Take something, knowing what is under way.

        The last free line waits until the others know what they have: else all could take what goes to one
        place at the same moment.
        """
        with self._changed:
            self._changed.wait_for(self._may_take)
            self._taking += 1
            under_way = list(self._sending)
        try:
            yield under_way
        finally:
            with self._changed:
                self._taking -= 1
                self._changed.notify_all()

    def begin(self, id_: UUID) -> None:
        """Something that was taken is under way from now on."""
        with self._changed:
            self._sending[id_] = None

    def end(self, id_: UUID) -> None:
        """It is not under way any more."""
        with self._changed:
            del self._sending[id_]
            self._changed.notify_all()

    def _may_take(self) -> bool:
        return not self._taking or self._taking + len(self._sending) < self._number - 1
