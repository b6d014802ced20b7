"""Whether RabbitMQ takes what a service publishes: what it confirmed lately, and a try where nobody knows.

That a port answers says little: TLS may be refused, a right may be gone, a policy may let the queue reject
what is published. Only a confirmed publish on the real way says yes. The message of a try is a valid event
that no outbox holds: whoever receives it drops it, a consumer of an earlier release too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

import pika
import structlog
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

from followup_common.contracts import Event, FollowUpReassigned, SweepRequested, wrap
from followup_common.messaging.broker import message_of
from followup_common.messaging.confirmations import Confirmations
from followup_common.messaging.metrics import UNCONFIRMED
from followup_common.messaging.refusals import Refusal, refusal_of
from followup_common.metrics import Meter

log = structlog.get_logger()

SOURCE = "followup/proof"
"""Who a try comes from: a consumer drops it without a look into the database."""
PATIENCE_SECONDS = 3
"""How long RabbitMQ may take to let us in, and to confirm."""
AGAIN_AFTER_SECONDS = 5.0
"""Until the next try after a refusal."""

TRIES: dict[str, Event] = {
    "escalator": SweepRequested(sweep_id=1),
    "notifier": FollowUpReassigned(follow_up_id=1, assignee_id=1, assignment=1, actor_id=1),
}
"""By queue: an event that its consumer knows."""


def prove(url: str, queues: Iterable[str]) -> Iterator[tuple[str, Refusal | None]]:
    """Publish to each queue on a connection of its own, as services do, and wait for the confirm.

    A queue that is not there is no refusal: who publishes to it makes it. Where nobody consumes and
    something waits, nothing is added, and nothing is said.

    Args:
        url: of RabbitMQ.
        queues: those to try.

    Yields:
        Each queue that was tried, with why it refuses; None when it confirmed.
    """
    left = list(queues)
    parameters = pika.URLParameters(url)
    parameters.connection_attempts = 1
    parameters.socket_timeout = parameters.stack_timeout = PATIENCE_SECONDS
    parameters.blocked_connection_timeout = PATIENCE_SECONDS
    try:
        with pika.BlockingConnection(parameters) as connection:
            while left:
                waits = _waits_for_nobody(connection, left[0])
                refusal = None if waits else _try(connection, left[0])
                queue = left.pop(0)
                if not waits:
                    yield queue, refusal
    except (AMQPError, OSError) as error:
        yield from ((queue, refusal_of(error)) for queue in left)


def _try(connection: pika.BlockingConnection, queue: str) -> Refusal | None:
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        body = message_of(wrap(TRIES[queue], source=SOURCE)).encode()
        channel.basic_publish("", queue, body, mandatory=True)
        channel.close()
    except UnroutableError:
        return None
    except (NackError, ChannelClosedByBroker) as error:
        return refusal_of(error)
    return None


def _waits_for_nobody(connection: pika.BlockingConnection, queue: str) -> bool:
    channel: BlockingChannel = connection.channel()
    try:
        found = channel.queue_declare(queue, passive=True).method
    except ChannelClosedByBroker:  # not there, or not ours to ask about
        return False
    channel.close()
    return bool(found.message_count and not found.consumer_count)


class Prover:
    """Keeps the confirmations of a process up to date while it publishes nothing itself.

    Args:
        url: of RabbitMQ.
        queues: those to which the service publishes.
        confirmations: of the service's broker.
        every: seconds after which what was confirmed is tried again.
        meter: shows whether something is not confirmed.
    """

    def __init__(
        self, url: str, queues: Sequence[str], confirmations: Confirmations, *, every: float, meter: Meter
    ) -> None:
        self._url = url
        self._queues = queues
        self._confirmations = confirmations
        self._every = every
        self._meter = meter
        self._meter.declare(UNCONFIRMED)
        self._proven = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prover", daemon=True)

    def start(self) -> None:
        """Try for the first time, and start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; does not wait for it."""
        self._stopped.set()

    def problem(self) -> str | None:
        """Why RabbitMQ does not take what the service publishes; None when it does."""
        if not self._proven:
            return "RabbitMQ has confirmed nothing yet"
        return self._confirmations.problem()

    def _run(self) -> None:
        while True:
            self._prove()
            problem = self.problem()
            self._meter.record(UNCONFIRMED, float(problem is not None))
            wait = self._every if problem is None else min(self._every, AGAIN_AFTER_SECONDS)
            if self._stopped.wait(wait):
                return

    def _prove(self) -> None:
        before = self._confirmations.problem()
        for queue, refusal in prove(self._url, self._confirmations.unknown(self._queues, self._every)):
            if refusal is None:
                self._confirmations.confirmed(queue)
            else:
                self._confirmations.refused(queue, refusal.reason)
        self._proven = True
        if (now := self._confirmations.problem()) != before:
            log.warning("publishing_refused", problem=now) if now else log.info("publishing_confirmed")
