"""Whether RabbitMQ takes what a service publishes: what it confirmed lately, and a try where nobody knows.

That a port answers says little: TLS may be refused, a right may be gone, a policy may let the queue reject
what is published. Only a confirmed publish on the real way says yes. The message of a try is a valid event
that no outbox holds: its receiver drops it, a consumer of an earlier release too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence

import structlog
from dramatiq.common import q_name
from dramatiq.errors import BrokerConnectionError, ConnectionClosed
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

from followup_common.contracts import Event, FollowUpReassigned, SweepRequested, wrap
from followup_common.messaging.broker import message_of, rabbitmq_broker
from followup_common.messaging.confirmations import Confirmations
from followup_common.messaging.connections import KeptAliveBroker
from followup_common.messaging.metrics import UNCONFIRMED
from followup_common.messaging.refusals import Refusal, refusal_of
from followup_common.metrics import Meter

log = structlog.get_logger()

SOURCE = "followup/proof"
"""Who a try comes from: a consumer drops it without a look into the database."""
PATIENCE_SECONDS = 3
"""How long RabbitMQ may take to let us in, and to confirm."""
AGAIN_AFTER_SECONDS = 5.0
"""From a refusal to the next try, at most."""
SPARED_SECONDS = 600.0
"""A queue that nobody consumes is tried so seldom, once it took something: tries would fill it."""

TRIES: dict[str, Event] = {
    "escalator": SweepRequested(sweep_id=1),
    "notifier": FollowUpReassigned(follow_up_id=1, assignee_id=1, assignment=1, actor_id=1),
}
"""By queue: an event that its consumer knows."""


def prove(
    url: str, queues: Iterable[str], *, declare: bool = False, spared: Collection[str] = ()
) -> Iterator[tuple[str, Refusal | None]]:
    """Publish to each queue on a connection of its own, as services do, and wait for the confirm.

    Args:
        url: of RabbitMQ.
        queues: those to try.
        declare: make what is missing, as who publishes does; else a queue that is not there is no refusal.
        spared: to these nothing is added where nobody consumes and something waits, and nothing is said.

    Yields:
        Each queue that was tried, with why it refuses; None when it confirmed.
    """
    left = list(queues)
    broker = _impatient_broker(url)
    try:
        while left:
            tried, refusal = _try(broker, left[0], declare=declare, spare=left[0] in spared)
            queue = left.pop(0)
            if tried:
                yield queue, refusal
    except (AMQPError, AMQPConnectorException, BrokerConnectionError, OSError) as error:
        refusal = broker.refusal(error)
        yield from ((queue, refusal) for queue in left)
    finally:
        broker.disconnect()
        broker.close()


def _impatient_broker(url: str) -> KeptAliveBroker:
    broker = rabbitmq_broker(url, connection_attempts=1)
    broker.patience = PATIENCE_SECONDS
    several = broker.parameters
    for parameters in several if isinstance(several, list) else [several]:
        parameters.socket_timeout = parameters.stack_timeout = PATIENCE_SECONDS
        parameters.blocked_connection_timeout = PATIENCE_SECONDS
    return broker


def _try(broker: KeptAliveBroker, queue: str, *, declare: bool, spare: bool) -> tuple[bool, Refusal | None]:
    """Whether the queue was tried, and why it refuses; raises what concerns the connection."""
    try:
        with broker.connection_in_use():
            if declare:
                broker.declare_queue(queue, ensure=True)
            if spare and _waits_for_nobody(broker, queue):
                return False, None
            broker.channel.basic_publish("", queue, _message_for(queue), mandatory=True)
    except UnroutableError:
        return not declare, None  # made, and deleted since
    except NackError as error:
        return True, refusal_of(error)
    except ChannelClosedByBroker as error:
        del broker.channel
        return True, refusal_of(error)
    except ConnectionClosed as error:  # dramatiq's, for what RabbitMQ says of a queue as well
        if not isinstance(error.args[0], ChannelClosedByBroker):
            raise
        return True, refusal_of(error)
    return True, None


def _message_for(queue: str) -> bytes:
    """It names its queue, also that of delayed messages: there its receiver acknowledges it."""
    message = message_of(wrap(TRIES[q_name(queue)], source=SOURCE))
    return message.copy(queue_name=queue).encode()


def _waits_for_nobody(broker: KeptAliveBroker, queue: str) -> bool:
    found = broker.channel.queue_declare(queue, passive=True).method
    return bool(found.message_count and not found.consumer_count)


class Prover:
    """Keeps the confirmations of a process up to date while it publishes nothing itself.

    Args:
        url: of RabbitMQ.
        queues: those to which the service publishes.
        confirmations: of the service's broker.
        every: seconds after which what was confirmed is tried again.
        meter: shows whether something is not confirmed.
        again_after: seconds from a refusal to the next try, at most.
    """

    def __init__(
        self,
        url: str,
        queues: Sequence[str],
        confirmations: Confirmations,
        *,
        every: float,
        meter: Meter,
        again_after: float = AGAIN_AFTER_SECONDS,
    ) -> None:
        self._url = url
        self._queues = queues
        self._confirmations = confirmations
        self._every = every
        self._again_after = again_after
        self._meter = meter
        self._meter.declare(UNCONFIRMED)
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
        return self._confirmations.problem(self._queues)

    def _run(self) -> None:
        while True:
            try:
                self._prove()
            except Exception as error:  # the next try may work, and somebody has to make it
                log.exception("proof_failed")
                unknown = f"nobody knows, as the try failed: {type(error).__name__}"
                for queue in self._queues:
                    self._confirmations.refused(queue, unknown)
            self._meter.record(UNCONFIRMED, float(self.problem() is not None))
            if not self._next_try():
                return

    def _next_try(self) -> bool:
        """Wait for it: it comes soon after a refusal, also of what the service itself published meanwhile.

        Returns:
            Whether there is one; not after `stop`.
        """
        in_turn = time.monotonic() + self._every
        while not self._stopped.wait(min(self._every, self._again_after)):
            if self.problem() is not None or time.monotonic() >= in_turn:
                return True
        return False

    def _prove(self) -> None:
        before = self._confirmations.problem()
        asked = self._confirmations.unknown(self._queues, self._every)
        spared = self._confirmations.confirmed_within(SPARED_SECONDS)
        for queue, refusal in prove(self._url, asked, declare=True, spared=spared):
            if refusal is None:
                self._confirmations.confirmed(queue)
            else:
                self._confirmations.refused(queue, refusal.reason)
        if (now := self._confirmations.problem()) != before:
            log.warning("publishing_refused", problem=now) if now else log.info("publishing_confirmed")
