"""What work takes of the machine: time by the clock, processor time of everything, and WAL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import Engine, create_engine, text

from benchmarks.bench import Bench, timed
from tests.support.postgres import LocalServer
from tests.support.rabbitmq import PrivateNode


@dataclass(frozen=True)
class Cost:
    """What it took to escalate follow-ups.

    Args:
        follow_ups: how many.
        seconds: by the clock.
        processor_seconds: of PostgreSQL, RabbitMQ, the contender's processes and this one.
        wal_bytes: what PostgreSQL wrote ahead.
    """

    follow_ups: int
    seconds: float
    processor_seconds: float
    wal_bytes: int

    def __str__(self) -> str:
        each = (
            f"{self.processor_microseconds:,.0f} µs of processors and {self.wal_kilobytes:.2f} kB of WAL each"
        )
        return f"{self.rate:8,.0f} follow-ups/s, {each}"

    @property
    def rate(self) -> float:
        """Follow-ups a second."""
        return self.follow_ups / self.seconds

    @property
    def processor_microseconds(self) -> float:
        """Of a follow-up."""
        return 1e6 * self.processor_seconds / self.follow_ups

    @property
    def wal_kilobytes(self) -> float:
        """Of a follow-up."""
        return self.wal_bytes / 1_000 / self.follow_ups


def measured(bench: Bench, database_url: str, follow_ups: int, work: Callable[[], object]) -> Cost:
    """Do the work that escalates so many follow-ups, and see what it takes."""
    engine = create_engine(database_url)
    wal, processor = _wal_position(engine), _processor_seconds(bench)
    seconds = timed(work)
    used = _processor_seconds(bench) - processor
    written = _wal_position(engine) - wal
    engine.dispose()
    return Cost(follow_ups, seconds, used, written)


def _wal_position(engine: Engine) -> int:
    with engine.begin() as tx:
        return int(
            tx.execute(text("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")).scalar_one()
        )


def _processor_seconds(bench: Bench) -> float:
    """Of this process, of the servers, and of what the bench has started; children that ended included."""
    own = psutil.Process().cpu_times()
    roots = [psutil.Process(pid) for pid in _roots(bench)]
    trees = [process for root in roots for process in (root, *root.children(recursive=True))]
    return float(own.user + own.system) + sum(map(_with_ended_children, trees))


def _with_ended_children(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # it has ended meanwhile, and counts at its parent
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _roots(bench: Bench) -> Iterator[int]:
    """First processes of all that works; of servers in containers nothing is known."""
    postgres, rabbitmq = bench.servers.postgres().control, bench.servers.rabbitmq().control
    servers = [postgres.process] if isinstance(postgres, LocalServer) else []
    servers += [rabbitmq.node] if isinstance(rabbitmq, PrivateNode) else []
    for process in (*servers, *bench.running):
        if process.pid is not None:
            yield process.pid
