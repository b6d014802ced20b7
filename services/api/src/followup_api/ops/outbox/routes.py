"""What is stored in the outbox and not settled."""

from __future__ import annotations

from sqlalchemy import func, select

from followup_api.ops.outbox import queries
from followup_api.ops.outbox.schemas import Outbox, OutboxType
from followup_api.permissions import Permission, require
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/ops/outbox", tags=["Operations"], dependencies=[require(Permission.OPS)])


@router.get("", summary="Look at the outbox")
def read_outbox(work: Work) -> Outbox:
    """Events that nobody has handled yet, and those that were given up: how many, and since when."""
    types = [OutboxType.model_validate(row) for row in queries.by_type(work.tx)]
    waiting, failed = sum(each.waiting for each in types), sum(each.failed for each in types)
    since = [each.oldest_waiting_at for each in types if each.oldest_waiting_at]
    return Outbox(
        read_at=work.tx.execute(select(func.now())).scalar_one(),
        waiting=waiting,
        oldest_waiting_at=min(since, default=None),
        failed=failed,
        or_more=queries.COUNT_AT_MOST in (waiting, failed),
        types=types,
    )
