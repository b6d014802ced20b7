"""What RabbitMQ confirmed and refused of what a process publishes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

NOTHING_YET = "RabbitMQ has confirmed nothing yet"


class Confirmations:
    """What RabbitMQ confirmed and refused, by queue; shared by all threads of a process that publish."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refused: dict[str, str] = {}
        self._confirmed: dict[str, float] = {}

    def confirmed(self, queue: str) -> None:
        """It took a message."""
        with self._lock:
            self._refused.pop(queue, None)
            self._confirmed[queue] = time.monotonic()

    def refused(self, queue: str, reason: str) -> None:
        """It did not."""
        with self._lock:
            self._refused[queue] = reason
            self._confirmed.pop(queue, None)

    def problem(self, queues: Iterable[str] = ()) -> str | None:
        """Why something could not be published; None when all was.

        Args:
            queues: those to which nothing was published yet count as a problem.
        """
        with self._lock:
            reasons = {queue: NOTHING_YET for queue in queues if queue not in self._confirmed}
            reasons |= self._refused
        return "; ".join(f"{queue}: {reason}" for queue, reason in sorted(reasons.items())) or None

    def unknown(self, queues: Iterable[str], seconds: float) -> list[str]:
        """Those of the queues to which nothing was confirmed for so long, and all that refused."""
        since = time.monotonic() - seconds
        with self._lock:
            asked = dict.fromkeys((*queues, *self._refused))
            return [queue for queue in asked if self._confirmed.get(queue, float("-inf")) <= since]

    def confirmed_within(self, seconds: float) -> frozenset[str]:
        """The queues that took what was last published to them, not longer ago."""
        since = time.monotonic() - seconds
        with self._lock:
            return frozenset(queue for queue, at in self._confirmed.items() if at > since)
