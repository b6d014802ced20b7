"""The threads that requests run in: as many as the pool has connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from sqlalchemy.exc import TimeoutError as NoFreeConnection

T = TypeVar("T")


class Threads:
    """A request waits for one of them, and then for no connection.

    Args:
        number: how many there are.
        patience: seconds that work waits for its thread at the most.
    """

    def __init__(self, number: int, patience: float = 30) -> None:
        self._executor = ThreadPoolExecutor(number, thread_name_prefix="request")
        self._patience = patience

    async def run(self, work: Callable[[], T]) -> T:
        """Do something in a thread that may wait there; the context of this task goes with it.

        Raises:
            NoFreeConnection: all threads have been busy for too long. It was not begun.
        """
        begun = self._executor.submit(copy_context().run, work)
        # Cancelling does nothing to what runs.
        giving_up = asyncio.get_running_loop().call_later(self._patience, begun.cancel)
        try:
            return await asyncio.wrap_future(begun)
        except asyncio.CancelledError:
            if begun.cancelled() and not _is_cancelled():
                raise NoFreeConnection("all threads are busy") from None
            raise
        finally:
            giving_up.cancel()


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
