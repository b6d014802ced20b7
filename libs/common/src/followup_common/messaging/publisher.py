"""Publishing from few long-lived threads; what cannot be published is left to the redrive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import dramatiq
import structlog

from followup_common.contracts import Envelope
from followup_common.messaging.broker import message_of, milliseconds
from followup_common.messaging.metrics import PUBLISH_FAILURES
from followup_common.metrics import Meter

log = structlog.get_logger()


HELD_BACK_AT_MOST = timedelta(minutes=10)
"""RabbitMQ takes back what a worker holds for 30 minutes; what is due later is left to the redrive."""


@dataclass(frozen=True)
class Delayed:
    """A stored event that the broker is to hold back; what the broker loses is sent by the redrive."""

    envelope: Envelope
    delay: timedelta


Outgoing = Envelope | Delayed
"""What is stored, and to be sent now or after a while."""


def publish(broker: dramatiq.Broker, outgoing: Iterable[Outgoing]) -> bool:
    """Send stored events with confirms. False when the broker did not take one: it is only late.

    The rest is not tried after a failure: with the broker away, each try would block for seconds.
    """
    for entry in outgoing:
        if isinstance(entry, Delayed) and entry.delay > HELD_BACK_AT_MOST:
            continue
        envelope, delay = (entry.envelope, entry.delay) if isinstance(entry, Delayed) else (entry, None)
        try:
            broker.enqueue(message_of(envelope), delay=milliseconds(delay) if delay else None)
        except Exception as error:  # noqa: BLE001 - whatever it is, the outbox row is there to be redriven
            log.warning("publish_left_to_redrive", event_id=str(envelope.id), error=repr(error))
            return False
    return True


class Publisher:
    """One background thread that publishes for many request threads, and never makes them wait.

    Args:
        broker: where to publish; the thread keeps its own connection to it.
        capacity: envelopes waiting at most; what does not fit is left to the redrive.
        meter: keeps the figures for Prometheus.
    """

    def __init__(self, broker: dramatiq.Broker, *, capacity: int = 1_000, meter: Meter | None = None) -> None:
        self._broker = broker
        self._meter = meter or Meter()
        self._meter.declare(PUBLISH_FAILURES)
        self._waiting: queue.Queue[Envelope | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float = 5) -> None:
        """Publish what waits, then end; gives up after `timeout` seconds."""
        try:
            self._waiting.put(None, timeout=timeout)
        except queue.Full:
            return
        self._thread.join(timeout)

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        """Hand committed events to the thread. Returns at once, and never raises."""
        for envelope in envelopes:
            try:
                self._waiting.put_nowait(envelope)
            except queue.Full:
                log.warning("publish_left_to_redrive", event_id=str(envelope.id), error="publisher is full")
                self._meter.record(PUBLISH_FAILURES)

    def _run(self) -> None:
        while (envelope := self._waiting.get()) is not None:
            if not publish(self._broker, [envelope]):
                self._meter.record(PUBLISH_FAILURES)
                self._discard_waiting()

    def _discard_waiting(self) -> None:
        """After a failure, do not try each of the others against a broker that is away."""
        for _ in range(self._waiting.qsize()):
            if self._waiting.get() is None:
                self._waiting.put(None)
                return
