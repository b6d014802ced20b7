"""`make bench-publish`: puts the table and the picture of the last `make bench` into docs/performance.md."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from benchmarks import picture
from benchmarks.figures import Figure, read

RESULT = Path("build/bench.json")
PAGE, PICTURE = Path("docs/performance.md"), Path("docs/images/performance.svg")
BEGIN, END = "<!-- figures of make bench -->\n", "<!-- end of figures -->\n"


def main() -> None:
    """Rewrite what is between the two marks of the page, and the picture."""
    figures = read(RESULT)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + conditions() + table(figures) + END + after)
    PICTURE.write_text(picture.draw(figures))


def conditions() -> str:
    """On what it was measured."""
    result = json.loads(RESULT.read_text())
    facts = {**result["machine"], **result["settings"]}
    return "; ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in facts.items()) + ".\n\n"


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [("figure", "value", "unit", "goal", ""), ("---", "--:", "---", "---", "---")]
    rows += [figure.cells for figure in figures]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _plain(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    main()
