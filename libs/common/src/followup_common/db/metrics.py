"""What Prometheus learns of the pool of connections to PostgreSQL."""

from __future__ import annotations

import threading

from sqlalchemy import event

from followup_common.db.database import Database
from followup_common.metrics import Gauge, Meter

IN_USE = Gauge("followup_database_connections_in_use", "Connections of the pool that are at work.")
AT_MOST = Gauge("followup_database_connections_max", "Connections that the pool may have.")

METRICS = (IN_USE, AT_MOST)
"""Of every service with a database."""


def watch_pool(database: Database, meter: Meter) -> None:
    """Keep the meter at how many connections are in use.

    Records are told apart, and not counted up and down: SQLAlchemy also reports connections as returned
    that never were handed out.
    """
    in_use: set[int] = set()
    lock = threading.Lock()

    def taken(_: object, record: object, __: object) -> None:
        with lock:
            in_use.add(id(record))
            meter.record(IN_USE, len(in_use))

    def returned(_: object, record: object) -> None:
        with lock:
            in_use.discard(id(record))
            meter.record(IN_USE, len(in_use))

    event.listen(database.engine, "checkout", taken)
    event.listen(database.engine, "checkin", returned)
    meter.record(AT_MOST, database.pool_size)
    meter.record(IN_USE, 0)
