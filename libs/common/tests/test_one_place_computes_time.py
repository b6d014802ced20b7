"""When a step comes is computed by `followup_common.policy` and nowhere else in the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
SOURCES = sorted(
    file
    for part in ("libs", "services")
    for ending in ("py", "sql")
    for file in (REPOSITORY / part).glob(f"*/src/**/*.{ending}")
    if "policy" not in file.parent.name
)

SECOND_COMPUTATIONS = {
    "adds to a due time": r"\b(due_at|anchor_at)\b\s*\+",
    "reads when a step comes": r"\bstep\.after\b|->>?\s*'after'",
    "compares the number of a step": r"\b(level|step)\s*(>=|==|=|<=)\s*[2-9]\b",
    "names a policy": r"policy\s*=\s*'\w+'",
}


def found(pattern: str, text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if re.search(pattern, line)]


def second_computations(pattern: str) -> Iterator[str]:
    for file in SOURCES:
        for line in found(pattern, file.read_text(encoding="utf-8")):
            yield f"{file.relative_to(REPOSITORY)}: {line}"


@pytest.mark.parametrize("what", SECOND_COMPUTATIONS)
def test_nothing_else_computes_when_a_step_comes(what: str) -> None:
    assert len(SOURCES) > 100
    assert list(second_computations(SECOND_COMPUTATIONS[what])) == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("adds to a due time", "NEW.next_step_at := NEW.due_at + ("),
        ("reads when a step comes", "(steps -> 0 ->> 'after')::interval"),
        ("reads when a step comes", "wake_at = due_at.shifted(policy.step.after)"),
        ("compares the number of a step", "WHERE f.is_open AND f.level >= 2"),
        ("names a policy", "FROM policy_versions WHERE policy = 'standard' ORDER BY version"),
    ],
)
def test_it_would_be_noticed(what: str, line: str) -> None:
    assert found(SECOND_COMPUTATIONS[what], line)
