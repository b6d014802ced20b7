"""RabbitMQ under examination: does it answer, are the queues what we declare, does anybody consume?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import dq_name, xq_name
from pika.adapters.blocking_connection import BlockingConnection
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker

from followup_common.contracts import event_types
from followup_common.doctor.findings import Finding
from followup_common.messaging.broker import rabbitmq_broker
from followup_common.messaging.proof import TRIES, prove
from followup_common.messaging.refusals import Refusal

OLDEST_VERSION = (3, 10)
AMQP_PORTS = {"amqp": 5672, "amqps": 5671}
NOT_FOUND, ACCESS_REFUSED, PRECONDITION_FAILED = 404, 403, 406
PATIENCE_SECONDS = 10
"""How long RabbitMQ may take for one step of the examination."""
ALARM_SHOWS_SECONDS = 1.0
"""RabbitMQ says so at once when it blocks those who publish; this bounds the wait for that."""


def examine_broker(url: str) -> Iterator[Finding]:
    """Look at RabbitMQ and the queues that services consume, and publish a message to each that its consumer
    drops; nothing is created or changed.

    Args:
        url: as in FOLLOWUP_BROKER_URL.
    """
    broker = rabbitmq_broker(url, connection_attempts=1)
    broker.patience = PATIENCE_SECONDS
    try:
        with broker.connection_in_use():
            version, alarm = _version(broker.connection), _alarm(broker.connection)
        yield version
        yield alarm if alarm else _publishing(url)
        for queue in sorted({event.queue for event in event_types().values()}):
            with broker.connection_in_use():
                found = _queue(broker, queue)
            yield found
    # AMQPConnectorException: nobody answers where somebody listens; OSError: what TLS refuses.
    except (AMQPConnectionError, AMQPConnectorException, OSError) as error:
        yield _unreachable(url, broker.refusal(error))
    finally:
        broker.close()


def _unreachable(url: str, refusal: Refusal) -> Finding:
    target = urlsplit(url)
    where = f"{target.hostname}:{target.port or AMQP_PORTS.get(target.scheme, 5672)}"
    return Finding("broker", f"{where}, as {target.username}: {refusal.reason}", refusal.fix)


def _version(connection: BlockingConnection) -> Finding:
    version = str(connection._impl.server_properties["version"])  # pika has no public way to it
    old = tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION
    fix = "Upgrade RabbitMQ to 3.10 or newer." if old else None
    return Finding("broker", f"RabbitMQ {version} answers", fix)


def _alarm(connection: BlockingConnection) -> Finding | None:
    """RabbitMQ blocks a connection only once it publishes: a message for nobody finds out."""
    reasons: list[str] = []
    connection.add_on_connection_blocked_callback(lambda _, frame: reasons.append(frame.method.reason))
    channel = connection.channel()
    channel.basic_publish(exchange="", routing_key="followup.doctor", body=b"")
    connection.process_data_events(time_limit=ALARM_SHOWS_SECONDS)
    if not reasons:
        return None
    fix = "Free memory or disk of RabbitMQ's machine, or raise its watermark: `rabbitmq-diagnostics alarms`."
    return Finding("publishing", f"RabbitMQ blocks publishers: {reasons[0]}", fix)


def _publishing(url: str) -> Finding:
    """Whether RabbitMQ confirms what services publish: rights and policies say no only then."""
    for queue, refusal in prove(url, (*TRIES, *map(dq_name, TRIES))):
        if refusal is not None:
            return Finding("publishing", f"to {queue}: {refusal.reason}", refusal.fix)
    return Finding("publishing", "RabbitMQ confirms what is published")


def _queue(broker: RabbitmqBroker, queue: str) -> Finding:
    try:
        consumers = _declare_as_services_do(broker, queue)
    except ChannelClosedByBroker as error:
        del broker.channel  # RabbitMQ closed it
        return _refused(queue, error)
    if not consumers:
        return Finding(f"queue {queue}", "nobody consumes it", f"Start the {queue}, or look at its log.")
    return Finding(f"queue {queue}", f"{consumers} consumers{_copies(broker, queue)}")


def _copies(broker: RabbitmqBroker, queue: str) -> str:
    """What is in a dead letter queue is no fault: the outbox knows whether somebody has dealt with it."""
    copies = broker.channel.queue_declare(xq_name(queue), passive=True).method.message_count
    return f"; {copies:,} copies of what was given up, to look at" if copies else ""


def _declare_as_services_do(broker: RabbitmqBroker, queue: str) -> int:
    """Returns the number of consumers; a queue that is not there is not made."""
    declared: Any = None
    declares: dict[str, Any] = {
        xq_name(queue): broker._declare_xq_queue,
        dq_name(queue): broker._declare_dq_queue,
        queue: broker._declare_queue,
    }
    for name, declare in declares.items():
        broker.channel.queue_declare(name, passive=True)
        declared = declare(queue)  # RabbitMQ refuses other arguments than the queue has
    return int(declared.method.consumer_count)


def _refused(queue: str, error: ChannelClosedByBroker) -> Finding:
    fixes = {
        NOT_FOUND: f"Start the {queue}: it declares its queues.",
        ACCESS_REFUSED: "Let the user in: `rabbitmqctl set_permissions` with configure, write and read.",
        PRECONDITION_FAILED: f"Stop the {queue}, delete its queues (`rabbitmqctl delete_queue {queue}`, .DQ "
        "and .XQ) and start it again: the outbox sends again what was in them.",
    }
    return Finding(f"queue {queue}", error.reply_text, fixes.get(error.reply_code, "See RabbitMQ's log."))
