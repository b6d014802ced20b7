"""Asking for a sweep. The API does nothing else about sweeps: the escalator runs them."""

from __future__ import annotations

from typing import Any, Literal

from followup_common.contracts import SweepRequested
from followup_common.db.tables import sweeps
from sqlalchemy import insert

from followup_api.audit import Action, Trail
from followup_api.rows import Record
from followup_api.sweeps.queries import COLUMNS
from followup_api.unit_of_work import UnitOfWork


def request_sweep(
    work: UnitOfWork,
    audit: Trail,
    trigger: Literal["manual", "cron"],
    *,
    requested_by: int | None = None,
    **details: Any,
) -> Record:
    """Record a sweep that waits to be run, and ask the escalator for it.

    Args:
        work: the unit of work of the request.
        audit: takes the entry about it.
        trigger: what asks.
        requested_by: who asks, if it is a person.
        details: of the entry.
    """
    statement = insert(sweeps).values(trigger=trigger, requested_by=requested_by).returning(*COLUMNS)
    row = work.tx.execute(statement).one()
    work.emit(SweepRequested(sweep_id=row.id))
    audit(Action.SWEEP_REQUESTED, f"sweeps/{row.id}", **details)
    return row
