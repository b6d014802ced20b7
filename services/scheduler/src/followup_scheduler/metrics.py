"""What Prometheus learns of the clock."""

from followup_common.messaging.metrics import EVENT, PUBLISH_FAILURES, UNCONFIRMED
from followup_common.metrics import Gauge

TICK_PUBLISHED = Gauge(
    "followup_tick_published_timestamp_seconds",
    "When a tick was last published; before the first one, when the scheduler started.",
    EVENT,
)

METRICS = (TICK_PUBLISHED, PUBLISH_FAILURES, UNCONFIRMED)
