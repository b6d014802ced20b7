"""What surrounds every handler: validation, duplicates, transaction, outbox, publishing, failures."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import dramatiq
import structlog
from dramatiq.middleware import CurrentMessage, TimeLimitExceeded
from opentelemetry.trace import SpanKind

from followup_common.contracts import Envelope, Event, EventRejected, open_envelope
from followup_common.db import Database, Transaction
from followup_common.messaging import metrics, outbox, proof
from followup_common.messaging.broker import DeadLettered, declare_actors
from followup_common.messaging.failures import (
    awaits_deployment,
    may_be_one_row,
    may_pass,
    reason,
)
from followup_common.messaging.handlers import AnyHandler, Emitted
from followup_common.messaging.outbox import NOW, Later
from followup_common.messaging.publisher import Outgoing, publish
from followup_common.metrics import Measured, Meter, Metric
from followup_common.settings import WorkerSettings
from followup_common.tracing import Attributes, Tracing

log = structlog.get_logger()

DEPLOYED_WITHIN = timedelta(days=1)
"""How long an event waits for a table, column or grant, however often it was sent meanwhile."""

OLD_TICK = timedelta(minutes=2)
REPEATED_WITHIN_SECONDS = 30
"""A tick that waited in the queue is dropped when the same work was done this recently. Ticks a minute
apart are always worked off, and the first of a backlog is, whatever a host's clock says."""


