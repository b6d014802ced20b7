"""Looks for started sequences that stand still, or go on where an outcome stops them, and settles them.

The API does it in the transaction that ends a follow-up. One of a version that knows no sequences, which
still runs while others are upgraded, does not; nor does what is written by hand.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog
from followup_common.db.tables import enrolment_steps, enrolments, follow_ups
from sqlalchemy import any_, exists, or_, select
from sqlalchemy.exc import OperationalError

from followup_api.dependencies import AppContext
from followup_api.enrolments.going_on import settle
from followup_api.regularly import regularly
from followup_api.unit_of_work import transaction

log = structlog.get_logger()
f, e, m = follow_ups.c, enrolments.c, enrolment_steps.c

LOOK_EVERY_SECONDS = 60.0
"""A look reads the steps of all that go on."""

_ONE_OF_IT = (m.enrolment_id == e.id, f.id == m.follow_up_id)
WAITING = select(e.id).where(
    e.ended_at.is_(None),
    or_(~exists().where(*_ONE_OF_IT, f.is_open), exists().where(*_ONE_OF_IT, f.outcome == any_(e.stops_on))),
)


def running(context: AppContext) -> AbstractAsyncContextManager[None]:
    """Let started sequences go on, until the application ends."""
    return regularly("sequences", LOOK_EVERY_SECONDS, context.threads, partial(let_go_on, context))


def let_go_on(context: AppContext) -> None:
    """Settle each that waits for nothing.

    Each in a transaction of its own, so that one that cannot be settled keeps no other from going on.
    """
    with context.database.transaction() as tx:
        waiting = tx.execute(WAITING.order_by(e.id)).scalars().all()
    for enrolment_id in waiting:
        try:
            with transaction(context.database, context.publisher, context.tracing) as work:
                theirs = select(m.follow_up_id).where(m.enrolment_id == enrolment_id)
                work.tx.execute(select(f.id).where(f.id.in_(theirs)).order_by(f.id).with_for_update())
                settle(work.tx, [enrolment_id], None)
        except OperationalError:  # the database is away, for the others as well
            raise
        except Exception:  # of this one alone: the next look tries it again
            log.exception("sequence_stands_still", enrolment_id=enrolment_id)
