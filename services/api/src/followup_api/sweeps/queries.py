"""SQL of sweeps. The API only asks for sweeps; the escalator runs them."""

from __future__ import annotations

from typing import Literal

from followup_common.db import Transaction
from followup_common.db.tables import escalation_states, sweeps
from sqlalchemy import func, insert, select

from followup_api.pagination import PageQuery, Rows, paginate
from followup_api.rows import Record

es = escalation_states.c

COLUMNS = (
    sweeps.c.id,
    sweeps.c.trigger,
    sweeps.c.status,
    sweeps.c.requested_at,
    sweeps.c.started_at,
    sweeps.c.finished_at,
    sweeps.c.escalated,
    sweeps.c.notified,
    sweeps.c.failed,
)

COUNTED = 100_000


def request_sweep(tx: Transaction, trigger: Literal["manual", "cron"], requested_by: int | None) -> Record:
    """Record a sweep that waits to be run. The caller emits `SweepRequested` with its id."""
    statement = insert(sweeps).values(trigger=trigger, requested_by=requested_by).returning(*COLUMNS)
    return tx.execute(statement).one()


def page(tx: Transaction, query: PageQuery) -> Rows:
    """Sweeps, newest first."""
    return paginate(tx, select(*COLUMNS), (sweeps.c.id.desc(),), query)


def find(tx: Transaction, sweep_id: int) -> Record | None:
    """One sweep, and how many follow-ups wait for any, counted up to `COUNTED`."""
    due = select(es.follow_up_id).where(es.wake_at <= func.now()).limit(COUNTED).subquery()
    waiting = select(func.count()).select_from(due).scalar_subquery().label("waiting")
    return tx.execute(select(*COLUMNS, waiting).where(sweeps.c.id == sweep_id)).one_or_none()
