"""SQL of browsers that are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import channels, destinations, push_subscriptions
from sqlalchemy import Select, case, delete, func, insert, select, text

from followup_api.rows import Record

CHANNEL = "push"

c, d, s = channels.c, destinations.c, push_subscriptions.c

_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('push_subscriptions'))")
# What people call it; the push service is behind the @, so that one which fails holds up no other.
_NAME = func.split_part(d.address, "@", 1)
BROWSERS: Select[*tuple[Any, ...]] = select(
    *(d.id, _NAME.label("browser"), d.created_at),
    func.encode(s.endpoint_hash, "hex").label("fingerprint"),
    case((d.state == "ok", "on"), else_="off").label("state"),
).join_from(destinations, push_subscriptions, s.destination_id == d.id)


def public_key(tx: Transaction) -> str | None:
    """By which browsers subscribe; None: web push is not set up."""
    return tx.execute(select(c.public_key).where(c.name == CHANNEL, c.is_on)).scalar()


def browsers_of(tx: Transaction, user_id: int) -> Sequence[Record]:
    """A person's, the oldest first."""
    return tx.execute(BROWSERS.where(d.user_id == user_id).order_by(d.id)).all()


def replace(tx: Transaction, user_id: int, endpoint_hash: bytes, sealed: bytes, address: str) -> int:
    """Let a browser be a person's, and nobody else's; returns its id. One after the other."""
    tx.execute(_ALONE)
    before = select(s.destination_id).where(s.endpoint_hash == endpoint_hash)
    tx.execute(delete(destinations).where(d.id.in_(before)))
    values = {"user_id": user_id, "channel": CHANNEL, "address": address, "verified_at": func.now()}
    browser_id: int = tx.execute(insert(destinations).values(values).returning(d.id)).scalar_one()
    keys = {"destination_id": browser_id, "endpoint_hash": endpoint_hash, "sealed": sealed}
    tx.execute(insert(push_subscriptions).values(keys))
    return browser_id


def remove(tx: Transaction, user_id: int, browser_id: int) -> str | None:
    """Forget one of a person's; returns what it is called, None: there is none."""
    mine = (d.user_id == user_id, d.id == browser_id, d.channel == CHANNEL)
    return tx.execute(delete(destinations).where(*mine).returning(_NAME)).scalar()
