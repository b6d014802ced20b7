"""`python -m benchmarks.capacity`: what so many open follow-ups ask of the machines, from measured costs.

Arithmetic, not a measurement: the costs are those of docs/performance.md and of a filled database, the
habits of people are assumptions that the options change.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

# Bytes with indexes, of 300,000 rows in PostgreSQL 15, without notes.
FOLLOW_UP, ESCALATION, NOTIFICATION, ACTIVITY = 326, 100, 238, 312
POSTGRES_SECONDS, PYTHON_SECONDS = 52e-6, 26e-6
"""Processor time of PostgreSQL, and of escalator and notifier together, for one announcement."""
WAL = 2_140
"""Bytes for one announcement."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=float, default=14, help="how long a follow-up is open (14)")
    parser.add_argument("--steps", type=float, default=0.45, help="steps taken by the average one (0.45)")
    parser.add_argument("--told", type=float, default=1.4, help="people told of a step (1.4)")
    parser.add_argument("--burst", type=float, default=0.3, help="share of a day that comes at once (0.3)")
    parser.add_argument("--cores", type=int, default=8, help="of PostgreSQL (8)")
    arguments = parser.parse_args()
    print(
        "| open follow-ups | their table | announced a day | a burst takes | a year's history | WAL a day |"
    )
    print("|--:|--:|--:|--:|--:|--:|")
    for follow_ups in (10**5, 10**6, 10**7, 10**8):
        print(f"| {' | '.join(_row(follow_ups, arguments))} |")


def _row(follow_ups: int, given: argparse.Namespace) -> Iterator[str]:
    announced = follow_ups / given.days * given.steps
    history = announced * 365 * (ESCALATION + ACTIVITY + given.told * NOTIFICATION)
    yield f"{follow_ups:,}"
    yield _bytes(follow_ups * FOLLOW_UP)
    yield f"{announced:,.0f}"
    yield f"{announced * given.burst * POSTGRES_SECONDS / given.cores:,.1f} s"
    yield _bytes(history)
    yield _bytes(announced * WAL)


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1_000:
            return f"{number:.1f} {unit}"
        number /= 1_000
    return f"{number:.1f} TB"


if __name__ == "__main__":
    main()
