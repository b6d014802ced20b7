"""The connections of the server: how many there may be, and how long one may keep it waiting.

Nobody has been asked yet who is at the other end. So a connection on which a request is still to come, or
to come to its end, is one that can be dropped, and so is one whose client does not read what it asked for:
the longest waiting one goes when another needs its place.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Any

import structlog
from followup_common import open_files
from followup_common.metrics import Meter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from followup_api.metrics import CONNECTIONS, CONNECTIONS_DROPPED, CONNECTIONS_LIMIT

log = structlog.get_logger()

MAX_HEAD_BYTES = 64 * 1024
"""Of a request's line and headers, as h11 has it; httptools would keep any number of them."""
HEAD_SECONDS = 10.0
"""From the first byte of a request's head to its last."""
UNREAD_SECONDS = 60.0
"""For which a client may read nothing of an answer that fills all buffers on the way to it."""
MOST_PIPELINED = 4
"""Requests of one connection that may wait for the answers to those before them. It is closed after them."""
SPARE_FILES = 200
"""What a process opens beside connections: those to PostgreSQL and RabbitMQ, uploads, exports, its code."""
NEAR = 0.8
"""Part of the limit from which the log says that it comes near."""
SAY_AGAIN_SECONDS = 60.0
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"retry-after: 5\r\nconnection: close\r\ncontent-length: 45\r\n\r\n"
    b"Too many connections: try again in a moment.\n"
)


def most_connections(wanted: int) -> int:
    """How many connections a process takes, so that files never run out: accepting one would fail then.

    Args:
        wanted: the most, by the settings.
    """
    files = open_files.limit()
    return min(wanted, files - min(SPARE_FILES, files // 2))


class Connections:
    """The open connections of one server.

    Args:
        at_most: how many there may be.
        meter: shows how many there are.
    """

    def __init__(self, at_most: int, meter: Meter) -> None:
        self._at_most = at_most
        self._meter = meter
        self._open: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}
        """Those that wait for their client, to send or to read, the longest waiting one first."""
        self._said = -math.inf
        meter.record(CONNECTIONS_LIMIT, at_most)

    def opened(self, connection: Connection) -> None:
        """Take another one; the longest waiting one makes place for it if need be, or it is not taken."""
        self._open.add(connection)
        self.waits(connection)
        if len(self._open) > self._at_most:
            self._drop(next(iter(self._waiting)), for_another=connection)
        else:
            self._count()

    def waits(self, connection: Connection) -> None:
        """It waits for its client: a request is to come, or the rest of one, or an answer is to be read."""
        if connection in self._open:
            self._waiting.setdefault(connection)

    def works(self, connection: Connection) -> None:
        """All of a request has come, and its client reads: it is ours to answer."""
        self._waiting.pop(connection, None)

    def lost(self, connection: Connection) -> None:
        """It is no more."""
        self._open.discard(connection)
        self._waiting.pop(connection, None)
        self._count()

    def _drop(self, longest: Connection, for_another: Connection) -> None:
        self.lost(longest)
        self._meter.record(CONNECTIONS_DROPPED)
        longest.drop(FULL if longest is for_another else b"")

    def _count(self) -> None:
        number = len(self._open)
        self._meter.record(CONNECTIONS, number)
        now = asyncio.get_running_loop().time()
        if number >= NEAR * self._at_most and now - self._said > SAY_AGAIN_SECONDS:
            self._said = now
            log.warning(
                "connections_near_limit", open=number, at_most=self._at_most, waiting=len(self._waiting)
            )


class Connection(HttpToolsProtocol):
    """Refuses a request whose head does not end, and closes a connection that keeps us waiting.

    Args:
        connections: of the server.
        options: uvicorn's own.
    """

    def __init__(self, connections: Connections, **options: Any) -> None:
        super().__init__(**options)
        self._connections = connections
        self._unfinished = 0
        """Bytes since the last head, piece of a body or request that was complete."""
        self._head_ends: asyncio.TimerHandle | None = None
        self._read_ends: asyncio.TimerHandle | None = None
        self._unanswered: deque[RequestResponseCycle] = deque()
        """The requests that are being answered (the first) or wait for that."""
        self._no_more = False
        """The last request that is taken has come: those after it are not read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Called by the event loop, as are the next four."""
        super().connection_made(transport)
        # Uvicorn waits for the first request for ever, and for the next one so long.
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        self._connections.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end has gone, or we have closed it."""
        super().connection_lost(exc)
        for request in self._unanswered:  # uvicorn tells only the last one
            request.disconnected = True
            request.message_event.set()
        self._unset_keepalive_if_required()
        self._head_has_come()
        self._is_read()
        self._connections.lost(self)

    def data_received(self, data: bytes) -> None:
        """Something has come."""
        if self._no_more:
            return
        self._unfinished += len(data)
        if self._between_requests and self._head_ends is None:
            self._head_ends = self.loop.call_later(HEAD_SECONDS, self.drop)
        super().data_received(data)
        if self._unfinished > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def pause_writing(self) -> None:
        """The other end does not read as fast as we write."""
        super().pause_writing()
        self._must_be_read()
        self._wait_or_work()

    def resume_writing(self) -> None:
        """It has read most of it."""
        super().resume_writing()
        self._is_read()
        self._wait_or_work()
        if self.transport.is_closing():  # the rest as well
            self._must_be_read()

    def on_headers_complete(self) -> None:
        """Called by the parser, as are the next two."""
        if self._no_more:
            return
        self._unfinished = 0
        self._head_has_come()
        super().on_headers_complete()
        self._unanswered.append(self.cycle)
        if len(self._unanswered) > MOST_PIPELINED:
            self.cycle.keep_alive = False  # its answer says that the connection is closed

    def on_body(self, body: bytes) -> None:
        """A piece of the body is there."""
        if not self._no_more:
            self._unfinished = 0
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has ended."""
        if self._no_more:
            return
        self._unfinished = 0
        super().on_message_complete()
        self._no_more = not self.cycle.keep_alive
        self._wait_or_work()

    def on_response_complete(self) -> None:
        """Called by uvicorn once an answer has been written."""
        self._unanswered.popleft()
        super().on_response_complete()
        if self.transport.is_closing():
            self._must_be_read()
        else:
            self._wait_or_work()

    def timeout_keep_alive_handler(self) -> None:
        """Called when nothing more has come for a while; what was written may still be on its way."""
        super().timeout_keep_alive_handler()
        self._must_be_read()

    def drop(self, last_words: bytes = b"") -> None:
        """Close it whatever is on its way."""
        if self.transport.is_closing():
            return
        if last_words:
            self.transport.write(last_words)
            self.transport.close()
            self._must_be_read()
        else:
            self.transport.abort()

    @property
    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait_or_work(self) -> None:
        answering = self._unanswered[0] if self._unanswered else None
        if answering is None or answering.more_body or self.flow.write_paused:
            self._connections.waits(self)
        else:
            self._connections.works(self)

    def _head_has_come(self) -> None:
        if self._head_ends is not None:
            self._head_ends.cancel()
            self._head_ends = None

    def _must_be_read(self) -> None:
        self._read_ends = self._read_ends or self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def _is_read(self) -> None:
        if self._read_ends is not None:
            self._read_ends.cancel()
            self._read_ends = None
