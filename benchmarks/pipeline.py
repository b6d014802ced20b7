"""Follow-ups a second, from the sweep request to the last committed notification and activity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from benchmarks.bench import Bench
from benchmarks.contenders import followup, limit, with_celery, with_dramatiq
from benchmarks.data import assert_effects, fill
from benchmarks.figures import Figure, ratio

DUE, WAITING = 100_000, 200_000
CONTENDERS: dict[str, Callable[[Bench, str, int], float]] = {
    "limit": limit.run,
    "followup": followup.run,
    "celery": with_celery.run,
    "dramatiq": with_dramatiq.run,
}
GOALS = {"limit": 0.9, "celery": 25, "dramatiq": 15}


def measure(bench: Bench) -> Iterator[Figure]:
    """Let the contenders run in turn, on copies of the same data."""
    rates: dict[str, list[float]] = defaultdict(list)
    due = bench.scaled(DUE)
    with bench.database() as filled:
        fill(filled, due=due, waiting=bench.scaled(WAITING))
        for number in range(1, bench.runs + 1):
            for name, run in CONTENDERS.items():
                with bench.copy(filled) as database_url:
                    rates[name].append(run(bench, database_url, due))
                    assert_effects(database_url)
                bench.say(f"run {number}: {name:10} {rates[name][-1]:8,.0f} follow-ups/s")
    figures = {
        name: Figure(f"pipeline.{name}", "follow-ups/s", tuple(values)) for name, values in rates.items()
    }
    yield from figures.values()
    for name, goal in GOALS.items():
        yield ratio(f"pipeline.ratio_to_{name}", figures["followup"], figures[name], goal)
