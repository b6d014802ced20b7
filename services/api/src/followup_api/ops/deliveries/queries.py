"""SQL of deliveries, for operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.tables import deliveries as table
from followup_common.db.tables import delivery_attempts, destinations, users
from sqlalchemy import ColumnElement, Select, case, func, literal, select, text, true

from followup_api.ops.deliveries.schemas import BulkRetry, DeliveryQuery
from followup_api.pagination import Rows, paginate
from followup_api.rows import Record

COUNT_AT_MOST = 10_000

c, da = table.c, delivery_attempts.c
GIVEN_UP = ("failed", "expired")
COLUMNS = (
    *(c.id, c.channel, c.state, c.user_id, users.c.name, destinations.c.address),
    *(c.notification_id, c.follow_up_id, c.notice, c.attempts),
    *(c.created_at, c.ended_at, c.error.label("reason")),
    case((c.ended_at.is_(None), c.next_at)).label("next_at"),
)
SHOWN: Select[*tuple[Any, ...]] = (
    select(*COLUMNS)
    .join_from(table, users, users.c.id == c.user_id)
    .join(destinations, destinations.c.id == c.destination_id, isouter=True)
)


# What has not ended, and what was given up, by the partial indexes of both: what was sent is not read.
CHANNELS = text("""
    WITH known AS (
        SELECT name AS channel, is_on, problem, problem_since FROM channels
        UNION ALL SELECT 'webhook', true, NULL, NULL WHERE EXISTS (SELECT FROM webhooks)
    )
    SELECT k.*, o.*, g.* FROM known k
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
            count(*) FILTER (WHERE state = 'sending') AS sending,
            count(*) FILTER (WHERE state = 'unknown') AS unknown,
            min(next_at) FILTER (WHERE next_at <= now()) AS oldest_due_at
        FROM (
            SELECT state, next_at FROM deliveries d WHERE d.channel = k.channel AND d.ended_at IS NULL
            ORDER BY next_at LIMIT :at_most
        ) open
    ) o
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'failed') AS failed,
            count(*) FILTER (WHERE state = 'expired') AS expired
        FROM (
            SELECT state FROM deliveries d
            WHERE d.channel = k.channel AND d.state IN ('failed', 'expired') LIMIT :at_most
        ) given_up
    ) g ORDER BY k.channel
""").bindparams(at_most=COUNT_AT_MOST)
CIRCUITS = text("""
    SELECT channel, target, opened_at, retry_at, problem FROM circuits WHERE opened_at IS NOT NULL
    ORDER BY opened_at, target LIMIT 100
""")


def channels(tx: Transaction) -> Sequence[Record]:
    """What is under way by each channel, and what was given up."""
    return tx.execute(CHANNELS).all()


def open_circuits(tx: Transaction) -> Sequence[Record]:
    """Places that fail again and again."""
    return tx.execute(CIRCUITS).all()


def page(tx: Transaction, query: DeliveryQuery) -> Rows:
    """Deliveries, the newest first."""
    wanted = SHOWN.where(*_narrowed(query.state, query.channel, query.q))
    return paginate(tx, wanted, (c.created_at.desc(), c.id.desc()), query)


def find(tx: Transaction, delivery_id: UUID) -> Record | None:
    """One delivery."""
    return tx.execute(SHOWN.where(c.id == delivery_id)).one_or_none()


def tries(tx: Transaction, delivery_id: UUID) -> Sequence[Record]:
    """Its tries, the first one first."""
    columns = (da.number, da.began_at, da.ended_at, da.outcome, da.answer)
    return tx.execute(select(*columns).where(da.delivery_id == delivery_id).order_by(da.number)).all()


def oldest_given_up(wanted: BulkRetry) -> Select[int]:
    """The ids of those to try again, which nobody else tries again at the moment."""
    given_up = select(c.id).where(*_narrowed(wanted.state, wanted.channel, wanted.q))
    ordered = given_up.order_by(c.created_at, c.id).limit(wanted.limit)
    return ordered.with_for_update(skip_locked=True, of=table)


def count_given_up(tx: Transaction, wanted: BulkRetry) -> int:
    """How many of those there are, up to `COUNT_AT_MOST`."""
    found = select(literal(1)).where(*_narrowed(wanted.state, wanted.channel, wanted.q)).limit(COUNT_AT_MOST)
    return int(tx.execute(select(func.count()).select_from(found.subquery())).scalar_one())


def _narrowed(state: str | None, channel: str | None, reason: str | None) -> list[ColumnElement[bool]]:
    """Conditions. The state is in the statement's text, so that the index of those given up serves it."""
    return [
        c.webhook_id.is_(None),  # those have a list of their own
        c.state == literal(state, literal_execute=True) if state else true(),
        c.channel == channel if channel else true(),
        c.error.icontains(reason, autoescape=True) if reason else true(),
    ]
