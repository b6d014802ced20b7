"""What is done to deliveries: those that were given up are tried again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.tables import deliveries
from sqlalchemy import ColumnElement, func, update

from followup_api.audit import Action, Trail
from followup_api.ops.deliveries import queries
from followup_api.ops.deliveries.queries import GIVEN_UP
from followup_api.ops.deliveries.schemas import BulkRetry, DeliveriesRetried
from followup_api.problems import Conflict, NotFound

c = deliveries.c


class DeliveryNotFound(NotFound):
    """There is no such delivery."""

    def __init__(self, delivery_id: UUID) -> None:
        super().__init__(f"There is no delivery {delivery_id}.")
        self.delivery_id = delivery_id


class NotGivenUp(Conflict):
    """It was sent, stopped, or is still to be sent."""

    def __init__(self, delivery_id: UUID, state: str) -> None:
        super().__init__(
            f"Nothing was changed: delivery {delivery_id} is {state}. Only what failed or expired can be "
            "tried again."
        )
        self.delivery_id = delivery_id


def retry(tx: Transaction, audit: Trail, delivery_id: UUID) -> None:
    """Try one again that was given up, at once and under the same id. What has stopped it since still does.

    Raises:
        DeliveryNotFound: there is none with this id.
        NotGivenUp: it was not given up.
    """
    if not _tried_again(tx, c.id == delivery_id):
        row = queries.find(tx, delivery_id)
        raise NotGivenUp(delivery_id, row.state) if row else DeliveryNotFound(delivery_id)
    audit(Action.DELIVERIES_RETRIED, f"deliveries/{delivery_id}")


def retry_oldest(tx: Transaction, audit: Trail, wanted: BulkRetry) -> DeliveriesRetried:
    """Try those again that were given up, the oldest first."""
    done = _tried_again(tx, c.id.in_(queries.oldest_given_up(wanted)))
    if done:
        audit(Action.DELIVERIES_RETRIED, number=len(done), state=wanted.state, reason=wanted.q)
    return DeliveriesRetried(done=len(done), left=queries.count_given_up(tx, wanted))


def _tried_again(tx: Transaction, which: ColumnElement[bool]) -> Sequence[UUID]:
    """Queue what was given up: it has as much time again as a new one."""
    values = {"state": "queued", "ended_at": None, "next_at": func.now(), "retried_at": func.now()}
    changed = update(deliveries).where(which, c.state.in_(GIVEN_UP)).values(values)
    return tx.execute(changed.returning(c.id)).scalars().all()
