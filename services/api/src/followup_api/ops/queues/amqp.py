"""What AMQP itself tells about queues: passive declares, on a connection for this one reading."""

from __future__ import annotations

from collections.abc import Iterable

import pika
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ChannelClosedByBroker, ConnectionClosedByBroker

from followup_api.ops.queues.schemas import Figure, QueueState

SECONDS = 2
NO_SUCH_QUEUE = "There is no such queue: its service has not started on this RabbitMQ yet."
NOT_TOLD = (
    "Only RabbitMQ's management API tells this: set FOLLOWUP_RABBITMQ_MANAGEMENT_URL to see it, "
    "or fix what it says now."
)


class BrokerAway(Exception):
    """RabbitMQ did not tell anything. The message says why, and the fix."""


def read(url: str, names: Iterable[str]) -> list[QueueState]:
    """Ask for the state of queues.

    Args:
        url: AMQP URL.
        names: of the queues.

    Raises:
        BrokerAway: RabbitMQ is not there, or lets nobody in.
    """
    parameters = _parameters(url)
    try:
        with pika.BlockingConnection(parameters) as connection:
            return [_declared(connection, name) for name in names]
    except ConnectionClosedByBroker as error:
        raise BrokerAway(f"RabbitMQ ended the connection: {error.reply_text}") from error
    except (AMQPError, AMQPConnectorException, OSError) as error:
        where = f"{parameters.host}:{parameters.port}"
        raise BrokerAway(
            f"RabbitMQ does not answer at {where} ({type(error).__name__}). Events wait in the outbox until "
            "it does: see that it runs, and that FOLLOWUP_BROKER_URL names it."
        ) from error


def _parameters(url: str) -> pika.URLParameters:
    """The URL's, bounded: nobody waits long for a figure on a page."""
    parameters = pika.URLParameters(url)
    parameters.connection_attempts = 1
    parameters.socket_timeout = SECONDS
    parameters.stack_timeout = SECONDS
    parameters.blocked_connection_timeout = SECONDS
    parameters.heartbeat = 2 * SECONDS
    parameters.client_properties = {"connection_name": "followup-api: operations page"}
    return parameters


def _declared(connection: pika.BlockingConnection, name: str) -> QueueState:
    channel = connection.channel()  # RabbitMQ closes it when there is no such queue
    try:
        found = channel.queue_declare(name, passive=True).method
    except ChannelClosedByBroker as error:
        absent = error.reply_text.startswith("NOT_FOUND - no queue")
        return QueueState.of(name, {}, NO_SUCH_QUEUE if absent else f"RabbitMQ says: {error.reply_text}")
    channel.close()
    figures = {Figure.READY: found.message_count, Figure.CONSUMERS: found.consumer_count}
    return QueueState.of(name, figures, NOT_TOLD)
