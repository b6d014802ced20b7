"""Asking RabbitMQ about its queues, without anybody waiting long for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pika
import structlog
from followup_common.contracts import event_types

from followup_api.ops.queues import amqp
from followup_api.ops.queues.schemas import Queues, QueueState, ServiceQueues, Source

KEEP_SECONDS = 2
"""A reading is shared for so long: many open pages are one page to RabbitMQ."""
WAIT_SECONDS = 4
"""How long a reading may keep its callers; it may go on after that."""
ABANDON_SECONDS = 30
"""A reading that takes so long never ends: the next one does not wait for it."""
UNKNOWN = "RabbitMQ was asked and told nothing: see the problems."
IN_PROCESS = (
    "Events are delivered within this process, without RabbitMQ: there are no queues. What waits is in the "
    "outbox."
)
SERVICES = tuple(sorted({event_class.queue for event_class in event_types().values()}))
DELAYED, DEAD = ".DQ", ".XQ"
NAMES = tuple(service + suffix for service in SERVICES for suffix in ("", DELAYED, DEAD))

log = structlog.get_logger()


class QueueReader:
    """Reads the queues' states in a thread of its own, one reading at a time, and shares them.

    A connection belongs to the thread that opened it, and RabbitMQ may hang: threads that answer
    requests do neither.

    Args:
        broker_url: AMQP URL; names the virtual host, and is asked when the management API is not.
        management_url: of RabbitMQ's management API, with user and password in it; None: there is none.
    """

    def __init__(self, broker_url: str, management_url: str | None = None) -> None:
        self._broker_url = broker_url
        self._management_url = management_url
        self._lock = threading.Lock()
        self._reading: _Reading | None = None

    def read(self) -> Queues:
        """What is known now; says what is missing, and never raises."""
        with self._lock:
            if self._reading is None or self._reading.is_old():
                self._reading = _Reading.start(self._read)
            reading = self._reading
        try:
            return reading.result.result(reading.started + WAIT_SECONDS - time.monotonic())
        except TimeoutError:
            return _queues(None, [], [f"RabbitMQ has not answered within {WAIT_SECONDS} s."])

    def _read(self) -> Queues:
        problems = []
        if self._management_url:
            # It brings an HTTP client along, which takes a sixth of the time to start.
            from followup_api.ops.queues import management

            try:
                vhost = pika.URLParameters(self._broker_url).virtual_host
                return _queues(Source.MANAGEMENT, management.read(self._management_url, vhost, NAMES), [])
            except management.ManagementAway as error:
                problems.append(str(error))
        try:
            return _queues(Source.AMQP, amqp.read(self._broker_url, NAMES), problems)
        except amqp.BrokerAway as error:
            return _queues(None, [], [str(error), *problems])


def in_process() -> Queues:
    """The answer where there are no queues."""
    return Queues(
        read_at=datetime.now(UTC), delivery="in-process", source=None, problems=[IN_PROCESS], queues=[]
    )


@dataclass(frozen=True)
class _Reading:
    started: float
    result: Future[Queues] = field(default_factory=Future)

    @classmethod
    def start(cls, read: Callable[[], Queues]) -> _Reading:
        reading = cls(time.monotonic())
        threading.Thread(target=reading._run, args=(read,), name="queue-reader", daemon=True).start()
        return reading

    def _run(self, read: Callable[[], Queues]) -> None:
        try:
            self.result.set_result(read())
        except Exception as error:
            log.exception("queues_not_read")
            said = f"RabbitMQ could not be asked ({type(error).__name__}): the API's log says more."
            self.result.set_result(_queues(None, [], [said]))

    def is_old(self) -> bool:
        age = time.monotonic() - self.started
        return age > (KEEP_SECONDS if self.result.done() else ABANDON_SECONDS)


def _queues(source: Source | None, states: list[QueueState], problems: list[str]) -> Queues:
    known = {state.name: state for state in states}

    def state(name: str) -> QueueState:
        return known.get(name) or QueueState.of(name, {}, UNKNOWN)

    queues = [
        ServiceQueues(
            service=service,
            main=state(service),
            delayed=state(service + DELAYED),
            dead=state(service + DEAD),
        )
        for service in SERVICES
    ]
    return Queues(
        read_at=datetime.now(UTC), delivery="rabbitmq", source=source, problems=problems, queues=queues
    )
