"""What a sweep costs that finds nothing, or one thing, among many open follow-ups."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from followup_common.contracts import SweepRequested
from followup_escalator.settings import EscalatorSettings
from followup_escalator.sweeps import run_sweep
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text

from benchmarks.bench import Bench, timed
from benchmarks.data import fill
from benchmarks.figures import Figure
from tests.support.company import raised

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
SWEEPS = 50
"""Sweeps whose median makes one run."""

ONE_DUE = text("""
    INSERT INTO follow_ups (title, due_at, assignee_id) VALUES ('Call', now() - interval '1 hour', 22)
""")
NEW_SWEEP = text("INSERT INTO sweeps (trigger) VALUES ('manual') RETURNING id")
PAGES = text("""
    SELECT pg_stat_force_next_flush(), CAST(sum(
        heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)) AS bigint)
    FROM pg_statio_user_tables
""")


def measure(bench: Bench) -> Iterator[Figure]:
    """Sweep, in turn, over backlogs of which a third took its last step long ago and the rest waits."""
    with ExitStack() as databases:
        engines = {name: databases.enter_context(_filled(bench, size)) for name, size in SIZES.items()}
        before = {name: _pages(engine) for name, engine in engines.items()}
        runs = [_sweeps(engines) for _ in range(bench.runs)]
        sweeps = bench.runs * SWEEPS
        pages = {name: (_pages(engine) - before[name]) / sweeps for name, engine in engines.items()}
        largest = list(engines)[-1]
        one_due = _one_due(engines[largest], bench.runs)
    for name in engines:
        times = tuple(run[name] for run in runs)
        yield Figure(f"backlog.{name}_sweep", "ms", times, goal=20, at_most=True)
        yield Figure(f"backlog.{name}_pages", "pages", (pages[name],))
    spread = tuple(max(run.values()) / min(run.values()) for run in runs)
    yield Figure("backlog.largest_to_smallest", "ratio", spread, goal=1.5, at_most=True)
    yield Figure(f"backlog.one_among_{largest}", "ms", one_due, goal=50, at_most=True)


@contextmanager
def _filled(bench: Bench, size: int) -> Iterator[Engine]:
    number = bench.scaled(size)
    with bench.database() as database_url:
        fill(database_url, waiting=number - number // 3, escalated=number // 3)
        engine = create_engine(database_url)
        bench.say(f"{number:,} open follow-ups")
        yield engine
        engine.dispose()


def _sweeps(engines: dict[str, Engine]) -> dict[str, float]:
    """Median milliseconds of a sweep that finds nothing, on each database."""
    rounds = [{name: _sweep(engine, expected=0) for name, engine in engines.items()} for _ in range(SWEEPS)]
    return {name: statistics.median(times[name] for times in rounds) for name in engines}


def _one_due(engine: Engine, runs: int) -> tuple[float, ...]:
    """Milliseconds from the claim of the only one that is due to the commit."""
    milliseconds = []
    for _ in range(runs):
        with engine.begin() as tx:
            tx.execute(ONE_DUE)
        milliseconds.append(_sweep(engine, expected=1))
    return tuple(milliseconds)


def _sweep(engine: Engine, *, expected: int) -> float:
    """Milliseconds of all that the escalator does for one sweep, its commit included."""
    settings = EscalatorSettings(database_url=SecretStr("postgresql://"), broker_url=SecretStr("amqp://"))
    with engine.begin() as tx:
        sweep_id = tx.execute(
            text("INSERT INTO sweeps (trigger) VALUES ('manual') RETURNING id")
        ).scalar_one()

    def work() -> None:
        with engine.begin() as tx:
            emitted = run_sweep(SweepRequested(sweep_id=sweep_id), tx, settings)
            assert len(raised(emitted)) == expected

    return 1_000 * timed(work)


def _pages(engine: Engine) -> int:
    """Pages of tables and indexes read since the server started, from memory or from disk."""
    with engine.begin() as tx:
        tx.execute(PAGES)
    with engine.begin() as tx:
        return int(tx.execute(PAGES).one()[1])
