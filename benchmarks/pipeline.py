"""Follow-ups a second, from the sweep request to the last committed notification and activity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from benchmarks.bench import Bench
from benchmarks.contenders import followup, limit
from benchmarks.data import effects, fill
from benchmarks.figures import Figure, ratio

CONTENDERS: dict[str, Callable[[Bench, str], float]] = {"limit": limit.run, "followup": followup.run}
"""Each works on a filled database and returns the seconds that it took."""
DUE, WAITING = 100_000, 200_000


def measure(bench: Bench) -> Iterator[Figure]:
    """Let the contenders run in turn, on copies of the same data."""
    rates: dict[str, list[float]] = defaultdict(list)
    for number in range(1, bench.runs + 1):
        written = {name: _contend(bench, number, name, rates[name]) for name in CONTENDERS}
        assert len(set(written.values())) == 1, f"the contenders wrote different rows: {written}"
    figures = {
        name: Figure(f"pipeline.{name}", "follow-ups/s", tuple(values)) for name, values in rates.items()
    }
    yield from figures.values()
    yield ratio("pipeline.ratio_to_limit", figures["followup"], figures["limit"], goal=0.9)


def _contend(bench: Bench, number: int, name: str, rates: list[float]) -> tuple[tuple[str, int], ...]:
    due = bench.scaled(DUE)
    with bench.database() as database_url:
        fill(database_url, due=due, waiting=bench.scaled(WAITING))
        rates.append(due / CONTENDERS[name](bench, database_url))
        bench.say(f"run {number}: {name:10} {rates[-1]:8,.0f} follow-ups/s")
        return tuple(effects(database_url).items())
