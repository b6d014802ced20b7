"""The table of all metrics: `python -m followup_cli.metrics_document [--check] docs/metrics.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from followup_api import metrics as api
from followup_api.ops import gauges, open_follow_ups
from followup_common.db import metrics as database
from followup_common.documents import keep
from followup_common.messaging import metrics as messaging
from followup_common.metrics import Metric
from followup_dispatcher import metrics as dispatcher
from followup_escalator import metrics as escalator
from followup_notifier import metrics as notifier
from followup_scheduler import metrics as scheduler

SERVICES: dict[str, tuple[Metric, ...]] = {
    "scheduler": scheduler.METRICS,
    "escalator": (*escalator.METRICS, *messaging.METRICS, *database.METRICS),
    "notifier": (*notifier.METRICS, *messaging.METRICS, *database.METRICS),
    "dispatcher": (*dispatcher.METRICS, *database.METRICS),
    "api": (
        *api.METRICS,
        *gauges.METRICS,
        open_follow_ups.OPEN,
        messaging.PUBLISH_FAILURES,
        messaging.UNCONFIRMED,
        *database.METRICS,
    ),
}

HEAD = """\
# Metrics

What each service shows Prometheus at `/metrics`; generated from the code (`make documents`). Scheduler,
escalator, notifier and dispatcher listen on `FOLLOWUP_HEALTH_PORT`, the API on its own port.
[monitoring.md](monitoring.md) says what to do with them.

Each shows the `process_*` and `python_info` metrics of its process as well.

| metric | type | labels | of | what |
|---|---|---|---|---|
"""


def document() -> str:
    """The page, as Markdown."""
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    metrics = {metric.name: metric for own in SERVICES.values() for metric in own}
    for name, metric in sorted(metrics.items()):
        services = [service for service, own in SERVICES.items() if metric in own]
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"`{name}`", type(metric).__name__.lower(), labels, ", ".join(services), metric.help


if __name__ == "__main__":
    sys.exit(keep(document, __doc__))
