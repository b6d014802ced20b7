"""How many follow-ups are open under each policy, as a gauge: counting them costs more than the others."""

from __future__ import annotations

import time
from collections.abc import Mapping

import structlog
from followup_common.db import Database
from followup_common.health import Bounded
from followup_common.metrics import OTHERS, TOLD_APART, Gauge, Meter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

KEEP_SECONDS = 60
PATIENCE_SECONDS = 2.5

OPEN = Gauge(
    "followup_policy_open",
    "Open follow-ups by policy, counted once a minute; beyond 20 policies as (others).",
    ("policy",),
)
COUNT = text("""
    WITH by_version AS (
        SELECT policy_version_id, count(*) AS number FROM escalation_states WHERE is_open GROUP BY 1
    ), by_policy AS (
        SELECT v.policy, sum(s.number) AS number,
            row_number() OVER (ORDER BY sum(s.number) DESC, v.policy) AS place
        FROM by_version s JOIN policy_versions v ON v.id = s.policy_version_id GROUP BY v.policy
    )
    SELECT CASE WHEN place <= :told_apart THEN policy ELSE :others END AS policy,
        sum(number)::float8 AS number
    FROM by_policy GROUP BY 1
""").bindparams(told_apart=TOLD_APART, others=OTHERS)

log = structlog.get_logger()


class OpenFollowUps:
    """Keeps a meter at how many are open; without an answer of the database it shows none.

    Args:
        meter: shows the values.
        database: is asked for them.
    """

    def __init__(self, meter: Meter, database: Database) -> None:
        self._meter = meter
        self._database = database
        self._asked_at: float | None = None
        self._ask = Bounded(self._read, PATIENCE_SECONDS)
        meter.declare(OPEN)

    def refresh(self) -> None:
        """Ask again if the last answer is old."""
        if self._asked_at is not None and time.monotonic() - self._asked_at < KEEP_SECONDS:
            return
        values: Mapping[str, float] = {}
        try:
            values = self._ask()
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("open_follow_ups_not_counted", error=type(error).__name__)
        self._meter.show(OPEN, values)
        self._asked_at = time.monotonic()

    def _read(self) -> Mapping[str, float]:
        with self._database.transaction() as tx:
            tx.execute(text("SET LOCAL statement_timeout = '2s'"))
            return {row.policy: row.number for row in tx.execute(COUNT)}
