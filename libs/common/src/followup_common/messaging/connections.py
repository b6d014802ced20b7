"""Connections to RabbitMQ that stay open while the threads which publish have nothing to say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from pika import BlockingConnection
from pika.exceptions import AMQPError

from followup_common.messaging.confirmations import Confirmations
from followup_common.messaging.refusals import refusal_of

log = structlog.get_logger()

LOOKS_PER_HEARTBEAT = 4
CLOSE_SECONDS = 5


class KeptAliveBroker(RabbitmqBroker):
    """Dramatiq's broker, whose idle connections answer RabbitMQ's heartbeats.

    Dramatiq gives each thread that publishes a connection of its own. pika answers heartbeats only while
    that thread uses it, so RabbitMQ gave up on a connection that was idle for two heartbeats, with an error
    in its log, and the next one to publish found it closed, with a stack in ours. Here one more thread looks
    after all connections that no thread uses at the moment; a lock for each keeps the two apart.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.confirmations = Confirmations()
        self._own = threading.local()
        self._held: list[_Held] = []
        self._guard = threading.Lock()
        self._closed = threading.Event()
        self._keeper: threading.Thread | None = None

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Publish a message, on this thread's connection, and note whether RabbitMQ took it."""
        try:
            with self._connection_in_use():
                sent = super().enqueue(message, delay=delay)
        except Exception as error:
            self.confirmations.refused(message.queue_name, refusal_of(error).reason)
            raise
        self.confirmations.confirmed(message.queue_name)
        return sent

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        """Declare a queue, on this thread's connection where it has to be made."""
        with self._connection_in_use():
            super().declare_queue(queue_name, ensure=ensure)

    def close(self) -> None:
        """Close all connections, and let nobody look after them any more."""
        self._closed.set()
        if self._keeper is not None:
            self._keeper.join(CLOSE_SECONDS)
        super().close()

    @contextmanager
    def _connection_in_use(self) -> Iterator[None]:
        held = self._held_by_this_thread()
        with held.lock:
            try:
                yield
            finally:
                held.connection = getattr(self.state, "connection", None)
                if held.connection is not None:
                    self._look_after_connections()

    def _held_by_this_thread(self) -> _Held:
        held: _Held | None = getattr(self._own, "held", None)
        if held is None:
            held = self._own.held = _Held()
            with self._guard:
                self._held.append(held)
        return held

    def _look_after_connections(self) -> None:
        with self._guard:
            if self._keeper is None and self._seconds_between_looks():
                self._keeper = threading.Thread(target=self._keep_alive, name="heartbeats", daemon=True)
                self._keeper.start()

    def _seconds_between_looks(self) -> float:
        """How often RabbitMQ has to hear of a connection, with room to spare; 0: it does not ask."""
        several = self.parameters if isinstance(self.parameters, list) else [self.parameters]
        return min(float(each.heartbeat or 0) for each in several) / LOOKS_PER_HEARTBEAT

    def _keep_alive(self) -> None:
        while not self._closed.wait(self._seconds_between_looks()):
            with self._guard:
                held = list(self._held)
            for one in held:
                if not one.thread.is_alive():
                    self._forget(one)
                one.answer_heartbeats()

    def _forget(self, held: _Held) -> None:
        """A thread that has ended publishes no more: its connection goes."""
        with self._guard:
            self._held.remove(held)
        connection, held.connection = held.connection, None
        if connection is not None:
            self.connections.discard(connection)
            with _news_of_closing(), held.lock:
                if connection.is_open:
                    connection.close()


@dataclass
class _Held:
    """A thread and its connection; the lock is held by anyone who uses that."""

    thread: threading.Thread = field(default_factory=threading.current_thread)
    lock: threading.RLock = field(default_factory=threading.RLock)
    connection: BlockingConnection | None = None

    def answer_heartbeats(self) -> None:
        """Send and take what is due, unless the thread uses the connection, which does the same."""
        if not self.lock.acquire(blocking=False):
            return
        try:
            with _news_of_closing():
                if self.connection is not None and self.connection.is_open:
                    self.connection.process_data_events(time_limit=0)
        finally:
            self.lock.release()


@contextmanager
def _news_of_closing() -> Iterator[None]:
    """Note that RabbitMQ or the network has closed an idle connection: the next to publish opens another."""
    try:
        yield
    except AMQPError as error:
        log.info("idle_connection_closed", error=repr(error))
