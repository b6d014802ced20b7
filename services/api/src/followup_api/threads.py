"""How many requests use the database at once: as many as the pool has connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from anyio import to_thread
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import TimeoutError as NoFreeConnection

T = TypeVar("T")

SPARE = 8
"""Threads for what needs no connection: probes, metrics, files on their way."""


class Threads:
    """A request waits here, before it has a thread; then it waits neither for one nor for a connection.

    What writes may wait for others' locks, for seconds. A quarter of the places is kept for what only reads.

    Args:
        number: how many there are.
        patience: seconds that a request waits for its place at most.
    """

    def __init__(self, number: int, patience: float = 30) -> None:
        self._number = number
        self._places = asyncio.Semaphore(number)
        self._writers = asyncio.Semaphore(max(1, number - max(1, number // 4)))
        self._patience = patience

    def make(self) -> None:
        """Let this event loop have a thread for each of them; by itself it has 40."""
        to_thread.current_default_thread_limiter().total_tokens = self._number + SPARE

    @asynccontextmanager
    async def place(self, *, writes: bool = False) -> AsyncIterator[None]:
        """One of them, for as long as the context is open.

        Args:
            writes: it may wait for a lock of the database.

        Raises:
            NoFreeConnection: all of them have been taken for too long.
        """
        async with AsyncExitStack() as taken:
            try:
                async with asyncio.timeout(self._patience):
                    for places in (self._writers, self._places) if writes else (self._places,):
                        await taken.enter_async_context(places)
            except TimeoutError:
                raise NoFreeConnection("all threads are busy") from None
            yield

    async def run(self, work: Callable[[], T], *, writes: bool = False) -> T:
        """Do something in a thread that may wait there; arguments and errors as `place`."""
        async with self.place(writes=writes):
            return await run_in_threadpool(work)
