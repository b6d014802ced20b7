"""`python -m benchmarks`: Followup's pipeline against PostgreSQL's limit, in turn, on the same data.

Sets up its own PostgreSQL (durable: its defaults, fsync on) and RabbitMQ, prints a table, and
writes `build/bench.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import limit, pipeline
from benchmarks.data import effects, fill
from tests.support import postgres as postgres_support
from tests.support.servers import Servers


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--due", type=int, default=100_000, help="follow-ups that are due")
    parser.add_argument("--waiting", type=int, default=200_000, help="follow-ups that wait")
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender")
    arguments = parser.parse_args()
    # Durable, unlike the tests' server: everything but the number of connections as PostgreSQL ships it.
    postgres_support.SETTINGS.clear()
    postgres_support.SETTINGS["max_connections"] = "300"
    servers = Servers()
    try:
        report(measure(servers, arguments.due, arguments.waiting, arguments.runs), arguments.due)
    finally:
        servers.stop()


def measure(servers: Servers, due: int, waiting: int, runs: int) -> dict[str, list[float]]:
    """Follow-ups a second of each contender, run by run, in turn."""
    rates: dict[str, list[float]] = {"limit": [], "followup": []}
    for number in range(1, runs + 1):
        done = []
        for name, figures in rates.items():
            database_url = servers.new_database()
            fill(database_url, due=due, waiting=waiting)
            seconds = _contend(name, servers, database_url)
            figures.append(due / seconds)
            done.append(effects(database_url))
            servers.postgres().drop_database(database_url)
            print(f"run {number}: {name:10} {due / seconds:8,.0f} follow-ups/s", flush=True)
        assert done[0] == done[1], f"the contenders wrote different rows: {done}"
    return rates


def _contend(name: str, servers: Servers, database_url: str) -> float:
    if name == "limit":
        return _timed(lambda: limit.run(database_url))
    broker_url = servers.rabbitmq().create_vhost()
    with pipeline.services(database_url, broker_url):
        seconds = _timed(lambda: pipeline.run(database_url, broker_url))
    servers.rabbitmq().delete_vhost(broker_url)
    return seconds


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def report(rates: dict[str, list[float]], due: int) -> None:
    """Print the figures and write them to build/bench.json."""
    ratios = [ours / theirs for ours, theirs in zip(rates["followup"], rates["limit"], strict=True)]
    measured = [
        ("pipeline.rate", "follow-ups/s", rates["followup"]),
        ("pipeline.limit", "follow-ups/s", rates["limit"]),
        ("pipeline.ratio_to_limit", "ratio", ratios),
    ]
    figures = [
        {"name": name, "value": statistics.median(runs), "unit": unit, "runs": runs}
        for name, unit, runs in measured
    ]
    for figure in figures:
        print(f"{figure['name']:28} {figure['value']:12,.2f} {figure['unit']}")
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    Path("build").mkdir(exist_ok=True)
    result = {"machine": machine, "settings": {"due": due, "fsync": "on"}, "figures": figures}
    Path("build/bench.json").write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
