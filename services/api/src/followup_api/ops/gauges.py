"""The counts of the self-audit as Prometheus gauges, asked of the database every 15 seconds at the most."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import structlog
from followup_common.db import Database
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.exc import SQLAlchemyError

from followup_api.ops.self_audit.queries import count
from followup_api.ops.self_audit.schemas import Check

KEEP_SECONDS = 15
NAMES = {
    Check.OVERDUE_STEPS: ("followup_overdue_steps", "Follow-ups whose step passed long ago, unrecorded."),
    Check.OUTBOX_OVERDUE: ("followup_outbox_overdue", "Events that wait too long to be handled."),
    Check.SWEEPS_STUCK: ("followup_sweeps_stuck", "Sweeps that were asked for long ago and have not ended."),
    Check.DEAD_LETTERS: ("followup_dead_letters", "Events that were given up and wait for somebody."),
    Check.UNROUTABLE: ("followup_unroutable", "Escalations that found nobody active to tell."),
}

log = structlog.get_logger()


class Gauges:
    """One gauge a check. While the database is away they are NaN: unknown, not zero.

    Args:
        registry: where Prometheus finds them.
        late: how long something may take before it counts.
    """

    def __init__(self, registry: CollectorRegistry, late: timedelta) -> None:
        self._gauges = {check: Gauge(*named, registry=registry) for check, named in NAMES.items()}
        self._late = late
        self._lock = threading.Lock()
        self._counted_at: float | None = None

    def refresh(self, database: Database) -> None:
        """Count anew if the last counts are old; of several scrapes at once, one counts."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            now = time.monotonic()
            if self._counted_at is None or now - self._counted_at >= KEEP_SECONDS:
                self._count(database)
                self._counted_at = now
        finally:
            self._lock.release()

    def _count(self, database: Database) -> None:
        try:
            with database.transaction() as tx:
                counts = {check: float(count(tx, check, self._late)) for check in Check}
        except SQLAlchemyError as error:
            log.warning("self_audit_failed", error=type(error).__name__)
            counts = dict.fromkeys(Check, float("nan"))
        for check, value in counts.items():
            self._gauges[check].set(value)
