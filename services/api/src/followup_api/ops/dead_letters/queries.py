"""SQL of dead letters: rows of the outbox that failed for good and that nobody has dealt with."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.tables import outbox as table
from sqlalchemy import Select, func, or_, select

from followup_api.ops.dead_letters.schemas import DeadLetterQuery
from followup_api.pagination import Rows, paginate
from followup_api.rows import Record

c = table.c
DEAD = (c.failed_at.is_not(None), c.handled_at.is_(None))
COLUMNS = (
    *(c.id, c.type, c.subject, c.source, func.coalesce(c.error, "").label("reason"), c.attempts),
    *(c.created_at, c.first_failed_at, c.failed_at.label("last_failed_at")),
)


def page(tx: Transaction, query: DeadLetterQuery) -> Rows:
    """Dead letters, those that failed last first."""
    wanted = select(*COLUMNS).where(*DEAD)
    if query.type:
        wanted = wanted.where(c.type == query.type)
    if query.q:
        wanted = wanted.where(
            or_(c.error.icontains(query.q, autoescape=True), c.subject.icontains(query.q, autoescape=True))
        )
    return paginate(tx, wanted, (c.failed_at.desc(), c.id.desc()), query)


def find(tx: Transaction, event_id: UUID) -> Record | None:
    """One dead letter with all its columns."""
    return tx.execute(_one(event_id)).one_or_none()


def lock(tx: Transaction, event_id: UUID) -> Record | None:
    """One dead letter, held until the end of the transaction: of two who decide, one finds nothing."""
    return tx.execute(_one(event_id).with_for_update(of=table)).one_or_none()


def lock_oldest(
    tx: Transaction, event_type: str, limit: int, *, up_to: datetime | None = None
) -> list[Record]:
    """The dead letters of a type that failed first, but for those that somebody else deals with right now.

    Args:
        tx: where to lock them.
        event_type: their type.
        limit: at most so many.
        up_to: leave what failed last after this moment; None: take it too.
    """
    seen = [] if up_to is None else [c.failed_at <= up_to]
    statement = (
        select(*COLUMNS, c.payload, c.traceparent)
        .where(*DEAD, c.type == event_type, *seen)
        .order_by(c.failed_at, c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(tx.execute(statement))


def count(tx: Transaction, event_type: str) -> int:
    """How many dead letters of a type there are."""
    statement = select(func.count()).select_from(table).where(*DEAD, c.type == event_type)
    return int(tx.execute(statement).scalar_one())


def _one(event_id: UUID) -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS, c.payload, c.traceparent).where(*DEAD, c.id == event_id)
