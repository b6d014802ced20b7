"""What waits in RabbitMQ's queues, and who consumes it."""

from __future__ import annotations

from followup_api.dependencies import App
from followup_api.ops.queues.queries import in_process
from followup_api.ops.queues.schemas import Queues
from followup_api.permissions import Permission, require
from followup_api.routing import api_router

router = api_router(prefix="/ops/queues", tags=["Operations"], dependencies=[require(Permission.OPS)])


@router.get("", summary="Look at the queues")
def read_queues(app: App) -> Queues:
    """Every service's queue with its `.DQ` and `.XQ`: ready, unacknowledged, consumers, rates. RabbitMQ's
    management API tells all of it, where it is configured and well; AMQP tells ready and consumers.
    With RabbitMQ away the answer is the same, within seconds, and says what is missing and why."""
    return app.queues.read() if app.queues else in_process()
