"""What a run prints, and what it writes to build/faults.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults.rounds import Outcome

FAILURES = ("lost", "duplicated", "after_stop", "wrong_level", "dead_letters")
LEFT = ("mailed", "in_digests", "days", "pushed", "called")
COUNTED = (*FAILURES, "announced", "notified", "skipped", "already_told", *LEFT)


def figures(seed: int, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The content of build/faults.json: totals, and the same for each round."""
    rounds = [_figures(outcome) for outcome in outcomes]
    return {
        "seed": seed,
        "follow_ups": sum(outcome.follow_ups for outcome in outcomes),
        "faults": _sum(outcome.faults for outcome in outcomes),
        **{name: sum(getattr(outcome.verdict, name) for outcome in outcomes) for name in COUNTED},
        "settle_seconds": max(outcome.settle_seconds for outcome in outcomes),
        "actions": _sum(outcome.actions for outcome in outcomes),
        "rounds": rounds,
    }


def write(file: Path, content: dict[str, Any]) -> None:
    """Write the figures."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2) + "\n")


def line(outcome: Outcome) -> str:
    """A round in one line, and examples of what went wrong."""
    verdict = outcome.verdict
    counts = ", ".join(f"{getattr(verdict, name)} {name.replace('_', ' ')}" for name in COUNTED)
    lines = [
        f"  {outcome.faults.total()} faults, {outcome.actions.total()} changes by people; {counts}; "
        f"settled in {outcome.settle_seconds:.0f} s"
    ]
    for failure, examples in verdict.examples.items():
        lines += [f"    {failure}: {example}" for example in examples]
    return "\n".join(lines)


def _figures(outcome: Outcome) -> dict[str, Any]:
    return {
        "follow_ups": outcome.follow_ups,
        "faults": dict(sorted(outcome.faults.items())),
        "missed": dict(sorted(outcome.missed.items())),
        **{name: getattr(outcome.verdict, name) for name in COUNTED},
        "settle_seconds": round(outcome.settle_seconds, 1),
        "actions": dict(outcome.actions),
        "exits": dict(outcome.exits),
        "examples": outcome.verdict.examples,
    }


def _sum(counters: Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return dict(sorted(total.items()))
