"""One figure that was measured, and the goal it is held against."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A figure of the suite; its value is the median of its runs.

    Args:
        name: the part and what was measured, such as `pipeline.ratio_to_limit`.
        unit: such as `follow-ups/s`, `ratio`, `ms`, `MiB`.
        runs: what each run gave, in turn; one at least.
        goal: the bound to keep; None for a figure that others are compared with.
        at_most: the goal is an upper bound; else a lower one.
    """

    name: str
    unit: str
    runs: tuple[float, ...]
    goal: float | None = None
    at_most: bool = False

    @property
    def value(self) -> float:
        """The median of the runs."""
        return statistics.median(self.runs)

    @property
    def met(self) -> bool | None:
        """Whether the value keeps the goal; None without a goal."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Name, value, unit, goal and verdict, as people read them in a table."""
        bound = "" if self.goal is None else f"{'≤' if self.at_most else '≥'} {short(self.goal)}"
        return (
            self.name,
            short(self.value),
            self.unit,
            bound,
            {None: "", True: "met", False: "missed"}[self.met],
        )

    def document(self) -> dict[str, Any]:
        """The figure as `build/bench.json` holds it."""
        met = {"goal": self.goal, "met": self.met}
        return {"name": self.name, "value": self.value, "unit": self.unit, **met, "runs": list(self.runs)}


def ratio(
    name: str, ours: Figure, theirs: Figure, goal: float | None = None, *, at_most: bool = False
) -> Figure:
    """How many times theirs ours is, run by run: neighbours in time met the same noise."""
    runs = tuple(our / their for our, their in zip(ours.runs, theirs.runs, strict=True))
    return Figure(name, "ratio", runs, goal, at_most)


def short(number: float) -> str:
    """Three digits at least, and no more decimals than that takes."""
    size = abs(number)
    return f"{number:,.{0 if size >= 100 or number == int(number) else 1 if size >= 10 else 2}f}"


def read(path: Path) -> list[Figure]:
    """The figures of a `bench.json`; which way a goal points is told by whether it was met."""
    return [_from(document) for document in json.loads(path.read_text())["figures"]]


def _from(document: dict[str, Any]) -> Figure:
    kept = Figure(document["name"], document["unit"], tuple(document["runs"]), document["goal"])
    turned = Figure(kept.name, kept.unit, kept.runs, kept.goal, at_most=True)
    return kept if kept.met == document["met"] else turned
