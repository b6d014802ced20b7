"""The API within `followup run`: where it listens, and that it ends in time."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

from fastapi import FastAPI
from followup_api.serving import Server
from followup_api.settings import ApiSettings
from pydantic import AnyHttpUrl

from followup_cli.output import Failure

DRAIN_SECONDS = 1
CUT_OFF_SECONDS = 1.5
LAST_RESORT_SECONDS = 4.9
SOCKET = "api.sock"
LONGEST_SOCKET_PATH = 100
"""In bytes; systems allow 103 or more."""
THIS_MACHINE = {"localhost", "127.0.0.1", "::1", "[::1]"}
EVERYWHERE = {"0.0.0.0", "::", "127.0.0.1", "::1"}  # noqa: S104 - to compare with


def listen(host: str, port: int) -> socket.socket:
    """Take the port at once, before anything else is started; callers wait until it is served.

    Raises:
        Failure: it is taken, or cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen()
        except OSError:
            listener.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failure(
                f"Port {port} is taken.", hint="Stop what uses it, or choose another one with --port."
            ) from None
        raise Failure(f"Cannot listen on {host}, port {port}: {error.strerror or error}.") from None
    return listener


def address_of(host: str, listener: socket.socket) -> str:
    """The address for a browser on this machine."""
    name = "localhost" if host in EVERYWHERE else host
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"


def others_reach(listener: socket.socket, public_url: AnyHttpUrl | None) -> bool:
    """Whether anybody beyond this machine may come to what listens: directly, or by a public address."""
    address = str(listener.getsockname()[0]).partition("%")[0]
    public = public_url.host if public_url else None
    return not ip_address(address).is_loopback or public not in {None, *THIS_MACHINE}


@contextmanager
def listen_privately(folder: Path) -> Iterator[tuple[socket.socket, Path]]:
    """A Unix socket that only who runs this process can connect to; the commands call the API through it.

    Args:
        folder: in which nobody else can write; where its path is too long, one of our own takes its place.

    Yields:
        The socket and its path, which is removed afterwards.
    """
    own = len(os.fsencode(folder / SOCKET)) > LONGEST_SOCKET_PATH
    place = Path(tempfile.mkdtemp(prefix="followup-")) if own else folder  # mode 0700
    path = place / SOCKET
    path.unlink(missing_ok=True)  # of a run that was killed: this one holds the folder's lock
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o600)  # before it listens, so that nobody was let in by then
        listener.listen()
        try:
            yield listener, path
        finally:
            path.unlink(missing_ok=True)
            if own:
                place.rmdir()


class LocalServer(Server):
    """Serves the API until a signal, and then ends within seconds whatever requests are in flight.

    Args:
        app: what to serve.
        settings: of the API.
        on_started: called once requests are answered.
        cut_off: ends the database under requests that do not end by themselves.
    """

    def __init__(
        self,
        app: FastAPI,
        settings: ApiSettings,
        *,
        on_started: Callable[[], None],
        cut_off: Callable[[], None],
    ) -> None:
        super().__init__(app, settings)
        self.config.timeout_graceful_shutdown = DRAIN_SECONDS
        self._on_started = on_started
        self._timers = [
            threading.Timer(CUT_OFF_SECONDS, cut_off),
            threading.Timer(LAST_RESORT_SECONDS, _give_up),
        ]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn."""
        await super().startup(sockets)
        self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by uvicorn on SIGINT and SIGTERM."""
        if not self.should_exit:
            logging.getLogger("uvicorn.error").addFilter(_not_cut_off)
            for timer in self._timers:
                timer.daemon = True
                timer.start()
        super().handle_exit(sig, frame)


def _not_cut_off(record: logging.LogRecord) -> bool:
    """A request that was cut off at the end is no error worth a traceback; uvicorn says how many were."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _give_up() -> None:
    print("Requests in flight did not end in time, and were cut off.", file=sys.stderr)
    os._exit(1)
