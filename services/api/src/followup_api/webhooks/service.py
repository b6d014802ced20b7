"""What admins do to webhooks."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.tables import deliveries, webhook_events, webhooks
from followup_common.egress import Egress, NotAllowed, NotResolved, target
from sqlalchemy import delete, func, insert, literal, select, text, update

from followup_api.audit import Action, Trail
from followup_api.rows import Record
from followup_api.settings import ApiSettings
from followup_api.webhooks import queries
from followup_api.webhooks.event_types import TEST
from followup_api.webhooks.problems import (
    CallNotFound,
    NoSecretsKey,
    StillToBeSent,
    TooManyWebhooks,
    WebhookNotFound,
    WebhookNotOn,
    WrongUrl,
)
from followup_api.webhooks.schemas import NewWebhook, WebhookPatch

if TYPE_CHECKING:
    from followup_common.sealing import Seal

MOST_WEBHOOKS = 50
SECRET_BYTES = 32
BOTH_SIGN = timedelta(hours=24)
"""How long the secret before signs as well, once there is another one."""

w, d = webhooks.c, deliveries.c
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('webhooks'))")


def add(
    tx: Transaction, audit: Trail, owner_id: int, new: NewWebhook, settings: ApiSettings
) -> tuple[int, str]:
    """Make a webhook.

    Returns:
        Its id, and its secret, which nobody can read again.

    Raises:
        NoSecretsKey: its secret could not be kept.
        WrongUrl: nothing may be sent there.
        TooManyWebhooks: there are as many as there may be.
    """
    seal = _seal(settings)
    host = _checked(new.url, settings.egress)
    tx.execute(_ALONE)
    if tx.execute(select(func.count()).select_from(webhooks)).scalar_one() >= MOST_WEBHOOKS:
        raise TooManyWebhooks(MOST_WEBHOOKS)
    secret = _new_secret()
    values = {
        "url": new.url,
        "event_types": new.event_types,
        "owner_id": owner_id,
        "secret": seal.sealed(secret),
    }
    webhook_id: int = tx.execute(insert(webhooks).values(values).returning(w.id)).scalar_one()
    audit(Action.WEBHOOK_CREATED, f"webhooks/{webhook_id}", host=host, event_types=new.event_types)
    return webhook_id, secret


def change(
    tx: Transaction, audit: Trail, webhook_id: int, patch: WebhookPatch, settings: ApiSettings
) -> None:
    """Change where a webhook leads, what it hears, or whether it is on. One that was failing begins afresh.

    Raises:
        WebhookNotFound: there is none with this id.
        WrongUrl: nothing may be sent there.
    """
    wanted = patch.changes()
    said: dict[str, Any] = {name: value for name, value in wanted.items() if name != "url"}
    if "url" in wanted:
        said["host"] = _checked(wanted["url"], settings.egress)
    current = tx.execute(select(w.url, w.event_types, w.state).where(w.id == webhook_id).with_for_update())
    row = current.one_or_none()
    if row is None:
        raise WebhookNotFound(webhook_id)
    if all(getattr(row, name) == value for name, value in wanted.items()):
        return
    afresh: Mapping[str, Any] = {
        "failures": 0,
        "failing_since": None,
        "free_at": func.now(),
        "off_because": None,
        "problem": None,
        "told_at": None,
    }
    is_afresh = "url" in wanted or wanted.get("state", row.state) != row.state
    values = {**wanted, **(afresh if is_afresh else {})}
    tx.execute(update(webhooks).where(w.id == webhook_id).values(values))
    audit(Action.WEBHOOK_CHANGED, f"webhooks/{webhook_id}", **said)


def remove(tx: Transaction, audit: Trail, webhook_id: int) -> None:
    """Delete a webhook, with what was sent to it.

    Raises:
        WebhookNotFound: there is none with this id.
    """
    url: str | None = tx.execute(delete(webhooks).where(w.id == webhook_id).returning(w.url)).scalar()
    if url is None:
        raise WebhookNotFound(webhook_id)
    audit(Action.WEBHOOK_DELETED, f"webhooks/{webhook_id}", host=target(url).authority)


def rotate(tx: Transaction, audit: Trail, webhook_id: int, settings: ApiSettings) -> tuple[str, datetime]:
    """Give a webhook another secret. The one before signs as well for a day.

    Returns:
        The secret, which nobody can read again, and until when the one before signs.

    Raises:
        NoSecretsKey: it could not be kept.
        WebhookNotFound: there is none with this id.
    """
    secret = _new_secret()
    values = {
        "secret": _seal(settings).sealed(secret),
        "previous_secret": w.secret,
        "previous_until": func.now() + literal(BOTH_SIGN),
    }
    changed = update(webhooks).where(w.id == webhook_id).values(values).returning(w.previous_until)
    until: datetime | None = tx.execute(changed).scalar()
    if until is None:
        raise WebhookNotFound(webhook_id)
    audit(Action.WEBHOOK_SECRET_ROTATED, f"webhooks/{webhook_id}")
    return secret, until


def test(tx: Transaction, audit: Trail, webhook_id: int) -> UUID:
    """Send a webhook an event that says nothing has happened; returns the delivery's id.

    Raises:
        WebhookNotFound: there is none with this id.
        WebhookNotOn: nothing is sent to it now.
    """
    _require_on(tx, webhook_id)
    made = (
        insert(webhook_events)
        .values(type=TEST, data={"webhook_id": webhook_id})
        .returning(webhook_events.c.id)
    )
    event_id = tx.execute(made).scalar_one()
    planned = insert(deliveries).values(event_id=event_id, webhook_id=webhook_id, channel="webhook")
    delivery_id: UUID = tx.execute(planned.returning(d.id)).scalar_one()
    audit(Action.WEBHOOK_TESTED, f"webhooks/{webhook_id}")
    return delivery_id


def replay(tx: Transaction, audit: Trail, webhook_id: int, delivery_id: UUID) -> None:
    """Send an event once more, under the same id.

    Raises:
        WebhookNotFound, CallNotFound: there is none with this id.
        WebhookNotOn: nothing is sent to it now.
        StillToBeSent: it is on its way already.
    """
    _require_on(tx, webhook_id)
    values = {"state": "queued", "ended_at": None, "next_at": func.now(), "retried_at": func.now()}
    ended = update(deliveries).where(d.id == delivery_id, d.webhook_id == webhook_id, d.ended_at.is_not(None))
    if not tx.execute(ended.values(values)).rowcount:
        if queries.find_call(tx, webhook_id, delivery_id) is None:
            raise CallNotFound(webhook_id, delivery_id)
        raise StillToBeSent(delivery_id)
    audit(Action.WEBHOOK_REPLAYED, f"webhooks/{webhook_id}", delivery=str(delivery_id))


def get(tx: Transaction, webhook_id: int) -> Record:
    """One webhook.

    Raises:
        WebhookNotFound: there is none with this id.
    """
    row = queries.find(tx, webhook_id)
    if row is None:
        raise WebhookNotFound(webhook_id)
    return row


def _require_on(tx: Transaction, webhook_id: int) -> None:
    """Hold a webhook that is on."""
    held = select(w.state).where(w.id == webhook_id).with_for_update(read=True, key_share=True)
    state: str | None = tx.execute(held).scalar()
    if state is None:
        raise WebhookNotFound(webhook_id)
    if state != "on":
        raise WebhookNotOn(webhook_id, state)


def _seal(settings: ApiSettings) -> Seal:
    seal = settings.seal
    if seal is None:
        raise NoSecretsKey
    return seal


def _new_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _checked(url: str, egress: Egress) -> str:
    """Host and port of a URL to which requests may go now. Sending one checks again."""
    try:
        to = target(url)
        egress.addresses(to)
    except NotAllowed as error:
        raise WrongUrl(str(error)) from None
    except NotResolved as error:
        raise WrongUrl(
            f"names {error.host}, which cannot be resolved: correct it, or ask for its entry"
        ) from None
    return to.authority
