"""A request waits for its thread, but not for ever, and what waits can be given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from followup_api.threads import Threads
from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from tests.support.waiting import eventually

from .companies import Company
from .conftest import World
from .test_problems import ME, problem


async def occupied(threads: Threads) -> tuple[asyncio.Task[bool], threading.Event]:
    """Occupy the only thread, until the event is set."""
    started, go_on = threading.Event(), threading.Event()

    def wait() -> bool:
        started.set()
        return go_on.wait(60)

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


def test_who_writes_leaves_a_place_to_who_reads() -> None:
    threads, go_on, third = Threads(3), threading.Event(), threading.Event()

    async def ask() -> None:
        waiting = [asyncio.create_task(threads.run(lambda: go_on.wait(60), writes=True)) for _ in range(2)]
        last = asyncio.create_task(threads.run(third.set, writes=True))
        given_up = asyncio.create_task(threads.run(third.set, writes=True))
        await asyncio.sleep(0)  # the loop begins all four
        given_up.cancel()
        assert await threads.run(lambda: not third.is_set()), "and nothing that writes takes it"
        go_on.set()
        assert await asyncio.gather(*waiting) == [True, True]
        await last
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 / 0, writes=True)
        assert await threads.run(lambda: 1, writes=True) == 1, "a failure gives its place back"

    asyncio.run(ask())


def test_who_waits_for_a_lock_keeps_nobody_from_reading(build: Callable[..., World]) -> None:
    company = Company(build(database_pool_size=4, lock_timeout_seconds=60))
    number = company.create(company.amir)["id"]

    def waiting() -> bool:
        asked = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return len(company.world.execute(asked)) >= 3

    with company.world.client(company.amir) as amir, ThreadPoolExecutor(8) as pool:

        def rename(_: int) -> int:
            body = {"title": "Another title"}
            answer: Response = amir.patch(f"/api/v1/follow-ups/{number}", json=body)
            return answer.status_code

        with company.world.engine.begin() as holding:
            holding.execute(text("SELECT FROM follow_ups FOR UPDATE"))
            asked = [pool.submit(rename, each) for each in range(8)]
            eventually(waiting, what="all that may write wait for the lock")
            assert company.ask(company.otto, "GET", "/follow-ups").status_code == 200
        assert {each.result() for each in asked} == {200}


def test_people_are_told_to_come_again_when_all_threads_are_busy(build: Callable[..., World]) -> None:
    world = build(database_pool_size=1)
    threads, go_on = Threads(1, patience=0.05), threading.Event()
    world.app.state.context = replace(world.app.state.context, threads=threads)
    with world.client(world.person("Ada", "admin")) as client:
        assert client.portal
        busy = client.portal.start_task_soon(threads.run, lambda: go_on.wait(60))
        answer = client.get(ME)
        go_on.set()
        assert busy.result()
        assert client.get(ME).status_code == 200
    assert answer.headers["Retry-After"] == "5"
    problem(answer, 503, "unavailable")
