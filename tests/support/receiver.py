"""An HTTP server in this process, which answers, hangs, redirects or cuts off as a test tells it to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True)
class Received:
    """A request that the server got."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict[str, Any]:
        """What it says, as the standard's own library reads it with a secret."""
        read: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return read


Respond = Callable[[BaseHTTPRequestHandler], None]


class Receiver:
    """Listens on a port of this machine.

    Args:
        tls: with which it speaks; None: plain http.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.respond: Respond = answering(204)
        self.choose: Callable[[Received], Respond] = lambda _: self.respond
        """How it responds to one request."""
        self.ending = threading.Event()
        self._tls = tls
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def url(self, host: str = "127.0.0.1") -> str:
        """Of a webhook that leads here."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}/hooks?of=followup"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = self.rfile.read(length)
                if len(body) < length:
                    self.close_connection = True
                    return  # it broke off
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(self.path, headers, body)
                receiver.received.append(received)
                receiver.choose(received)(self)

            do_GET = do_POST  # noqa: N815 - http.server looks for this name

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler


def answering(status: int, **headers: str) -> Respond:
    """Answers with a status and nothing else."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return respond


def sending(raw: bytes) -> Respond:
    """Sends these bytes and hangs up."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    return respond


def hanging(receiver: Receiver) -> Respond:
    """Says nothing until the test is over."""
    return lambda _: (receiver.ending.wait(30), None)[1]


def trickling(receiver: Receiver) -> Respond:
    """Sends a byte now and then, for ever."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 ")
            while not receiver.ending.wait(0.05):
                handler.wfile.write(b"x")
                handler.wfile.flush()

    return respond
