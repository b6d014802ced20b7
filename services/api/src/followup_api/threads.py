"""The threads that requests run in: as many as the pool has connections."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import TimeoutError as NoFreeConnection

T = TypeVar("T")


class Threads:
    """A request waits for one of them, and then for no connection.

    What writes may wait for others' locks, for seconds. A quarter of the threads is kept for what only reads.

    Args:
        number: how many there are.
        patience: seconds that work waits for its thread at most.
    """

    def __init__(self, number: int, patience: float = 30) -> None:
        self._executor = ThreadPoolExecutor(number, thread_name_prefix="request")
        self._writers = Writers(self._executor, max(1, number - max(1, number // 4)))
        self._patience = patience

    async def run(self, work: Callable[[], T], *, writes: bool = False) -> T:
        """Do something in a thread that may wait there; the context of this task goes with it.

        Args:
            work: what to do.
            writes: it may wait for a lock of the database.

        Raises:
            NoFreeConnection: all threads have been busy for too long. It was not begun.
        """
        submit = self._writers.submit if writes else self._executor.submit
        begun = submit(partial(copy_context().run, work))
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


class Writers:
    """Work that takes some of the threads of a pool at most; the rest of it waits its turn.

    Args:
        executor: the pool.
        at_most: threads at once.
    """

    def __init__(self, executor: ThreadPoolExecutor, at_most: int) -> None:
        self._executor = executor
        self._free = at_most
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do something as soon as it is its turn; until then it can be cancelled."""
        begun: Future[T] = Future()
        with self._lock:
            self._waiting.append((begun, work))
        self._begin()
        return begun

    def _begin(self) -> None:
        with self._lock:
            if not self._free or not self._waiting:
                return
            self._free -= 1
            begun, work = self._waiting.popleft()
        self._executor.submit(self._do, begun, work)

    def _do(self, begun: Future[T], work: Callable[[], T]) -> None:
        try:
            if begun.set_running_or_notify_cancel():
                _keep(begun, work)
        finally:
            with self._lock:
                self._free += 1
            self._begin()


def _keep(begun: Future[T], work: Callable[[], T]) -> None:
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it, as from any executor
        begun.set_exception(error)
    else:
        begun.set_result(result)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
