"""A way to RabbitMQ on which confirms can be lost while everything else goes through."""

from __future__ import annotations

import socket
import struct
import threading
from urllib.parse import urlsplit

HEAD = struct.Struct(">BHL")
METHOD, BASIC, ACK = 1, 60, 80


class WithoutConfirms:
    """A proxy for one test: heartbeats and answers pass, confirms only when `confirming`.

    Args:
        url: of RabbitMQ.
    """

    def __init__(self, url: str) -> None:
        self.confirming = False
        self._target = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, name="without confirms", daemon=True).start()

    @property
    def url(self) -> str:
        """Of RabbitMQ, by this way."""
        log_in, _, _ = self._target.netloc.rpartition("@")
        return self._target._replace(netloc=f"{log_in}@127.0.0.1:{self._listener.getsockname()[1]}").geturl()

    def close(self) -> None:
        """Cut everything."""
        for each in (self._listener, *self._open):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            server = socket.create_connection((str(self._target.hostname), self._target.port or 5672))
            self._open += [client, server]
            for target, ends in ((self._carry, (client, server)), (self._carry_frames, (server, client))):
                threading.Thread(target=target, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65_536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()

    def _carry_frames(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            with source.makefile("rb") as frames:
                while head := frames.read(HEAD.size):
                    kind, _, size = HEAD.unpack(head)
                    rest = frames.read(size + 1)
                    if self.confirming or kind != METHOD or struct.unpack(">HH", rest[:4]) != (BASIC, ACK):
                        sink.sendall(head + rest)
        except (OSError, struct.error):
            pass
        sink.close()
