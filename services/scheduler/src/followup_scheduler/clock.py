"""The clock: which ticks a minute brings, and periodiq's loop that waits for each minute."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dramatiq
import structlog
from followup_common.contracts import Event, OutboxTick, SweepTick, wrap
from followup_common.messaging.broker import message_of
from followup_common.messaging.metrics import PUBLISH_FAILURES
from followup_common.metrics import Meter
from followup_common.tracing import Attributes, Tracing
from opentelemetry.trace import SpanKind
from periodiq import CronSpec, Scheduler

from followup_scheduler.cron import EVERY_MINUTE, parse_cron
from followup_scheduler.metrics import METRICS, TICK_PUBLISHED

log = structlog.get_logger()

SOURCE = "followup/scheduler"
STOPPED_AFTER_SECONDS = 180
"""The clock wakes every minute; one that has not for this long has stopped."""


def use_utc() -> None:
    """Make periodiq, which reads the local time, read UTC."""
    os.environ["TZ"] = "UTC"
    time.tzset()


def ticks(sweep_cron: str) -> dict[type[Event], CronSpec]:
    """Which tick fires when."""
    return {OutboxTick: parse_cron(EVERY_MINUTE), SweepTick: parse_cron(sweep_cron)}


def due_ticks(schedule: dict[type[Event], CronSpec], now: datetime) -> list[Event]:
    """The ticks that the minute of `now` (UTC) brings."""
    return [tick() for tick, spec in schedule.items() if spec.validate(now)]


class TickActor(dramatiq.Actor[Any, Any]):
    """Stands for the escalator's actor: sends a new envelope each time, and never runs here."""

    def __init__(
        self,
        broker: dramatiq.Broker,
        tick: type[Event],
        spec: CronSpec,
        tracing: Tracing | None = None,
    ) -> None:
        self._tick = tick
        self._tracing = tracing or Tracing()
        super().__init__(
            lambda _: None,
            broker=broker,
            actor_name=tick.type,
            queue_name=tick.queue,
            priority=0,
            options={"periodic": spec},
        )

    def send_with_options(self, **_: Any) -> dramatiq.Message[Any]:
        with self._tracing.span(
            f"send {self._tick.type}", SpanKind.PRODUCER, attributes=_attributes(self._tick)
        ):
            envelope = wrap(self._tick(), source=SOURCE, traceparent=self._tracing.traceparent())
            return self.broker.enqueue(message_of(envelope))


def _attributes(tick: type[Event]) -> Attributes:
    return {
        "messaging.system": "rabbitmq",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.destination.name": tick.queue,
    }


class Clock(Scheduler):
    """periodiq's scheduler, which outlives a broker that is away: a missed tick is harmless.

    The outbox tick wakes it every minute, and each tick is checked against that minute, so that
    periodiq's own forecast of the next date (it can be late) does not matter.
    """

    last_failure: str | None = None
    """Why the last tick could not be published; None when it was."""

    def __init__(self, actors: Sequence[TickActor], meter: Meter | None = None) -> None:
        super().__init__(actors)
        self._meter = meter or Meter()
        self._meter.declare(*METRICS)
        for actor in actors:
            self._note_published(actor)
        self._last_wake = time.monotonic()

    def stopped(self) -> str | None:
        """Whether the clock has not woken for longer than it ever sleeps; None while it runs."""
        silent = time.monotonic() - self._last_wake
        return f"no tick for {silent:.0f} s" if silent > STOPPED_AFTER_SECONDS else None

    def send_actors(self, actors: Sequence[TickActor], now: datetime) -> None:
        self._last_wake = time.monotonic()
        for actor in actors:
            try:
                actor.send_with_options(scheduled_at=now)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next minute brings a tick
                self.last_failure = repr(error)
                self._meter.record(PUBLISH_FAILURES)
                log.warning("tick_not_published", tick=actor.actor_name, error=repr(error))
            else:
                self.last_failure = None
                self._note_published(actor)
                log.info("tick_published", tick=actor.actor_name)

    def _note_published(self, actor: TickActor) -> None:
        self._meter.record(TICK_PUBLISHED, time.time(), event=actor.actor_name)
