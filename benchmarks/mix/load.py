"""Load in an open loop: requests are sent when they are due, however long others take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.mix.requests import Request

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
DEADLINE = 60
KEPT_SECONDS = 2
"""The API closes connections that have been idle for longer."""


@dataclass(frozen=True)
class Answer:
    """What became of a request.

    Args:
        request: what was sent.
        late: milliseconds from when it was to be sent until it was.
        took: milliseconds from when it was to be sent until its answer was there.
        status: of the answer.
        text: its beginning, where it is no success.
    """

    request: Request
    late: float
    took: float
    status: int
    text: str


def send(host: str, port: int, requests: Sequence[Request]) -> list[Answer]:
    """Send all of them, each at its time, over as many connections as that takes."""
    return asyncio.run(_Load(host, port).send(requests))


class _Load:
    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[tuple[float, Connection]] = []

    async def send(self, requests: Sequence[Request]) -> list[Answer]:
        begun = time.perf_counter() + 0.1
        tasks = []
        for request in requests:
            due = begun + request.at
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(self._send(request, due)))
        answers = await asyncio.wait_for(asyncio.gather(*tasks), DEADLINE)
        for _, (_, writer) in self._idle:
            writer.close()
        return answers

    async def _send(self, request: Request, due: float) -> Answer:
        late = 1_000 * (time.perf_counter() - due)
        connection = self._kept() or await asyncio.open_connection(self._host, self._port)
        reader, writer = connection
        length = f"\r\nContent-Length: {len(request.body)}\r\n\r\n"
        writer.write((request.head + length).encode() + request.body)
        status, body, stays = await self._answer(reader, request)
        took = 1_000 * (time.perf_counter() - due)
        if stays:
            self._idle.append((time.perf_counter(), connection))
        else:
            writer.close()
        return Answer(request, late, took, status, "" if status < 300 else body[:300].decode())

    def _kept(self) -> Connection | None:
        """The connection that was used last, unless the API may be about to close it."""
        while self._idle:
            since, connection = self._idle.pop()
            if time.perf_counter() - since < KEPT_SECONDS:
                return connection
            connection[1].close()
        return None

    async def _answer(self, reader: asyncio.StreamReader, request: Request) -> tuple[int, bytes, bool]:
        """Status, body, and whether the connection may be used again."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(head.split(" ", 2)[1])
        if request.streams and status == 200:
            await reader.readuntil(b"data: ")
            return status, await reader.readline(), False
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        return status, body, fields.get("connection") != "close"
