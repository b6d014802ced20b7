"""What RabbitMQ confirmed and refused of what a process publishes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable


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

    def problem(self) -> str | None:
        """Why something could not be published; None when all was."""
        with self._lock:
            said = sorted({f"{queue}: {reason}" for queue, reason in self._refused.items()})
        return "; ".join(said) or None

    def unknown(self, queues: Iterable[str], seconds: float) -> list[str]:
        """Those of the queues to which nothing was confirmed for so long."""
        since = time.monotonic() - seconds
        with self._lock:
            return [queue for queue in queues if self._confirmed.get(queue, float("-inf")) <= since]
