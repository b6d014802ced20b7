"""Webhooks: programs of others that hear what happens, for admins."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query

from followup_api.audit import Audit
from followup_api.auth.proof import require_proof
from followup_api.dependencies import App
from followup_api.followups.schemas import PersonName
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.rows import Record
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work
from followup_api.webhooks import queries, service
from followup_api.webhooks.event_types import EVENT_TYPES
from followup_api.webhooks.problems import CallNotFound, WebhookMade
from followup_api.webhooks.schemas import (
    DELIVERY_ID,
    CreatedWebhook,
    EventTypeInfo,
    EventTypeList,
    NewSecret,
    NewWebhook,
    Sent,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryDetail,
    WebhookDeliveryQuery,
    WebhookPatch,
)

router = api_router(prefix="/webhooks", tags=["Webhooks"])
event_types = api_router(prefix="/event-types", tags=["Webhooks"])

Admin = Annotated[Caller, require(Permission.WEBHOOKS)]
CallId = Annotated[UUID, Path(description="Id of the delivery.", examples=[DELIVERY_ID])]


@event_types.get("", summary="List event types")
def list_event_types(_: Admin) -> EventTypeList:
    """What webhooks can listen to."""
    return EventTypeList(items=[EventTypeInfo(name=n, description=s) for n, s in EVENT_TYPES.items()])


@router.get("", summary="List webhooks")
def list_webhooks(work: Work, _: Admin, page: Annotated[PageQuery, Query()]) -> Page[Webhook]:
    """The oldest first, without their secrets."""
    found = queries.page(work.tx, page)
    return Page[Webhook].of(found, map(_shown, found.rows))


@router.post("", status_code=201, summary="Make a webhook", responses=documented(409, 503))
def create_webhook(
    new: NewWebhook, *, app: App, work: Work, audit: Audit, caller: Admin, once: Idempotent
) -> CreatedWebhook:
    """From now on it hears what happens. The answer shows its secret; nobody can read it again later."""
    require_proof(caller)
    webhook_id, secret = service.add(work.tx, audit, caller.user_id, new, app.settings)
    once.say_instead(WebhookMade(webhook_id))
    return CreatedWebhook(**_shown(service.get(work.tx, webhook_id)), secret=secret)


@router.get("/{webhook_id}", summary="Read a webhook", responses=documented(404))
def read_webhook(webhook_id: PathId, work: Work, _: Admin) -> Webhook:
    """One webhook, without its secret."""
    return Webhook(**_shown(service.get(work.tx, webhook_id)))


@router.patch("/{webhook_id}", summary="Change a webhook", responses=documented(404))
def edit_webhook(
    webhook_id: PathId, patch: WebhookPatch, *, app: App, work: Work, audit: Audit, caller: Admin
) -> Webhook:
    """Change where it leads or what it hears, pause it, or switch it on again."""
    require_proof(caller)
    service.change(work.tx, audit, webhook_id, patch, app.settings)
    return Webhook(**_shown(service.get(work.tx, webhook_id)))


@router.delete("/{webhook_id}", status_code=204, summary="Delete a webhook", responses=documented(404))
def delete_webhook(webhook_id: PathId, work: Work, audit: Audit, _: Admin) -> None:
    """It hears nothing any more. What was sent to it is forgotten."""
    service.remove(work.tx, audit, webhook_id)


@router.post(
    "/{webhook_id}/rotate-secret", summary="Give a webhook another secret", responses=documented(404, 503)
)
def rotate_webhook_secret(
    webhook_id: PathId, *, app: App, work: Work, audit: Audit, caller: Admin
) -> NewSecret:
    """The answer shows it; nobody can read it again later. The one before signs as well for 24 hours."""
    require_proof(caller)
    secret, until = service.rotate(work.tx, audit, webhook_id, app.settings)
    return NewSecret(secret=secret, previous_secret_until=until)


@router.post("/{webhook_id}/test", status_code=202, summary="Test a webhook", responses=documented(404, 409))
def send_test_event(webhook_id: PathId, work: Work, audit: Audit, _: Admin) -> Sent:
    """Send it an event of the type `webhook.test`."""
    return Sent(delivery_id=service.test(work.tx, audit, webhook_id))


@router.get("/{webhook_id}/deliveries", summary="List what a webhook was sent", responses=documented(404))
def list_webhook_deliveries(
    webhook_id: PathId, work: Work, _: Admin, query: Annotated[WebhookDeliveryQuery, Query()]
) -> Page[WebhookDelivery]:
    """The newest first: what became of each event, and why."""
    service.get(work.tx, webhook_id)
    return Page[WebhookDelivery].of(queries.calls(work.tx, webhook_id, query))


@router.get(
    "/{webhook_id}/deliveries/{call_id}", summary="Read what a webhook was sent", responses=documented(404)
)
def read_webhook_delivery(webhook_id: PathId, call_id: CallId, work: Work, _: Admin) -> WebhookDeliveryDetail:
    """One delivery with what it says, all its tries, and what was answered to each."""
    row = queries.find_call(work.tx, webhook_id, call_id)
    if row is None:
        raise CallNotFound(webhook_id, call_id)
    return WebhookDeliveryDetail.model_validate({**row._mapping, "tries": queries.tries(work.tx, call_id)})


@router.post(
    "/{webhook_id}/deliveries/{call_id}/replay",
    status_code=202,
    summary="Send a webhook an event again",
    responses=documented(404, 409),
)
def replay_webhook_delivery(webhook_id: PathId, call_id: CallId, work: Work, audit: Audit, _: Admin) -> Sent:
    """Under the same id, also what went through: a receiver can tell that it had it before."""
    service.replay(work.tx, audit, webhook_id, call_id)
    return Sent(delivery_id=call_id)


def _shown(row: Record) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in Webhook.model_fields if name != "owner"}
    return {**shown, "owner": PersonName(id=row.owner_id, name=row.owner_name)}
