"""A picture of the results: the rates of the pipeline's contenders, and every figure against its goal.

Plain SVG, which follows the reader's choice of a light or dark page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.figures import Figure, short

WIDTH, LABELS, ROW, BAR = 760, 230, 24, 14
REACH = 400
"""The length of the longest bar; what is written behind it takes the rest."""
WIDEST = 4.0
"""A figure this many times better or worse than its goal reaches the edge."""

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .quiet { fill: #59636e }
.bar { fill: #8c959f } .own, .met { fill: #1a7f37 } .missed { fill: #cf222e }
line { stroke: #59636e; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .quiet { fill: #9198a1 }
  .bar { fill: #656c76 } .own, .met { fill: #3fb950 } .missed { fill: #f85149 }
  line { stroke: #9198a1 }
}
"""


def draw(figures: Sequence[Figure]) -> str:
    """The SVG document; panels without figures are left out."""
    rates = [f for f in figures if f.name.startswith("pipeline.") and f.unit == "follow-ups/s"]
    goals = [f for f in figures if f.goal is not None]
    parts: list[str] = []
    y = 0
    for title, rows in (
        ("Follow-ups a second, due to notified", list(_rates(rates))),
        ("Against the goals (dashed): right is better", list(_goals(goals))),
    ):
        if rows:
            parts += [f'<g transform="translate(0 {y})">', _text(0, 18, title, "title"), *rows, "</g>"]
            y += 34 + ROW * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {max(y, 1)}" '
        f'role="img" aria-label="Figures of make bench"><style>{STYLE}</style>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _rates(rates: Sequence[Figure]) -> Iterator[str]:
    longest = max((rate.value for rate in rates), default=1)
    for number, rate in enumerate(rates):
        contender = rate.name.partition(".")[2]
        kind = "own" if contender == "followup" else "bar"
        yield _row(number, contender, REACH * rate.value / longest, kind, short(rate.value))


def _goals(goals: Sequence[Figure]) -> Iterator[str]:
    for number, (label, figure) in enumerate(_chosen(goals)):
        _, value, unit, goal, verdict = figure.cells
        behind = f"{value} {unit if unit != 'ratio' else ''} ({goal})".replace("  ", " ")
        yield _row(number, label, REACH / 2 * _nearness(figure), verdict, behind) + _goal_line(number)


def _chosen(goals: Sequence[Figure]) -> Iterator[tuple[str, Figure]]:
    """Each figure with its label; of the API's many requests the worst and the best: the table has all."""
    kinds: dict[str, list[Figure]] = {}
    for figure in goals:
        part, _, rest = figure.name.partition(".")
        kinds.setdefault(f"{part}.{_kind(rest)}", []).append(figure)
    for kind, figures in kinds.items():
        if len(figures) == 1:
            yield kind, figures[0]
        else:
            yield f"{kind}: worst of {len(figures)}", min(figures, key=_nearness)
            yield f"{kind}: best", max(figures, key=_nearness)


def _kind(name: str) -> str:
    """What the many figures of one kind have in common."""
    if name.endswith("_to_floor"):
        return name.rpartition(".")[2]
    if name.endswith(".p99"):
        return "reads, each" if name.startswith("GET ") else "writes, each"
    return name


def _nearness(figure: Figure) -> float:
    """0 at a quarter of the goal, 1 at the goal, 2 at four times: equal steps for equal factors."""
    assert figure.goal
    better = figure.goal / figure.value if figure.at_most else figure.value / figure.goal
    return 1 + max(-1.0, min(1.0, math.log(max(better, 1e-9), WIDEST)))


def _row(number: int, label: str, length: float, kind: str, behind: str) -> str:
    y = 30 + ROW * number
    return (
        _text(0, y + BAR - 2, label)
        + f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{max(length, 1):.0f}" height="{BAR}" rx="2"/>'
        + _text(round(LABELS + max(length, 1) + 6), y + BAR - 2, behind, "quiet")
    )


def _goal_line(number: int) -> str:
    x, y = LABELS + REACH // 2, 30 + ROW * number
    return f'<line x1="{x}" x2="{x}" y1="{y - 5}" y2="{y + BAR + 5}"/>'


def _text(x: int, y: int, words: str, kind: str = "") -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(words)}</text>'
