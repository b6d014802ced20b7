"""The clock of `followup run`: a thread that publishes the ticks of each minute."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import dramatiq
from followup_common.contracts import Event, wrap
from followup_common.messaging.publisher import publish
from followup_scheduler.clock import SOURCE, due_ticks, ticks

MINUTE = timedelta(minutes=1)


class ClockThread:
    """Ticks at the start, so that nothing waits for the first slot, and then as the cron line says.

    Args:
        broker: where to publish.
        sweep_cron: when to sweep, in UTC.
    """

    def __init__(self, broker: dramatiq.Broker, sweep_cron: str) -> None:
        self._broker = broker
        self._schedule = ticks(sweep_cron)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def start(self) -> None:
        """Tick, and start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        last = datetime.now(UTC)
        self._publish(tick() for tick in self._schedule)
        while not self._stopped.wait(until_next_minute(last).total_seconds()):
            now = datetime.now(UTC)
            # The machine slept: the slots that it missed are made up for with one tick of each kind.
            missed = now - last > 2 * MINUTE
            self._publish((tick() for tick in self._schedule) if missed else due_ticks(self._schedule, now))
            last = now

    def _publish(self, events: Iterable[Event]) -> None:
        publish(self._broker, [wrap(event, source=SOURCE) for event in events])


def until_next_minute(now: datetime) -> timedelta:
    """How long to wait; a little into the minute, so that it has come by any clock."""
    return now.replace(second=0, microsecond=50_000) + MINUTE - now
