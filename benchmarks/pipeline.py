"""Escalating, from the sweep request to the last committed notification and activity: rate and cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from benchmarks.bench import Bench
from benchmarks.contenders import followup, limit, with_celery, with_dramatiq
from benchmarks.cost import Cost
from benchmarks.data import assert_effects, fill
from benchmarks.figures import Figure, ratio

DUE, WAITING = 100_000, 200_000
CONTENDERS: dict[str, Callable[[Bench, str, int], Cost]] = {
    "limit": limit.run,
    "followup": followup.run,
    "celery": with_celery.run,
    "dramatiq": with_dramatiq.run,
}
GOALS = {"limit": 0.9, "celery": 25, "dramatiq": 15}
PROCESSOR_GOAL, WAL_GOAL = 80, 1.6
"""Microseconds and kilobytes of a follow-up, at most."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Let the contenders run in turn, on copies of the same data."""
    costs: dict[str, list[Cost]] = defaultdict(list)
    due = bench.scaled(DUE)
    with bench.database() as filled:
        fill(filled, due=due, waiting=bench.scaled(WAITING))
        for number in range(1, bench.runs + 1):
            for name, run in CONTENDERS.items():
                with bench.copy(filled) as database_url:
                    cost = run(bench, database_url, due)
                    assert_effects(database_url)
                costs[name].append(cost)
                bench.say(f"run {number}: {name:10} {cost}")
    rates = {name: _rate(name, values) for name, values in costs.items()}
    yield from rates.values()
    yield from (
        ratio(f"pipeline.ratio_to_{name}", rates["followup"], rates[name], GOALS[name]) for name in GOALS
    )
    yield from _costs("limit", costs["limit"])
    yield from _costs("followup", costs["followup"], PROCESSOR_GOAL, WAL_GOAL)


def _rate(name: str, costs: Sequence[Cost]) -> Figure:
    return Figure(f"pipeline.{name}", "follow-ups/s", tuple(cost.rate for cost in costs))


def _costs(
    name: str, costs: Sequence[Cost], processor: float | None = None, wal: float | None = None
) -> Iterator[Figure]:
    used = tuple(cost.processor_microseconds for cost in costs)
    yield Figure(f"pipeline.{name}.processors", "µs", used, processor, at_most=True)
    written = tuple(cost.wal_kilobytes for cost in costs)
    yield Figure(f"pipeline.{name}.wal", "kB", written, wal, at_most=True)
