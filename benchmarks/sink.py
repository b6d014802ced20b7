"""A mail server that only takes, as a process of its own: cheap, so that what is measured is the sender."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from multiprocessing.connection import Connection as Pipe
from typing import NamedTuple, Self

HANGING = "hangs.example"
"""To a recipient of this domain it says nothing for `HANGS_SECONDS`."""
HANGS_SECONDS = 30
END = b"\r\n.\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)
DOMAIN = re.compile(rb"@([^>]*)>")


class Arrival(NamedTuple):
    """A mail that was taken.

    Args:
        id: of its delivery.
        at: when it was taken, in seconds since 1970.
    """

    id: str
    at: float


class Sink:
    """Speaks as much SMTP (RFC 5321) as it takes to be handed mails; a context manager."""

    def __init__(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=(theirs,))

    def __enter__(self) -> Self:
        self._process.start()
        assert self._pipe.poll(30), "the mail server did not start within 30 s"
        self.url = f"smtp://127.0.0.1:{self._pipe.recv()}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process.pid
        return self._process.pid

    def arrivals(self) -> list[Arrival]:
        """All that it has taken, in that order."""
        self._pipe.send("arrivals")
        return [Arrival(*each) for each in self._pipe.recv()]


class _Session(asyncio.Protocol):
    def __init__(self, arrivals: list[Arrival]) -> None:
        self._arrivals = arrivals
        self._waiting = b""
        self._in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        end = END if self._in_text else b"\r\n"
        while (found := self._waiting.find(end)) >= 0:
            said, self._waiting = self._waiting[:found], self._waiting[found + len(end) :]
            self._take(said) if self._in_text else self._obey(said)
            end = END if self._in_text else b"\r\n"

    def _take(self, text: bytes) -> None:
        found = MESSAGE_ID.search(text)
        self._arrivals.append(Arrival(found[1].decode() if found else "", time.time()))
        self._in_text = False
        self._transport.write(b"250 taken\r\n")

    def _obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"DATA":
            self._in_text = True
            self._transport.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        elif verb == b"RCPT" and (to := DOMAIN.search(line)) and to[1].decode() == HANGING:
            asyncio.get_running_loop().call_later(HANGS_SECONDS, self._transport.write, b"250 OK\r\n")
        else:
            self._transport.write(b"250 OK\r\n")


def _serve(pipe: Pipe) -> None:
    asyncio.run(_serve_until_killed(pipe))


async def _serve_until_killed(pipe: Pipe) -> None:
    arrivals: list[Arrival] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(arrivals), "127.0.0.1", 0)

    def answer() -> None:
        pipe.recv()
        pipe.send([tuple(each) for each in arrivals])

    loop.add_reader(pipe.fileno(), answer)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
