"""The pipeline with 1, 2 and 4 instances of escalator and notifier each: where more of them stop helping."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.contenders import followup
from benchmarks.data import assert_effects, fill
from benchmarks.figures import Figure
from benchmarks.pipeline import DUE, WAITING

PROCESSES = (1, 2, 4)


def measure(bench: Bench) -> Iterator[Figure]:
    """One sweep over the pipeline's data for each number of processes, in turn."""
    rates: dict[int, list[float]] = {number: [] for number in PROCESSES}
    due = bench.scaled(DUE)
    with bench.database() as filled:
        fill(filled, due=due, waiting=bench.scaled(WAITING))
        for run in range(1, bench.runs + 1):
            for number, values in rates.items():
                with bench.copy(filled) as database_url:
                    unseen = {"FOLLOWUP_HEALTH_PORT": "0"}
                    values.append(followup.run(bench, database_url, due, instances=number, **unseen).rate)
                    assert_effects(database_url)
                bench.say(f"run {run}: {number} processes {values[-1]:8,.0f} follow-ups/s")
    for number, values in rates.items():
        yield Figure(f"scale.processes_{number}", "follow-ups/s", tuple(values))
