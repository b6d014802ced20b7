"""Health of a service over HTTP: /healthz (alive), /readyz (can do its job, or what is missing), /metrics.

`followup_common.healthcheck` asks it from a container's HEALTHCHECK.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, TypeVar

import structlog

from followup_common.metrics import CONTENT_TYPE, Meter

log = structlog.get_logger()

PATIENCE_SECONDS = 3
"""How long a probe waits for a part that does not answer: less than those who probe wait."""

SILENCE_SECONDS = 5
"""How long a client may say nothing: those who probe ask at once."""
MOST_CONNECTIONS = 32
"""Each has a thread; probes and Prometheus need a few."""
TAKEN = (
    "Set FOLLOWUP_HEALTH_PORT to a free port: nobody answers probes for this process, nor shows its metrics."
)

T = TypeVar("T")

Check = Callable[[], str | None]
"""Returns None when all is well, else what is missing."""
Report = tuple[HTTPStatus, dict[str, object]]
Answer = Callable[[str], Report | None]
"""Answers the path of a probe; None: there is no such probe."""


class Bounded(Generic[T]):
    """Asks what may hang, once at a time and in a thread of its own, so that nobody waits for ever.

    Args:
        ask: the question.
        seconds: how long each caller waits for the answer.
    """

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asked: Future[T] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> T:
        """The answer, maybe to a question that was under way.

        Raises:
            TimeoutError: it did not come in time.
        """
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._run, args=(self._asked,), name="ask", daemon=True).start()
            asked = self._asked
        return asked.result(self._seconds)

    def _run(self, asked: Future[T]) -> None:
        try:
            asked.set_result(self._ask())
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            asked.set_exception(error)


def probes(*, alive: Mapping[str, Check] | None = None, ready: Mapping[str, Check] | None = None) -> Answer:
    """Answers to /healthz and /readyz.

    Args:
        alive: checks whose failure means that the process should be restarted.
        ready: further checks whose failure means that it cannot work right now.
    """
    paths = {"/healthz": alive or {}, "/readyz": {**(alive or {}), **(ready or {})}}

    def answer(path: str) -> Report | None:
        checks = paths.get(path)
        return None if checks is None else verdict({name: check() for name, check in checks.items()})

    return answer


class HealthServer:
    """A small HTTP server in a thread of its own: the probes and, with a meter, /metrics.

    Args:
        answer: to the probes.
        meter: keeps the figures that /metrics shows.
    """

    def __init__(self, answer: Answer, meter: Meter | None = None) -> None:
        self._answer = answer
        self._meter = meter

    def start(self, host: str, port: int) -> None:
        """Listen where the settings say; port 0 serves nothing.

        A service whose port is taken, such as the second one on a machine, works all the same, but says so.
        """
        if not port:
            return
        try:
            self.listen(host, port)
        except OSError as error:
            log.warning("health_port_not_served", host=host, port=port, error=str(error), fix=TAKEN)

    def listen(self, host: str, port: int) -> int:
        """Listen at an address; returns the port, which 0 leaves to the system.

        Raises:
            OSError: the port is taken.
        """
        server = _Server((host, port), self._handler())
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
        return int(server.server_address[1])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer, meter = self._answer, self._meter

        class Handler(BaseHTTPRequestHandler):
            timeout = SILENCE_SECONDS

            def do_GET(self) -> None:
                if meter is not None and self.path == "/metrics":
                    self._send(HTTPStatus.OK, CONTENT_TYPE, meter.exposition())
                elif (found := answer(self.path)) is not None:
                    self._send(found[0], "application/json", json.dumps(found[1]).encode())
                else:
                    self.send_error(HTTPStatus.NOT_FOUND)

            def _send(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Probes are not worth a log line."""

        return Handler


class _Server(ThreadingHTTPServer):
    """With few connections at a time: the longest open one makes place for the next, which may be a probe."""

    request_queue_size = 128
    """Connections that come at once wait here. By default 5 do, and others try again after seconds."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: dict[socket.socket, None] = {}
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: object) -> None:
        with self._lock:
            self._open[request] = None
            too_many = len(self._open) > MOST_CONNECTIONS
            if too_many:
                self._end(next(iter(self._open)))
        super().process_request(request, client_address)

    def _end(self, request: Any) -> None:
        """Let the thread of a connection find that nothing more comes."""
        del self._open[request]
        with suppress(OSError):  # the other end has left
            request.shutdown(socket.SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
            super().shutdown_request(request)


def verdict(results: Mapping[str, str | None]) -> Report:
    """200 when no check found a problem, else 503; the body names each."""
    well = not any(results.values())
    body: dict[str, object] = {
        "status": "ok" if well else "unavailable",
        "checks": {name: problem or "ok" for name, problem in results.items()},
    }
    return (HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE), body
