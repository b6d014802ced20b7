"""A request waits for its thread, but not for ever, and what waits can be given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from followup_api.threads import Threads
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from .conftest import World
from .test_problems import ME, problem


async def occupied(threads: Threads) -> tuple[asyncio.Task[bool], threading.Event]:
    """Occupy the only thread, until the event is set."""
    started, go_on = threading.Event(), threading.Event()

    def wait() -> bool:
        started.set()
        return go_on.wait(20)

    busy = asyncio.create_task(threads.run(wait))
    assert await asyncio.to_thread(started.wait, 20)
    return busy, go_on


def test_work_that_finds_no_thread_in_time_is_not_begun() -> None:
    threads, begun = Threads(1, patience=0.05), threading.Event()

    async def ask() -> None:
        busy, go_on = await occupied(threads)
        with pytest.raises(NoFreeConnection):
            await threads.run(begun.set)
        go_on.set()
        assert await busy
        await threads.run(lambda: None)

    asyncio.run(ask())
    assert not begun.is_set()


def test_work_whose_request_is_cancelled_is_not_begun() -> None:
    threads, begun = Threads(1), threading.Event()

    async def ask() -> None:
        busy, go_on = await occupied(threads)
        waiting = asyncio.create_task(threads.run(begun.set))
        asyncio.get_running_loop().call_soon(waiting.cancel)  # after the task's first step
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        assert await busy
        await threads.run(lambda: None)

    asyncio.run(ask())
    assert not begun.is_set()


def test_people_are_told_to_come_again_when_all_threads_are_busy(build: Callable[..., World]) -> None:
    world = build(database_pool_size=1)
    threads, go_on = Threads(1, patience=0.05), threading.Event()
    world.app.state.parts = replace(world.app.state.parts, threads=threads)
    with world.client(world.person("Ada", "admin")) as client:
        assert client.portal
        busy = client.portal.start_task_soon(threads.run, lambda: go_on.wait(20))
        answer = client.get(ME)
        go_on.set()
        assert busy.result()
        assert client.get(ME).status_code == 200
    assert answer.headers["Retry-After"] == "5"
    problem(answer, 503, "unavailable")
