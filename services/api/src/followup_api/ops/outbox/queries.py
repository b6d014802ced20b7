"""SQL of the outbox: its partial indexes hold what is unsettled, however much is handled."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import outbox
from sqlalchemy import Select, func, select, union_all

from followup_api.rows import Record

COUNT_AT_MOST = 10_000

c = outbox.c


def statement() -> Select[*tuple[Any, ...]]:
    """Counts by event type: `type, waiting, oldest_waiting_at, failed`."""
    columns = (c.type, c.created_at, c.failed_at)
    unhandled = select(*columns).where(c.handled_at.is_(None)).limit(COUNT_AT_MOST)
    waiting = unhandled.where(c.failed_at.is_(None)).order_by(c.available_at)
    failed = unhandled.where(c.failed_at.is_not(None)).order_by(c.failed_at)
    found = union_all(waiting.subquery().select(), failed.subquery().select()).subquery().c
    is_waiting = found.failed_at.is_(None)
    return (
        select(
            found.type,
            func.count().filter(is_waiting).label("waiting"),
            func.min(found.created_at).filter(is_waiting).label("oldest_waiting_at"),
            func.count(found.failed_at).label("failed"),
        )
        .group_by(found.type)
        .order_by(found.type)
    )


def by_type(tx: Transaction) -> list[Record]:
    """What is not settled, up to `COUNT_AT_MOST` waiting, those due first, and as many failed."""
    return list(tx.execute(statement()))