class Consumer:
    """Runs a service's handlers on the events of its queue.

    Args:
        service: name of the service, for example `escalator`.
        handlers: what it handles; one handler an event type.
        settings: passed to each handler.
        database: where handlers work, as the service's own role.
        broker: where events come from and go to.
        meter: keeps the figures for Prometheus.
        tracing: records a span for each delivery.
    """

    def __init__(
        self,
        service: str,
        handlers: Sequence[AnyHandler],
        *,
        settings: WorkerSettings,
        database: Database,
        broker: dramatiq.Broker,
        meter: Meter | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self.service = service
        self.source = f"followup/{service}"
        self.settings = settings
        self.database = database
        self.broker = broker
        self._ticked: dict[str, float] = {}
        self.meter = meter or Meter()
        self.tracing = tracing or Tracing()
        self.meter.declare(*metrics.METRICS)
        for handler in handlers:
            if not handler.event_class.durable:
                self._note_tick(handler.event_class.type)
        declare_actors(broker, {h.event_class.type: self._receiver(h) for h in handlers})

    def _receiver(self, handler: AnyHandler) -> Callable[..., None]:
        return partial(self.receive, handler)

    def receive(self, handler: AnyHandler, raw: object = None) -> None:
        """Handle one delivery of one message."""
        try:
            envelope, event = open_envelope(raw)
        except EventRejected as rejection:
            self._reject(raw, rejection)
            raise DeadLettered(str(rejection)) from rejection
        if envelope.source == proof.SOURCE:
            return  # it was published to see whether RabbitMQ takes it, and no outbox holds it
        with (
            structlog.contextvars.bound_contextvars(
                message_id=str(envelope.id),
                event_type=envelope.type,
                correlation_id=(envelope.traceparent or "--").split("-")[1] or str(envelope.id),
            ),
            self.tracing.span(
                f"process {envelope.type}",
                SpanKind.CONSUMER,
                parent=envelope.traceparent,
                attributes=_attributes(envelope, event),
            ),
        ):
            try:
                emitted = self._try(handler, envelope, event)
            except outbox.NotAsStored as forged:
                self._reject(raw, forged)
                raise DeadLettered(str(forged)) from forged
            if not publish(self.broker, emitted):
                self.meter.record(metrics.PUBLISH_FAILURES)

    def _try(self, handler: AnyHandler, envelope: Envelope, event: Event) -> list[Outgoing]:
        try:
            return self._handle(handler, envelope, event)
        except outbox.NotAsStored:
            raise
        except (Exception, TimeLimitExceeded) as error:  # which is no Exception
            if may_pass(error) and not self._is_last_try():
                self._count(metrics.RETRIED, envelope.type)
                raise
            return self._after_failure(envelope, event, error)

    def _handle(self, handler: AnyHandler, envelope: Envelope, event: Event) -> list[Outgoing]:
        if not event.durable:
            self._note_tick(envelope.type)
            if self._is_repetition(envelope):
                log.info("old_tick_dropped")
                return []
        started = time.perf_counter()
        with self.database.transaction() as tx:
            if event.durable and not outbox.claim(tx, envelope):
                log.info("duplicate_dropped")
                self._count(metrics.DUPLICATES, envelope.type)
                return []
            emitted = list(handler(event, tx, self.settings))
            kept = self._keep(tx, emitted)
        if not event.durable:
            self._ticked[envelope.type] = time.monotonic()
        self.meter.record(metrics.SECONDS, time.perf_counter() - started, event=envelope.type)
        self._measure(emitted)
        return kept

    def _is_repetition(self, tick: Envelope) -> bool:
        """Whether a tick is one of many that piled up, and its work has just been done."""
        since = time.monotonic() - self._ticked.get(tick.type, -math.inf)
        return since < REPEATED_WITHIN_SECONDS and datetime.now(UTC) - tick.time > OLD_TICK

    def _keep(self, tx: Transaction, emitted: Iterable[Emitted]) -> list[Outgoing]:
        """Store new events; those that come from the store already are only sent again."""
        entries = [entry for entry in emitted if not isinstance(entry, Measured)]
        again = [entry for entry in entries if isinstance(entry, Envelope)]
        new = [entry for entry in entries if not isinstance(entry, Envelope)]
        stored = outbox.store_later(
            tx,
            (entry if isinstance(entry, Later) else Later(entry, NOW) for entry in new),
            source=self.source,
            traceparent=self.tracing.traceparent(),
            redrive_after=self.settings.redrive_after,
        )
        return [*again, *stored]

    def _after_failure(self, envelope: Envelope, event: Event, error: BaseException) -> list[Outgoing]:
        """Split a batch, leave the event to the redrive, or make it a dead letter."""
        if not event.durable:
            log.warning("tick_failed", error=reason(error))
            return []
        try:
            return self._split_or_give_up(envelope, event, error)
        except Exception as another:
            if not may_pass(another):
                raise
            # The outage that failed the last try goes on. The row is unhandled, and no dead letter.
            log.warning("left_to_redrive", error=reason(another))
            self._count(metrics.LEFT, envelope.type)
            return []

    def _split_or_give_up(self, envelope: Envelope, event: Event, error: BaseException) -> list[Outgoing]:
        why = reason(error)
        splits = may_be_one_row(error) or not may_pass(error)
        with self.database.transaction() as tx:
            if splits and (halves := event.halves()):
                log.warning("batch_split", error=why)
                self._count(metrics.SPLIT, envelope.type)
                return self._keep(tx, halves) if outbox.claim(tx, envelope) else []
            if may_pass(error) and self._waits(error, outbox.record_error(tx, envelope.id, why)):
                log.warning("left_to_redrive", error=why)
                self._count(metrics.LEFT, envelope.type)
                return []
            outbox.mark_failed(tx, envelope.id, why)
        log.error("dead_lettered", error=why, exc_info=error)
        self._count(metrics.DEAD_LETTERED, envelope.type)
        raise DeadLettered(why) from error

    def _is_last_try(self) -> bool:
        message = CurrentMessage.get_current_message()
        return message is None or message.options.get("retries", 0) >= self.settings.handler_retries

    def _waits(self, error: BaseException, history: outbox.History) -> bool:
        """Whether an event that keeps failing is sent again, rather than made a dead letter."""
        if awaits_deployment(error) and history.failing_for < DEPLOYED_WITHIN:
            return True
        return history.sent < self.settings.redrive_attempts

    def _reject(self, raw: object, rejection: EventRejected) -> None:
        """Make a message a dead letter: the event that it stands for, if that cannot be read either."""
        log.error("message_rejected", error=str(rejection))
        self._count(metrics.DEAD_LETTERED, metrics.UNREADABLE)
        with self.database.transaction() as tx:
            event_id = _id_of(raw)
            stored = outbox.waiting(tx, event_id) if event_id else None
            if stored and not _is_readable(stored):
                outbox.mark_failed(tx, stored.id, str(rejection))
            else:
                body = json.dumps(raw).encode()
                outbox.store_unreadable(tx, body, queue=self.service, error=str(rejection))

    def _count(self, metric: Metric, event_type: str) -> None:
        self.meter.record(metric, event=event_type)

    def _note_tick(self, event_type: str) -> None:
        self.meter.record(metrics.TICK_RECEIVED, time.time(), event=event_type)

    def _measure(self, emitted: Iterable[Emitted]) -> None:
        """Record what a committed handler measured, and what it sends again."""
        for entry in emitted:
            if isinstance(entry, Measured):
                self.meter.record(entry.metric, entry.value, **entry.labels)
            elif isinstance(entry, Envelope):
                self._count(metrics.REDRIVEN, entry.type)


def _attributes(envelope: Envelope, event: Event) -> Attributes:
    return {
        "messaging.system": "rabbitmq",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": event.queue,
        "messaging.message.id": str(envelope.id),
    }


def _is_readable(stored: Envelope) -> bool:
    try:
        open_envelope(stored.model_dump(mode="json"))
    except EventRejected:
        return False
    return True


def _id_of(raw: object) -> UUID | None:
    try:
        return UUID(raw["id"]) if isinstance(raw, dict) else None
    except (KeyError, ValueError, AttributeError, TypeError):
        return None
