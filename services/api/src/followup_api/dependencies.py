"""What the application is made of, and how routes ask for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from followup_common.db import Database
from followup_common.health import Check
from followup_common.messaging.publisher import Publisher
from followup_common.metrics import Meter
from followup_common.tracing import Tracing

from followup_api.downloads import Downloads
from followup_api.ops.gauges import Gauges
from followup_api.ops.open_follow_ups import OpenFollowUps
from followup_api.ops.queues.queries import QueueReader
from followup_api.places import Places
from followup_api.settings import ApiSettings
from followup_api.threads import Threads
from followup_api.uploads import Uploads

if TYPE_CHECKING:
    from followup_api.auth.oidc.provider import Provider


@dataclass(frozen=True)
class AppContext:
    """What an application is made of. It lives in `app.state.context`; there are no globals."""

    settings: ApiSettings
    database: Database
    publisher: Publisher
    meter: Meter
    tracing: Tracing
    gauges: Gauges
    open_follow_ups: OpenFollowUps
    threads: Threads
    broker_problem: Check
    queues: QueueReader | None
    """None where events are delivered in process."""
    database_state: Callable[[], str]
    """`ok`, or what is wrong with the database; raises TimeoutError when that is not to be known."""
    uploads: Uploads
    downloads: Downloads
    """Files on their way."""
    replays: Places
    """Looks back at what policies would have told."""
    oidc: Provider | None = None


async def app_context(request: Request) -> AppContext:
    """That of the application which serves this request."""
    context: AppContext = request.app.state.context
    return context


App = Annotated[AppContext, Depends(app_context)]
