"""Dramatiq brokers with the settings that keep our promises (traps: docs/adr/0003)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import CurrentMessage, Middleware, Retries, ShutdownNotifications, TimeLimit

from followup_common.contracts import Envelope, event_types
from followup_common.messaging.connections import KeptAliveBroker
from followup_common.settings import Retrying

TIME_LIMIT_MS = 120_000
"""Well above the statement timeout: a handler is stopped by PostgreSQL before it is stopped by us."""

DEFAULT = Retrying()


class DeadLettered(Exception):
    """The event was given up; its message goes to the dead letters. Carries the reason."""


class SafeRetries(Retries):
    """Retries that dead-letter a message which cannot be put back, where Dramatiq would acknowledge it."""

    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: dramatiq.broker.MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        try:
            Retries.after_process_message(self, broker, message, result=result, exception=exception)
        except Exception:
            message.fail()
            raise


def rabbitmq_broker(
    url: str, *, connection_attempts: int = 5, retrying: Retrying = DEFAULT
) -> KeptAliveBroker:
    """A broker that waits for publisher confirms and notices dead or blocked connections.

    Args:
        url: AMQP URL; query parameters that it carries win over ours.
        connection_attempts: tries, a second apart, before a connection counts as failed.
        retrying: how handlers are tried again; of no use to those that only publish.
    """
    ours = {
        "heartbeat": "30",
        "blocked_connection_timeout": "30",
        "connection_attempts": str(connection_attempts),
        "retry_delay": "1",
        "socket_timeout": "10",
    }
    parts = urlsplit(url)
    query = urlencode({**ours, **dict(parse_qsl(parts.query))})
    return KeptAliveBroker(
        url=urlunsplit(parts._replace(query=query)), confirm_delivery=True, middleware=middleware(retrying)
    )


def in_process_broker(retrying: Retrying = DEFAULT) -> StubBroker:
    """A broker within this process, for `followup run`: the outbox makes up for what it forgets."""
    return StubBroker(middleware=middleware(retrying))


def declare_actors(broker: dramatiq.Broker, receive: dict[str, Callable[..., None]]) -> None:
    """Make each function the actor of an event type, on that type's queue."""
    for event_type, function in receive.items():
        dramatiq.Actor(
            function,
            broker=broker,
            actor_name=event_type,
            queue_name=event_types()[event_type].queue,
            priority=0,
            options={"throws": (DeadLettered,)},
        )


def message_of(envelope: Envelope) -> dramatiq.Message[None]:
    """The Dramatiq message that carries an envelope."""
    return dramatiq.Message(
        queue_name=event_types()[envelope.type].queue,
        actor_name=envelope.type,
        args=(envelope.model_dump(mode="json"),),
        kwargs={},
        options={},
        message_id=str(envelope.id),
    )


def middleware(retrying: Retrying) -> list[Middleware]:
    """What every broker of ours puts around its handlers."""
    return [
        TimeLimit(time_limit=TIME_LIMIT_MS),
        ShutdownNotifications(),
        CurrentMessage(),
        SafeRetries(
            max_retries=retrying.retries,
            min_backoff=milliseconds(retrying.first_after),
            max_backoff=milliseconds(retrying.at_most),
        ),
    ]


def milliseconds(time: timedelta) -> int:
    """A wait as dramatiq counts it: one at least."""
    return max(1, round(time / timedelta(milliseconds=1)))
