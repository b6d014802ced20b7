"""The CPU that placing a follow-up on its policy takes: by the clock, and by a calendar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as at
from zoneinfo import ZoneInfo

from followup_common.policy import ALWAYS_OPEN, Calendar, Policy, Range, WorkingHours, WorkingTime, place
from followup_common.policy.models import STANDARD

from benchmarks.bench import Bench
from benchmarks.figures import Figure

DUES = [datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=61) * number for number in range(4_000)]
OVERDUE = timedelta(days=3)
"""By then the second step of each policy has come, or the third."""
ROUNDS = 10
"""Of which the quickest counts: in the others something else ran."""
GOAL_MICROSECONDS = 3


def measure(bench: Bench) -> Iterator[Figure]:
    """Three policies of three steps, one for each unit."""
    runs = range(bench.runs)
    elapsed = Figure("placing.elapsed", "µs", tuple(_cpu(STANDARD, ALWAYS_OPEN) for _ in runs))
    yield elapsed
    office = _office()
    for unit, lengths in (("working", ("PT0S", "PT16H", "PT32H")), ("working_days", (0, 2, 4))):
        took = (_cpu(_policy(unit, lengths), office) for _ in runs)
        more = tuple(each - elapsed.value for each in took)
        yield Figure(f"placing.{unit}.more", "µs", more, goal=GOAL_MICROSECONDS, at_most=True)


def _cpu(policy: Policy, calendar: Calendar) -> float:
    """Microseconds of CPU for one follow-up."""
    return min(_round(policy, calendar) for _ in range(ROUNDS)) / len(DUES) * 1e6


def _round(policy: Policy, calendar: Calendar) -> float:
    begun = time.process_time()
    for due in DUES:
        place(policy, calendar, due, due + OVERDUE)
    return time.process_time() - begun


def _policy(unit: str, lengths: tuple[object, ...]) -> Policy:
    common = {"audience": ["assignee"], "severity": "overdue"}
    return Policy.model_validate(
        {"steps": [{unit: length, "label": f"{length}", **common} for length in lengths]}
    )


def _office() -> WorkingTime:
    hours = (Range(at(9), at(12, 30)), Range(at(13, 30), at(18)))
    week = dict.fromkeys(range(1, 6), hours)
    return WorkingTime(
        "office", WorkingHours(ZoneInfo("Europe/Berlin"), week), date(2025, 11, 29), date(2028, 11, 29)
    )
