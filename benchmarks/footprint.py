"""What each service takes while it has nothing to do, and how long it takes to be ready."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from tests.support.processes import Process
from tests.support.waiting import eventually

SERVICES = ("scheduler", "escalator", "notifier", "dispatcher", "api")
SETTLE_SECONDS = 3
"""Threads that start late have their memory by then."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Each service alone, again and again."""
    started: dict[str, list[float]] = defaultdict(list)
    used: dict[str, list[float]] = defaultdict(list)
    with bench.database() as database_url, bench.broker() as broker_url:
        for _ in range(bench.runs):
            for name in SERVICES:
                begun = time.perf_counter()
                with bench.service(name, database_url, broker_url) as process:
                    _await_ready(name, process)
                    started[name].append(time.perf_counter() - begun)
                    time.sleep(SETTLE_SECONDS)
                    used[name].append(memory(process))
                bench.say(f"{name:10} ready after {started[name][-1]:.1f} s, {used[name][-1]:.0f} MiB")
    for name in SERVICES:
        yield Figure(f"footprint.{name}.memory", "MiB", tuple(used[name]), goal=120, at_most=True)
        yield Figure(f"footprint.{name}.start", "s", tuple(started[name]), goal=3, at_most=True)


def _await_ready(name: str, process: Process) -> None:
    port = process.environment["FOLLOWUP_PORT" if name == "api" else "FOLLOWUP_HEALTH_PORT"]
    address = f"http://127.0.0.1:{port}/readyz"
    eventually(lambda: httpx.get(address).is_success, 60, interval=0.02, what=f"{name} is ready")


def memory(process: Process) -> float:
    """Of all its processes, in MiB; what several share counts once (PSS)."""
    assert process.pid
    session = [stat.parent for stat in Path("/proc").glob("[0-9]*/stat") if _session(stat) == process.pid]
    return sum(_proportional(folder) for folder in session) / 1024


def _session(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[3])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _proportional(folder: Path) -> int:
    lines = (folder / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
