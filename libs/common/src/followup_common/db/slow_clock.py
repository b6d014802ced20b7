"""A clock for forgetting, which goes no faster than somebody watches.

What is deleted for its age is gone for good, and a clock that is weeks ahead makes everything old at once;
the host's may be ahead together with PostgreSQL's. So ages count up to a time that the escalator keeps in the
database: never later than either of the two says, and with each tick, one a minute, at most a few minutes
later than before. Clocks that are ahead for an hour make nothing older by more than some hours.

It falls behind while nobody watches, and catches up afterwards: things are then kept for longer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, bindparam, func, select, text

from followup_common.db.database import Transaction
from followup_common.db.tables import slow_clock

STEP = timedelta(minutes=5)
"""How much further it goes with a tick, at most."""

SLOW_NOW = "coalesce((SELECT least(slow_clock.at, now()) FROM slow_clock), now())"
"""SQL: up to when ages count. PostgreSQL's own time as long as there has been no tick."""

BEGIN = text("INSERT INTO slow_clock (at) VALUES (least(now(), :host)) ON CONFLICT DO NOTHING")

# Of several ticks at once, the first is enough.
GO_ON = text("""
    UPDATE slow_clock SET at = least(now(), :host, at + :step)
    WHERE id = (SELECT id FROM slow_clock FOR UPDATE SKIP LOCKED)
""").bindparams(bindparam("step", STEP, Interval))


def host_now() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


def go_on(tx: Transaction) -> None:
    """Let it go on; to be called once a minute."""
    host = {"host": host_now()}
    tx.execute(BEGIN, host)
    tx.execute(GO_ON, host)


def slow_now() -> ColumnElement[Any]:
    """SQL: up to when ages count, as `SLOW_NOW`."""
    watched = select(func.least(slow_clock.c.at, func.now())).scalar_subquery()
    return func.coalesce(watched, func.now())
