"""Looks for answers to mails, for as long as the application lives. Of several processes one has each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from followup_api.dependencies import AppContext
from followup_api.mail_answers.service import handle_next

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 10.0
"""The mailbox is read once a minute; a look is one read of an index that is empty but then."""


@asynccontextmanager
async def running(context: AppContext) -> AsyncIterator[None]:
    """Do what answers say, until the application ends."""
    task = asyncio.create_task(_look(context))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _look(context: AppContext) -> None:
    """Nothing that goes wrong ends it: what was not done waits."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        try:
            while await context.threads.run(partial(handle_next, context), writes=True):
                pass
        except SQLAlchemyError as error:
            log.warning("answers_wait", error=type(error).__name__)
        except Exception:
            log.exception("answers_failed")
