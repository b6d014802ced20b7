"""Looks for series that go on and have no open follow-up, and makes it.

The API makes the next one in the transaction that ends the one before. One of a version that knows no series,
which still runs while others are upgraded, does not; nor does what is written by hand.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog
from followup_common.db.series import series
from followup_common.db.tables import follow_ups
from sqlalchemy import exists, select
from sqlalchemy.exc import OperationalError

from followup_api.dependencies import AppContext
from followup_api.regularly import regularly
from followup_api.series.going_on import go_on
from followup_api.unit_of_work import transaction

log = structlog.get_logger()
f, s = follow_ups.c, series.c

LOOK_EVERY_SECONDS = 10.0
"""A look reads the index of series that have an open one beside all series."""

WAITING = select(s.id).where(s.ended_at.is_(None), ~exists().where(f.series_id == s.id, f.is_open))


def running(context: AppContext) -> AbstractAsyncContextManager[None]:
    """Let series go on, until the application ends."""
    return regularly("series", LOOK_EVERY_SECONDS, context.threads, partial(let_go_on, context))


def let_go_on(context: AppContext) -> None:
    """Make the open one of each series that has none.

    Each in a transaction of its own, so that one whose next one cannot be made keeps no other from going on.
    """
    with context.database.transaction() as tx:
        waiting = tx.execute(WAITING.order_by(s.id)).scalars().all()
    for series_id in waiting:
        try:
            with transaction(context.database, context.publisher, context.tracing) as work:
                go_on(work.tx, [series_id], None)
        except OperationalError:  # the database is away, for the others as well
            raise
        except Exception:  # of this one alone: the next look tries it again
            log.exception("series_stands_still", series_id=series_id)
