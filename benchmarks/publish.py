"""`make bench-publish`: puts figures and the picture of the last `make bench` into docs/performance.md.

All figures are in build/bench.json. What the last run did not measure stays on the page as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import picture
from benchmarks.__main__ import PARTS
from benchmarks.figures import Figure, read, short

RESULT = Path("build/bench.json")
PAGE, PICTURE = Path("docs/performance.md"), Path("docs/images/performance.svg")
CHOSEN = {
    "pipeline.followup": "follow-ups escalated and announced a second",
    "pipeline.ratio_to_limit": "the same against PostgreSQL alone",
    "pipeline.ratio_to_celery": "the same against Celery",
    "pipeline.ratio_to_dramatiq": "the same against dramatiq",
    "pipeline.followup.processors": "processor time of one follow-up",
    "pipeline.followup.wal": "WAL of one follow-up",
    "backlog.10k_sweep": "a sweep that finds nothing, of 10,000 open",
    "backlog.1m_sweep": "a sweep that finds nothing, of 1,000,000 open",
    "backlog.largest_to_smallest": "the slowest of these against the fastest",
    "backlog.one_among_1m": "a sweep that finds one of 1,000,000",
    "mix.reads": "p99 of all reads of the page",
    "mix.writes": "p99 of all writes of the page",
    "live.written": "notifications a second, to 2,000 open inboxes",
    "live.delay_p99": "p99 until an inbox shows one",
    "live.memory_per_stream": "memory of an open inbox",
    "deliveries.alone": "mails a minute that are all due, nothing else going on",
    "deliveries.while_sweeping": "mails a minute beside a sweep, told at 10,500 a minute",
    "deliveries.sweep_ratio": "the sweep's rate beside them, against that without",
    "deliveries.delay_p99": "p99 from a step until its mail is accepted",
    "deliveries.added_by_one_that_hangs": "longest delay of others that a domain adds which hangs for 30 s",
    "deliveries.claim_many_to_few": "a claim of 100,000 due, against one of 1,000",
    "deliveries.idle_memory": "memory of a dispatcher with every channel on",
    "page.followups.usable": "the page of 10,000 overdue, until it can be used",
    "page.followups.slowest_frame": "its slowest frame while it scrolls",
    "page.escalations.usable": "the page of 500 escalations, until it can be used",
    "page.escalations.slowest_frame": "its slowest frame while it scrolls",
    "page.calendar.usable": "the calendar of a month of 2,000, until it can be used",
    "page.calendar.slowest_frame": "its slowest frame while it scrolls",
    "page.first_paint": "first paint of 10,000 overdue, at a quarter of the speed",
    "page.largest_paint": "the largest paint of that",
    "import.rate": "lines imported a second",
    "import.memory": "memory of an import of 100,000 lines",
    "footprint.api.memory": "memory of the API",
    "footprint.api.start": "start of the API",
    "footprint.escalator.memory": "memory of an escalator",
    "footprint.escalator.start": "start of an escalator",
}
"""What readers ask for, and what it is called on the page."""
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \|.*\n", re.MULTILINE)


def main() -> None:
    """Rewrite what is between the marks of the page, and the picture."""
    figures = read(RESULT)
    page = PAGE.read_text()
    parts = json.loads(RESULT.read_text())["settings"]["parts"]
    page = filled(page, "figures", lambda before: table(figures, before))
    if "mix" in parts:
        page = filled(page, "mix", lambda _: mix_table(figures))
    if len(parts) == len(PARTS):
        PICTURE.write_text(picture.draw(figures))
    PAGE.write_text(page)


def filled(page: str, mark: str, write: Callable[[str], str]) -> str:
    """The page with another text between two marks, made from the one before."""
    begin, end = f"<!-- {mark} of make bench -->\n", f"<!-- end of {mark} -->\n"
    before, _, rest = page.partition(begin)
    old, found, after = rest.partition(end)
    assert found, f"{PAGE} has no {end!r}"
    return before + begin + write(old) + end + after


def table(figures: Sequence[Figure], before: str) -> str:
    """The chosen figures as a Markdown table; those that were not measured as they were before."""
    kept = {match["name"]: match[0] for match in ROW.finditer(before)}
    measured = {figure.name: figure for figure in figures}
    rows = ["| figure | | value | unit | goal | |\n", "| --- | --- | --: | --- | --- | --- |\n"]
    for name, words in CHOSEN.items():
        if name in measured:
            _, *cells = measured[name].cells
            rows.append(f"| `{name}` | {words} | {' | '.join(cells)} |\n")
        elif name in kept:
            rows.append(kept[name])
    return "".join(rows)


def mix_table(figures: Sequence[Figure]) -> str:
    """How long each kind of request takes, as a Markdown table; the most frequent first."""
    measured = {figure.name: figure for figure in figures}
    kinds = [name.removesuffix(".requests") for name in measured if name.endswith(".requests")]
    rows = [
        "| request | number | p50 | p95 | p99 | at most | |\n",
        "| --- | --: | --: | --: | --: | --: | --- |\n",
    ]
    for kind in kinds:
        number, *times = (measured[f"{kind}.{what}"] for what in ("requests", "p50", "p95", "p99"))
        cells = [short(number.value), *(short(time.value) for time in times)]
        bound, met = times[-1].goal or 0, "met" if times[-1].met else "missed"
        rows.append(f"| `{kind.removeprefix('mix.')}` | {' | '.join(cells)} | {short(bound)} | {met} |\n")
    return "".join(rows)


if __name__ == "__main__":
    main()
