"""Deliveries: what left the house or did not, and trying again what was given up."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy import func, select

from followup_api.audit import Audit
from followup_api.followups.schemas import PersonName
from followup_api.ops.deliveries import queries, service
from followup_api.ops.deliveries.schemas import (
    DELIVERY_ID,
    BulkRetry,
    DeliveriesRetried,
    DeliveriesSummary,
    DeliveryQuery,
    OpsDelivery,
    OpsDeliveryDetail,
)
from followup_api.ops.deliveries.service import DeliveryNotFound
from followup_api.pagination import Page
from followup_api.permissions import Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.rows import Record
from followup_api.unit_of_work import Work

router = api_router(prefix="/deliveries", tags=["Operations"], dependencies=[require(Permission.OPS)])

DeliveryId = Annotated[UUID, Path(description="Id of the delivery.", examples=[DELIVERY_ID])]


@router.get("", summary="List deliveries")
def list_deliveries(work: Work, query: Annotated[DeliveryQuery, Query()]) -> Page[OpsDelivery]:
    """What was to leave the house, the newest first: where it went, what became of it, and why."""
    found = queries.page(work.tx, query)
    return Page[OpsDelivery].of(found, map(_shown, found.rows))


@router.post("/retry", summary="Try deliveries again")
def retry_deliveries(work: Work, audit: Audit, body: BulkRetry) -> DeliveriesRetried:
    """Send again what was given up, the oldest first. What was completed, moved or read since is not sent."""
    return service.retry_oldest(work.tx, audit, body)


@router.get("/summary", summary="Read how deliveries go")
def read_summary(work: Work) -> DeliveriesSummary:
    """What is under way by each channel, what was given up, and which places fail again and again."""
    found = {"channels": queries.channels(work.tx), "circuits": queries.open_circuits(work.tx)}
    read_at = work.tx.execute(select(func.now())).scalar_one()
    return DeliveriesSummary.model_validate({**found, "read_at": read_at})


@router.get("/{delivery_id}", summary="Read a delivery", responses=documented(404))
def read_delivery(work: Work, delivery_id: DeliveryId) -> OpsDeliveryDetail:
    """One delivery with all its tries, and what the other side said to each."""
    row = queries.find(work.tx, delivery_id)
    if row is None:
        raise DeliveryNotFound(delivery_id)
    return OpsDeliveryDetail.model_validate({**_shown(row), "tries": queries.tries(work.tx, delivery_id)})


@router.post(
    "/{delivery_id}/retry", status_code=204, summary="Try a delivery again", responses=documented(404, 409)
)
def retry_delivery(work: Work, audit: Audit, delivery_id: DeliveryId) -> None:
    """Send again what was given up, at once and under the same id. What has stopped it since still does."""
    service.retry(work.tx, audit, delivery_id)


def _shown(row: Record) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in OpsDelivery.model_fields if name != "user"}
    return {**shown, "user": PersonName(id=row.user_id, name=row.name)}
