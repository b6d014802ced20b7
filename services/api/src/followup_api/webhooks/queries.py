"""SQL of webhooks and of what was sent to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.tables import deliveries, delivery_attempts, users, webhook_events, webhooks
from sqlalchemy import Select, case, func, literal, select, true

from followup_api.pagination import PageQuery, Rows, paginate
from followup_api.rows import Record
from followup_api.webhooks.schemas import WebhookDeliveryQuery

COUNT_AT_MOST = 1_000

w, d, e, da = webhooks.c, deliveries.c, webhook_events.c, delivery_attempts.c

_waiting = (
    select(literal(1))
    .where(d.webhook_id == w.id, d.ended_at.is_(None))
    .limit(COUNT_AT_MOST)
    .correlate(webhooks)
    .lateral()
)
WEBHOOKS: Select[*tuple[Any, ...]] = select(
    *(w.id, w.url, w.event_types, w.state, w.owner_id, users.c.name.label("owner_name"), w.created_at),
    *(w.failing_since, w.problem, w.off_because),
    select(func.count()).select_from(_waiting).scalar_subquery().label("waiting"),
    case((w.previous_until > func.now(), w.previous_until)).label("previous_secret_until"),
).join(users, users.c.id == w.owner_id)

CALLS: Select[*tuple[Any, ...]] = select(
    *(d.id, d.event_id, e.type.label("event_type"), d.state, d.attempts, d.created_at, d.ended_at),
    case((d.ended_at.is_(None), d.next_at)).label("next_at"),
    d.error.label("reason"),
).join_from(deliveries, webhook_events, e.id == d.event_id)


def page(tx: Transaction, query: PageQuery) -> Rows:
    """Webhooks, the oldest first."""
    return paginate(tx, WEBHOOKS, (w.id,), query)


def find(tx: Transaction, webhook_id: int) -> Record | None:
    """One webhook."""
    return tx.execute(WEBHOOKS.where(w.id == webhook_id)).one_or_none()


def calls(tx: Transaction, webhook_id: int, query: WebhookDeliveryQuery) -> Rows:
    """What was sent to a webhook, or is to be, the newest first."""
    wanted = CALLS.where(d.webhook_id == webhook_id, d.state == query.state if query.state else true())
    return paginate(tx, wanted, (d.created_at.desc(), d.id.desc()), query)


def find_call(tx: Transaction, webhook_id: int, delivery_id: UUID) -> Record | None:
    """One delivery to a webhook, with what it says."""
    wanted = CALLS.add_columns(e.data).where(d.webhook_id == webhook_id, d.id == delivery_id)
    return tx.execute(wanted).one_or_none()


def tries(tx: Transaction, delivery_id: UUID) -> Sequence[Record]:
    """Its tries, the first one first."""
    columns = (da.number, da.began_at, da.ended_at, da.outcome, da.answer)
    return tx.execute(select(*columns).where(da.delivery_id == delivery_id).order_by(da.number)).all()
