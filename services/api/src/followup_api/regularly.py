"""Work that the application does by itself, again and again, for as long as it lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from followup_api.threads import Threads

log = structlog.get_logger()


@asynccontextmanager
async def regularly(
    name: str, every_seconds: float, threads: Threads, do: Callable[[], bool | None]
) -> AsyncIterator[None]:
    """Do what there is to do, until the context ends. What goes wrong does not end it, and is done later.

    Args:
        name: of the work, for logs.
        every_seconds: how long to rest when nothing is left.
        threads: where it is done, as what writes.
        do: does some of it; returns whether there may be more.
    """
    task = asyncio.create_task(_repeat(name, every_seconds, threads, do))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _repeat(name: str, every_seconds: float, threads: Threads, do: Callable[[], bool | None]) -> None:
    while True:
        await asyncio.sleep(every_seconds)
        try:
            while await threads.run(do, writes=True):
                pass
        except SQLAlchemyError as error:
            log.warning("regular_work_waits", work=name, error=type(error).__name__)
        except Exception:  # it would end the work for as long as the application lives
            log.exception("regular_work_failed", work=name)
