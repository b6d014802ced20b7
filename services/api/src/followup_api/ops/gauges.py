"""What the database says, as Prometheus gauges: asked every 5 seconds at most, and not for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import structlog
from followup_common.contracts import EscalationsRaised
from followup_common.db import Database, Transaction
from followup_common.db.collations import changed_collations
from followup_common.health import Bounded
from followup_common.metrics import Gauge, Meter
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from followup_api.ops.self_audit.queries import count, steps_due
from followup_api.ops.self_audit.schemas import Check

KEEP_SECONDS = 5
PATIENCE_SECONDS = 2.5
"""How long a scrape waits for the database. Statements end sooner, and leave nothing running behind."""

CHECKS = {
    Check.OVERDUE_STEPS: Gauge(
        "followup_overdue_steps", "Follow-ups whose step passed long ago, unrecorded."
    ),
    Check.OUTBOX_OVERDUE: Gauge("followup_outbox_overdue", "Events that wait too long to be handled."),
    Check.SWEEPS_STUCK: Gauge(
        "followup_sweeps_stuck", "Sweeps that were asked for long ago and have not ended."
    ),
    Check.DEAD_LETTERS: Gauge("followup_dead_letters", "Events that were given up and wait for somebody."),
    Check.UNROUTABLE: Gauge("followup_unroutable", "Escalations that found nobody active to tell."),
    Check.TIMES_AHEAD: Gauge("followup_times_ahead", "Rows that were written later than it is now."),
}
LAG = Gauge(
    "followup_lag_seconds",
    "How long the oldest step that should have been taken has waited since a sweep could know of it; "
    "0 without one.",
)
DEPTH = Gauge("followup_outbox_depth", "Events that nobody has handled yet, without the dead letters.")
AGE = Gauge(
    "followup_outbox_age_seconds",
    "How long the oldest event that nobody has handled has waited since it could be, at first or after a "
    "replay; 0 without one.",
)
DUE = Gauge(
    "followup_due",
    "Follow-ups whose next step has come and that no sweep has taken; 100,000 stands for more.",
)
UNANNOUNCED = Gauge(
    "followup_unannounced",
    "Follow-ups whose escalation was raised and that the notifier has not handled, in up to 100 batches.",
)
COLLATIONS = Gauge(
    "followup_collations_changed",
    "Collations whose version changed under the database: indexes may be sorted otherwise than it searches.",
)

CALENDARS_ENDING = Gauge(
    "followup_calendars_ending",
    "Calendars in use that are not worked out, or whose holidays are not known, for a year ahead.",
)

METRICS = (*CHECKS.values(), LAG, DEPTH, AGE, DUE, UNANNOUNCED, COLLATIONS, CALENDARS_ENDING)
"""NaN while the database does not answer: unknown, not zero."""

_steps = steps_due()
MEASURE_LAG = select(func.coalesce(func.extract("epoch", func.now() - func.min(_steps.c.since)), 0))
# `available_at` tells when an event was first to be handled, or replayed: a minute before it, doubled with
# each sending; up to an hour, beyond which only the age of the event itself is known.
MEASURE_OUTBOX = text("""
    SELECT count(*) AS depth, greatest(0, coalesce(extract(epoch FROM now() - min(
        CASE WHEN attempts <= 5
            THEN greatest(created_at, available_at - interval '1 minute' * power(2, attempts))
            ELSE created_at END)), 0)) AS age
    FROM outbox WHERE handled_at IS NULL AND failed_at IS NULL
""")

# Both end early where much waits: what reads them scales the services, and has a most that it scales to.
BACKLOG = text("""
    SELECT (SELECT count(*) FROM (
                SELECT FROM escalation_states WHERE wake_at <= now() LIMIT 100000) found) AS due,
        (SELECT coalesce(sum(jsonb_array_length(payload -> 'follow_up_ids')), 0) FROM (
                SELECT payload FROM outbox
                WHERE handled_at IS NULL AND failed_at IS NULL AND type = :raised LIMIT 100
            ) found) AS unannounced
""").bindparams(raised=EscalationsRaised.type)

# What somebody has just changed is not looked up yet; until then it is known as far as it is worked out.
MEASURE_CALENDARS = text("""
    SELECT count(*) FROM calendars
    WHERE archived_at IS NULL AND (last_day IS NULL OR last_day < current_date + 365
        OR country IS NOT NULL AND coalesce(holidays_until, last_day) < current_date + 365)
""")

log = structlog.get_logger()


class Gauges:
    """Keeps a meter at what the database says.

    Args:
        meter: shows the values.
        database: is asked for them.
        late: how long something may take before a check of the self-audit counts it.
    """

    def __init__(self, meter: Meter, database: Database, late: timedelta) -> None:
        self._meter = meter
        self._database = database
        self._late = late
        self._asked_at: float | None = None
        self._ask = Bounded(self._read, PATIENCE_SECONDS)
        self._show(dict.fromkeys(METRICS, float("nan")))

    def refresh(self) -> None:
        """Ask again if the last answer is old; of several scrapes at once, one asks."""
        if self._asked_at is not None and time.monotonic() - self._asked_at < KEEP_SECONDS:
            return
        try:
            self._show(self._ask())
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("gauges_not_read", error=type(error).__name__)
            self._show(dict.fromkeys(METRICS, float("nan")))
        self._asked_at = time.monotonic()

    def _read(self) -> dict[Gauge, float]:
        with self._database.transaction() as tx:
            tx.execute(text("SET LOCAL statement_timeout = '2s'"))
            return dict(_values(tx, self._late))

    def _show(self, values: dict[Gauge, float]) -> None:
        for gauge, value in values.items():
            self._meter.record(gauge, value)


def _values(tx: Transaction, late: timedelta) -> Iterator[tuple[Gauge, float]]:
    for check, gauge in CHECKS.items():
        yield gauge, count(tx, check, late)
    yield LAG, tx.execute(MEASURE_LAG).scalar_one()
    row = tx.execute(MEASURE_OUTBOX).one()
    yield from ((DEPTH, row.depth), (AGE, row.age))
    backlog = tx.execute(BACKLOG).one()
    yield from ((DUE, backlog.due), (UNANNOUNCED, float(backlog.unannounced)))
    yield COLLATIONS, len(changed_collations(tx))
    yield CALENDARS_ENDING, tx.execute(MEASURE_CALENDARS).scalar_one()
