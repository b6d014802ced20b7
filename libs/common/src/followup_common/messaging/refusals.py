"""Why RabbitMQ does not take what is published, in words that say what to do about it."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import TypeVar

from dramatiq.errors import BrokerConnectionError
from pika.exceptions import (
    ChannelClosedByBroker,
    ConnectionBlockedTimeout,
    NackError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

E = TypeVar("E", bound=BaseException)


@dataclass(frozen=True)
class Refusal:
    """Why RabbitMQ does not take what is published, and what to do about it."""

    reason: str
    fix: str


KNOWN: dict[type[BaseException], Refusal] = {
    NackError: Refusal(
        "RabbitMQ rejects what is published to the queue",
        "A policy lets it (overflow=reject-publish with max-length): raise its bound or take it away "
        "(`rabbitmqctl list_policies`, `clear_policy`), and see that the queue's consumers run.",
    ),
    ChannelClosedByBroker: Refusal(
        "RabbitMQ does not let the user publish",
        "Let the user in: `rabbitmqctl set_permissions` with configure, write and read.",
    ),
    ProbableAuthenticationError: Refusal(
        "RabbitMQ refuses the user or the password",
        "Correct user and password in FOLLOWUP_BROKER_URL, or set it: `rabbitmqctl change_password`.",
    ),
    ProbableAccessDeniedError: Refusal(
        "RabbitMQ has no such virtual host for the user",
        "Make the virtual host and let the user in: `rabbitmqctl add_vhost`, `set_permissions`.",
    ),
    ConnectionBlockedTimeout: Refusal(
        "RabbitMQ blocks publishers",
        "Free memory or disk of its machine, or raise its watermark: `rabbitmq-diagnostics alarms`.",
    ),
}
AWAY = Refusal(
    "RabbitMQ does not answer",
    "Start RabbitMQ, or correct host and port in FOLLOWUP_BROKER_URL; look for a firewall between.",
)
UNKNOWN_HOST = Refusal(
    "the host's name cannot be resolved",
    "Correct the host in FOLLOWUP_BROKER_URL, or let this machine's DNS know it.",
)
OTHER_ARGUMENTS = Refusal(
    "the queue was made with other arguments than ours",
    "Stop the services, delete the queue, its .DQ and .XQ (`rabbitmqctl delete_queue`), and start them: "
    "the outbox sends again what was in them.",
)
PRECONDITION_FAILED = 406
UNCONFIRMED = Refusal(
    "RabbitMQ does not confirm what is published",
    "See that the nodes of its cluster run and that the queue does (`rabbitmqctl list_queues name state`), "
    "and look at RabbitMQ's log.",
)
TLS_FIX = (
    "See that RabbitMQ's certificate is valid, names this host and is signed by an authority that is trusted "
    "here, and that FOLLOWUP_BROKER_URL names the port of TLS with amqps://, usually 5671."
)


def refusal_of(error: BaseException) -> Refusal:
    """What an error of RabbitMQ, or on the way to it, means to somebody who wants to publish.

    Args:
        error: of pika, or of dramatiq, which wraps pika's.
    """
    if isinstance(error, BrokerConnectionError) and error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
    if isinstance(error, ChannelClosedByBroker) and error.reply_code == PRECONDITION_FAILED:
        return OTHER_ARGUMENTS
    for kind, refusal in KNOWN.items():
        if isinstance(error, kind):
            return refusal
    if behind := _behind(error, ssl.SSLError):
        return Refusal(f"TLS is refused: {behind.reason or behind}", TLS_FIX)
    return UNKNOWN_HOST if _behind(error, socket.gaierror) else AWAY


def _behind(error: BaseException, kind: type[E]) -> E | None:
    """The error of a kind behind one of pika, which wraps it in others' arguments."""
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop()
        if isinstance(found, kind):
            return found
        if isinstance(found, BaseException):
            waiting += [*found.args, found.__cause__, found.__context__, getattr(found, "exception", None)]
    return None
