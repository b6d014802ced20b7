"""Asking RabbitMQ about its queues, without anybody waiting long for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pika
import structlog
from followup_common.contracts import event_types
from followup_common.health import Bounded

from followup_api.ops.queues import amqp
from followup_api.ops.queues.schemas import Queues, QueueState, ServiceQueues, Source

KEEP_SECONDS = 2
"""A reading is shared for so long: many open pages are one page to RabbitMQ."""
WAIT_SECONDS = 4
"""How long a reading may keep its callers; it may go on after that."""
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
    """Reads the queues' states, and shares them for a moment.

    RabbitMQ may hang: one reading at a time goes on in a thread of its own, and none that answers requests.

    Args:
        broker_url: AMQP URL; names the virtual host, and is asked when the management API is not.
        management_url: of RabbitMQ's management API, with user and password in it; None: there is none.
    """

    def __init__(self, broker_url: str, management_url: str | None = None) -> None:
        self._broker_url = broker_url
        self._management_url = management_url
        self._ask = Bounded(self._read, WAIT_SECONDS)
        self._last: tuple[float, Queues] | None = None

    def read(self) -> Queues:
        """What is known now; says what is missing, and never raises."""
        if self._last and time.monotonic() - self._last[0] < KEEP_SECONDS:
            return self._last[1]
        try:
            self._last = time.monotonic(), self._ask()
        except TimeoutError:
            return _queues(None, [], [f"RabbitMQ has not answered within {WAIT_SECONDS} s."])
        except Exception as error:  # the rest of the page is of use, whatever this is; the log has it
            log.exception("queues_not_read")
            said = f"RabbitMQ could not be asked ({type(error).__name__}): the API's log says more."
            return _queues(None, [], [said])
        return self._last[1]

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


def _queues(source: Source | None, states: list[QueueState], problems: list[str]) -> Queues:
    known = {state.name: state for state in states}

    def state(name: str) -> QueueState:
        return known.get(name) or QueueState.of(name, {}, UNKNOWN)

    queues = [
        ServiceQueues(
            service=service, main=state(service), delayed=state(service + DELAYED), dead=state(service + DEAD)
        )
        for service in SERVICES
    ]
    return Queues(
        read_at=datetime.now(UTC), delivery="rabbitmq", source=source, problems=problems, queues=queues
    )
