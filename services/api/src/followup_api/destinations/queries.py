"""SQL of destinations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import channels, deliveries, destinations
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from followup_api.pagination import PageQuery, Rows, paginate
from followup_api.rows import Record

d, h, v = destinations.c, channels.c, deliveries.c

STATE = case((d.verified_at.is_(None), "unverified"), (d.state == "off", "off"), else_="on")
_IN_USE = and_(
    *(d.verified_at.is_not(None), d.state == "ok"),
    *(func.coalesce(h.is_on, False), or_(h.everybody, ~d.by_default)),
)
_last = (
    select(v.notice, v.state, func.coalesce(v.ended_at, v.created_at).label("at"), v.error.label("reason"))
    .where(v.user_id == d.user_id, v.destination_id == d.id, v.notice.is_not(None))
    .order_by(v.created_at.desc())
    .limit(1)
    .correlate(destinations)
    .lateral("last")
)
DESTINATIONS: Select[*tuple[Any, ...]] = (
    select(
        *(d.id, d.channel, d.address, d.by_default, STATE.label("state"), _IN_USE.label("in_use")),
        *(d.created_at, d.verified_at, d.problem, d.problem_since),
        *(_last.c.notice, _last.c.state.label("last_state"), _last.c.at, _last.c.reason),
    )
    .join_from(destinations, channels, h.name == d.channel, isouter=True)
    .join(_last, onclause=d.id.is_not(None), isouter=True)
)


def page(tx: Transaction, user_id: int, query: PageQuery) -> Rows:
    """A person's destinations, the oldest first."""
    return paginate(tx, DESTINATIONS.where(d.user_id == user_id), (d.id,), query)


def find(tx: Transaction, user_id: int, destination_id: int) -> Record | None:
    """One of a person's destinations."""
    return tx.execute(DESTINATIONS.where(_theirs(user_id, destination_id))).one_or_none()


def hold(tx: Transaction, user_id: int, destination_id: int) -> Record | None:
    """One of a person's destinations, until the transaction ends."""
    columns = (d.id, d.channel, d.address, d.by_default, d.verified_at, STATE.label("state"))
    code = (d.code_hash, d.code_tries, (d.code_expires_at > func.now()).label("code_works"))
    wanted = select(*columns, *code).where(_theirs(user_id, destination_id))
    return tx.execute(wanted.with_for_update()).one_or_none()


def channels_on(tx: Transaction) -> Sequence[Record]:
    """The channels that are set up."""
    columns = (h.name, h.problem, h.problem_since)
    return tx.execute(select(*columns).where(h.is_on).order_by(h.name)).all()


def _theirs(user_id: int, destination_id: int) -> ColumnElement[bool]:
    return and_(d.user_id == user_id, d.id == destination_id)
