"""The application behind a real server, and requests that do not end."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from followup_api.serving import Server

from tests.support.waiting import eventually

if TYPE_CHECKING:
    from .conftest import Person, World


class LiveServer:
    """The application behind uvicorn, in a thread."""

    def __init__(self, world: World) -> None:
        settings = world.app.state.context.settings.model_copy(update={"port": 0})
        self.server = Server(world.app, settings)
        self._thread = threading.Thread(target=self.server.run)

    def start(self) -> str:
        """Start it; returns its address."""
        self._thread.start()
        eventually(lambda: self.server.started, what="the server has started")
        [socket] = self.server.servers[0].sockets
        return f"http://127.0.0.1:{socket.getsockname()[1]}"

    def stop(self) -> None:
        """Stop it."""
        self.server.should_exit = True
        self._thread.join(60)
        assert not self._thread.is_alive()


def is_whole(answer: bytes) -> bool:
    """Whether head and body of an answer are there."""
    head, ended, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(ended) and len(body) >= (int(length[1]) if length else 0)


class Upload:
    """A request on a socket of its own, whose body is sent piece by piece.

    Args:
        address: of the server.
        person: who sends it; None: nobody who is known.
        path: below `/api/v1`.
        announced: bytes of the body, as the head says.
        headers: further ones.
    """

    def __init__(
        self, address: str, person: Person | None, path: str, announced: int, **headers: str
    ) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        lines = {
            "Host": f"{host}:{port}",
            "Content-Length": str(announced),
            **(person.headers if person else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._socket.sendall(f"POST /api/v1{path} HTTP/1.1\r\n{head}\r\n".encode())

    def send(self, piece: bytes) -> None:
        """Send a piece of the body; a server that has hung up meanwhile shows in the answer."""
        with suppress(ConnectionError):
            self._socket.sendall(piece)

    @property
    def answered(self) -> bool:
        """Whether something has come back."""
        self._socket.setblocking(False)
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False
        finally:
            self._socket.settimeout(60)

    def answer(self) -> str:
        """Status line, headers and body; shorter when the server hung up."""
        came = b""
        while not is_whole(came) and (piece := self._socket.recv(100_000)):
            came += piece
        return came.decode()

    def hang_up(self) -> None:
        """Leave."""
        self._socket.close()
