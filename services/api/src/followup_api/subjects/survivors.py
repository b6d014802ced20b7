"""What was merged away is found as the lead or client that it is one with."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import subjects
from sqlalchemy import func, select

s = subjects.c


def survivor_of(tx: Transaction, subject_id: int) -> int:
    """The id of the lead or client that an id names: of the survivor, where it was merged into one.

    One that nobody has stays as it is, and finds nothing.
    """
    found = tx.execute(select(func.coalesce(s.merged_into, s.id)).where(s.id == subject_id)).scalar()
    return subject_id if found is None else int(found)
