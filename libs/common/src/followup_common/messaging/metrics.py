"""What Prometheus learns of events: each is told apart by its type, and counted once a delivery."""

from followup_common.metrics import Counter, Gauge, Histogram

EVENT = ("event",)
UNREADABLE = "unreadable"
"""Stands for the type of a message that nobody can read."""

SECONDS = Histogram(
    "followup_event_duration_seconds",
    "Time from the beginning of an event's transaction to its commit, one observation a committed batch.",
    EVENT,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
DUPLICATES = Counter(
    "followup_events_duplicate_total", "Deliveries dropped: the event had been handled.", EVENT
)
RETRIED = Counter(
    "followup_events_retried_total", "Deliveries that failed for now and are tried again.", EVENT
)
SPLIT = Counter("followup_events_split_total", "Batches split in two to find what fails in them.", EVENT)
LEFT = Counter(
    "followup_events_left_total", "Events left to the redrive after their last try of a delivery.", EVENT
)
DEAD_LETTERED = Counter("followup_events_dead_lettered_total", "Events given up as dead letters.", EVENT)
REDRIVEN = Counter(
    "followup_events_redriven_total", "Events sent again because nobody had handled them.", EVENT
)
PUBLISH_FAILURES = Counter(
    "followup_publish_failures_total", "Publishing that RabbitMQ did not confirm; the redrive sends it again."
)
UNCONFIRMED = Gauge(
    "followup_publishing_unconfirmed",
    "1 while RabbitMQ does not confirm what the service publishes, or tries to; else 0.",
)
TICK_RECEIVED = Gauge(
    "followup_tick_received_timestamp_seconds",
    "When a tick of the scheduler last arrived; before the first one, when the process started.",
    EVENT,
)

METRICS = (
    SECONDS,
    DUPLICATES,
    RETRIED,
    SPLIT,
    LEFT,
    DEAD_LETTERED,
    REDRIVEN,
    PUBLISH_FAILURES,
    UNCONFIRMED,
    TICK_RECEIVED,
)
"""Of every service that consumes events."""
