"""What the contenders with one message a follow-up share: the work of one, and the clock around all."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from benchmarks.bench import Bench
from benchmarks.contenders.statement import ONE
from benchmarks.cost import Cost, measured
from tests.support.postgres import libpq_url
from tests.support.processes import REPOSITORY, Process
from tests.support.waiting import eventually

MESSAGES = 5_000
"""Follow-ups that a contender with one message each escalates: its rate does not depend on their number."""
PROCESSES = 2
DATABASE, BROKER = "BENCHMARK_DATABASE_URL", "BENCHMARK_BROKER_URL"

_own = threading.local()


def escalate_one(follow_up_id: int) -> None:
    """All effects of one escalation, in one statement and one commit on this thread's own connection."""
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(os.environ[DATABASE], autocommit=True)
    _own.connection.execute(ONE, {"id": follow_up_id})


def run(
    bench: Bench,
    database_url: str,
    due: int,
    *,
    consume: Sequence[str],
    queue: str,
    send: Callable[[str, Sequence[int]], None],
) -> Cost:
    """The cost from the first message to the last commit.

    Args:
        bench: whose broker is used.
        database_url: a filled database.
        due: how many of it are due.
        consume: module and arguments of the consumer.
        queue: what it consumes, in `PROCESSES` processes.
        send: sends one message for each of these follow-ups over the broker with this URL.
    """
    database = psycopg.connect(libpq_url(database_url), autocommit=True)
    number = min(due, bench.scaled(MESSAGES))
    first = database.execute("SELECT follow_up_id FROM escalation_states ORDER BY wake_at LIMIT %s", [number])
    ids = [follow_up_id for (follow_up_id,) in first]

    def escalate_all() -> None:
        send(broker_url, ids)
        eventually(lambda: _escalated(database) == number, 300, what="every follow-up")

    with bench.broker() as broker_url, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            DATABASE: libpq_url(database_url),
            BROKER: broker_url,
        }
        consumer = Process([sys.executable, "-m", *consume], Path(folder) / "consumer.log", environment)
        with bench.processes(consumer):
            bench.await_consumers(broker_url, queue)
            cost = measured(bench, database_url, number, escalate_all)
    database.close()
    return cost


def _escalated(database: psycopg.Connection) -> int:
    [(count,)] = database.execute("SELECT count(*) FROM activities")
    return int(count)
