"""Reading sweeps."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import escalation_states, sweeps
from sqlalchemy import func, select

from followup_api.pagination import PageQuery, Rows, paginate
from followup_api.rows import Record
from followup_api.sweeps.problems import SweepNotFound

es = escalation_states.c
s = sweeps.c
COLUMNS = (
    *(s.id, s.trigger, s.status, s.requested_at, s.started_at, s.finished_at),
    *(s.escalated, s.notified, s.failed),
)
COUNTED = 100_000


def page(tx: Transaction, query: PageQuery) -> Rows:
    """Sweeps, newest first."""
    return paginate(tx, select(*COLUMNS), (s.id.desc(),), query)


def get(tx: Transaction, sweep_id: int) -> Record:
    """One sweep, and how many follow-ups wait for any, counted up to `COUNTED`.

    Raises:
        SweepNotFound: there is none with this id.
    """
    due = select(es.follow_up_id).where(es.wake_at <= func.now()).limit(COUNTED).subquery()
    waiting = select(func.count()).select_from(due).scalar_subquery().label("waiting")
    row = tx.execute(select(*COLUMNS, waiting).where(s.id == sweep_id)).one_or_none()
    if row is None:
        raise SweepNotFound(sweep_id)
    return row
