"""The limit: the same rows written by PostgreSQL alone, one statement a batch, two connections, no broker."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, create_engine, text

from benchmarks.bench import Bench
from benchmarks.contenders.statement import BATCH
from benchmarks.cost import Cost, measured


def run(bench: Bench, database_url: str, due: int) -> Cost:
    """The cost when two connections escalate all that are due."""
    engine = create_engine(database_url)
    with ThreadPoolExecutor(2) as lanes:
        cost = measured(bench, database_url, due, lambda: sum(lanes.map(_lane, [engine] * 2)))
    engine.dispose()
    return cost


def _lane(engine: Engine) -> int:
    done = 0
    while claimed := _batch(engine):
        done += claimed
    return done


def _batch(engine: Engine) -> int:
    with engine.begin() as tx:
        tx.execute(text("SET LOCAL enable_bitmapscan = off"))
        return int(tx.execute(text(BATCH)).scalar_one())
