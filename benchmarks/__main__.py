"""`make bench`: the suite, or with ONLY=pipeline,backlog some parts of it.

Sets up its own PostgreSQL (durable: its defaults, fsync on) and RabbitMQ, lets the contenders of
each part run in turn on the same data, prints a table of figures, goals and verdicts, and writes
build/bench.json and build/performance.svg. An ONLY run writes only what it ran.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks import picture
from benchmarks.bench import Bench, timed
from benchmarks.figures import Figure
from benchmarks.machine import machine

# A part is a module with `measure(bench: Bench) -> Iterable[Figure]`.
PARTS = {
    "placing": "benchmarks.placing",
    "pipeline": "benchmarks.pipeline",
    "calendars": "benchmarks.calendars",
    "backlog": "benchmarks.backlog",
    "scale": "benchmarks.scale",
    "api": "benchmarks.api",
    "mix": "benchmarks.mix",
    "live": "benchmarks.live",
    "deliveries": "benchmarks.deliveries",
    "page": "benchmarks.page",
    "import": "benchmarks.imports",
    "footprint": "benchmarks.footprint",
}
PARTS = {name: module for name, module in PARTS.items() if find_spec(module)}
RESULT = Path("build/bench.json")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_parts, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender (3)")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the data, for a quick try (1)")
    arguments = parser.parse_args()
    bench = Bench(arguments.runs, arguments.scale)
    measured: dict[str, list[Figure]] = {}
    try:
        for name in arguments.only:
            with _going_on():
                measured[name] = _measure(bench, name)
        report(bench, measured)
    finally:
        bench.servers.stop()
    if broken := set(arguments.only) - measured.keys():
        sys.exit(f"not measured: {', '.join(sorted(broken))}; what stopped them is shown above")


def report(bench: Bench, measured: dict[str, list[Figure]]) -> None:
    """Write the results, and print them as a table."""
    figures = [figure for part in measured.values() for figure in part]
    settings = {"runs": bench.runs, "scale": bench.scale, "parts": list(measured), **bench.settings()}
    documents = [figure.document() for figure in figures]
    RESULT.parent.mkdir(exist_ok=True)
    result = {"machine": machine(), "settings": settings, "figures": documents}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    RESULT.with_name("performance.svg").write_text(picture.draw(figures))
    print("\n" + "\n".join(f"{name}: {value}" for name, value in settings.items()))
    print("\n" + table(figures))
    print(f"\nwritten: {RESULT}, {RESULT.with_name('performance.svg')}")


def table(figures: Iterable[Figure]) -> str:
    """Figure, value, goal, and whether it was met."""
    rows = [("figure", "value", "", "goal", ""), *(figure.cells for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        f"{name:{widths[0]}}  {value:>{widths[1]}} {unit:{widths[2]}}  {goal:{widths[3]}}  {met}".rstrip()
        for name, value, unit, goal, met in rows
    )


@contextmanager
def _going_on() -> Iterator[None]:
    """Show what stops a part, and let the others have their turn."""
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, what others measured is kept
        traceback.print_exc()


def _measure(bench: Bench, name: str) -> list[Figure]:
    print(f"{name}:", flush=True)
    figures: list[Figure] = []
    seconds = timed(lambda: figures.extend(import_module(PARTS[name]).measure(bench)))
    bench.say(f"took {seconds:.0f} s")
    return figures


def _parts(names: str) -> list[str]:
    wanted = names.split(",")
    if unknown := set(wanted) - PARTS.keys():
        raise argparse.ArgumentTypeError(
            f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
        )
    return wanted


if __name__ == "__main__":
    main()
