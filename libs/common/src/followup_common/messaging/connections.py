"""Connections to RabbitMQ that stay open while the threads which publish have nothing to say."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import dq_name
from pika import BlockingConnection
from pika.exceptions import AMQPError

from followup_common.messaging.confirmations import Confirmations
from followup_common.messaging.refusals import UNCONFIRMED, Refusal, refusal_of

log = structlog.get_logger()

LOOKS_PER_HEARTBEAT = 4
LOOKS_PER_WAIT = 2
CLOSE_SECONDS = 5
CONFIRM_SECONDS = 30.0
"""How long RabbitMQ may take for what it is asked, such as a confirm; pika itself waits for ever."""


class KeptAliveBroker(RabbitmqBroker):
    """Dramatiq's broker, whose idle connections answer RabbitMQ's heartbeats.

    Dramatiq gives each thread that publishes a connection of its own. pika answers heartbeats only while
    that thread uses it, so RabbitMQ gave up on a connection that was idle for two heartbeats, with an error
    in its log, and the next one to publish found it closed, with a stack in ours. Here one more thread looks
    after all connections that no thread uses at the moment; a lock for each keeps the two apart. It also
    breaks off a connection on which an answer of RabbitMQ, such as a confirm, never comes.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.confirmations = Confirmations()
        self.patience = CONFIRM_SECONDS
        self._own = threading.local()
        self._held: list[_Held] = []
        self._guard = threading.Lock()
        self._closed = threading.Event()
        self._keeper: threading.Thread | None = None

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Publish a message, on this thread's connection, and note whether RabbitMQ took it."""
        queue = message.queue_name if delay is None else dq_name(message.queue_name)
        try:
            with self.connection_in_use():
                sent = super().enqueue(message, delay=delay)
        except Exception as error:
            self.confirmations.refused(queue, self.refusal(error).reason)
            raise
        self.confirmations.confirmed(queue)
        return sent

    def refusal(self, error: Exception) -> Refusal:
        """What an error means that this thread has just met."""
        return UNCONFIRMED if self._held_by_this_thread().broken_off else refusal_of(error)

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        """Declare a queue, on this thread's connection where it has to be made."""
        with self.connection_in_use():
            super().declare_queue(queue_name, ensure=ensure)

    def disconnect(self) -> None:
        """Close this thread's connection."""
        with self.connection_in_use():
            del self.connection

    def close(self) -> None:
        """Close all connections, and let nobody look after them any more."""
        self._closed.set()
        if self._keeper is not None:
            self._keeper.join(CLOSE_SECONDS)
        super().close()

    @property
    def connection(self) -> BlockingConnection:
        """This thread's connection; opened where there is none."""
        connection: BlockingConnection = super().connection
        self._held_by_this_thread().connection = connection
        return connection

    @connection.deleter
    def connection(self) -> None:
        RabbitmqBroker.connection.__delete__(self)  # type: ignore[attr-defined]  # super() deletes no property
        self._held_by_this_thread().connection = None

    @contextmanager
    def connection_in_use(self) -> Iterator[None]:
        """Let nobody else touch this thread's connection, and break it off when this takes too long."""
        self._look_after_connections()
        with self._held_by_this_thread().in_use():
            yield

    def _held_by_this_thread(self) -> _Held:
        held: _Held | None = getattr(self._own, "held", None)
        if held is None:
            held = self._own.held = _Held()
            with self._guard:
                self._held.append(held)
        return held

    def _look_after_connections(self) -> None:
        with self._guard:
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep_alive, name="heartbeats", daemon=True)
                self._keeper.start()

    def _seconds_between_looks(self) -> float:
        """How often RabbitMQ has to hear of a connection, and we look for what never comes."""
        several = self.parameters if isinstance(self.parameters, list) else [self.parameters]
        beats = [float(each.heartbeat) / LOOKS_PER_HEARTBEAT for each in several if each.heartbeat]
        return min([*beats, self.patience / LOOKS_PER_WAIT])

    def _keep_alive(self) -> None:
        while not self._closed.wait(self._seconds_between_looks()):
            with self._guard:
                held = list(self._held)
            for one in held:
                self._look_after(one)

    def _look_after(self, held: _Held) -> None:
        try:
            if not held.thread.is_alive():
                self._forget(held)
            held.answer_heartbeats()
            held.break_off_after(self.patience)
        except Exception:  # whatever one connection does: the others still need this thread
            log.exception("connection_not_looked_after")

    def _forget(self, held: _Held) -> None:
        """The connection of a thread that has ended goes; in another thread, as that may take long."""
        if held.connection is None:
            with self._guard:
                self._held.remove(held)
        else:
            held.thread = threading.Thread(target=self._close, args=(held,), name="closing", daemon=True)
            held.thread.start()

    def _close(self, held: _Held) -> None:
        connection = held.connection
        with held.in_use(), _news_of_closing():
            if connection is not None and connection.is_open:
                connection.close()
        held.connection = None
        self.connections.discard(connection)


@dataclass
class _Held:
    """A thread and its connection; the lock is held by anyone who uses that."""

    thread: threading.Thread = field(default_factory=threading.current_thread)
    lock: threading.RLock = field(default_factory=threading.RLock)
    connection: BlockingConnection | None = None
    broken_off: bool = False
    _since: float | None = None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """The thread waits for RabbitMQ; what it does within counts as one wait."""
        with self.lock:
            if self._since is not None:
                yield
                return
            self._since, self.broken_off = time.monotonic(), False
            try:
                yield
            finally:
                self._since = None

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

    def break_off_after(self, seconds: float) -> None:
        """Let the thread that has waited for so long meet a lost connection."""
        since, connection = self._since, self.connection
        if since is None or connection is None or time.monotonic() - since < seconds:
            return
        self.broken_off = True
        transport = connection._impl._transport  # pika has no public way to it that other threads may go
        if transport is not None and transport._sock is not None:
            with suppress(OSError):  # it is lost already
                transport._sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _news_of_closing() -> Iterator[None]:
    """Note that RabbitMQ or the network has closed an idle connection: the next to publish opens another."""
    try:
        yield
    except AMQPError as error:
        log.info("idle_connection_closed", error=repr(error))
