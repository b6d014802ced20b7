"""Texts in CSV files that no spreadsheet takes for a formula, and back again.

A spreadsheet that splits our lines at `;` or at tabs does not know where our cells begin: what comes after
such a character, or on a new line of a text, begins a cell there. So an apostrophe goes before each beginning
of a formula, wherever one of them would cut. An import takes these apostrophes out again, and only these.
"""

from __future__ import annotations

import re

FORMULA = frozenset("=+-@＝＋－＠")
"""What a formula begins with, in the full-width forms too."""
CUTS = ("\t", "\r", "\n")
"""With `;`: a new cell begins after these for some reader. A text that begins with one of them may be a
formula too."""

_SKIPPED = r"\s\x00-\x1f\x7f\"'\u200b\ufeff"
_RUN = re.compile(rf"^[{_SKIPPED};]*|[{_SKIPPED};]+")
"""The beginning of a text, and all that separates or is skipped: a formula may begin behind it."""
_BEGINS = re.compile(rf"[{_SKIPPED}{''.join(sorted(FORMULA)).replace('-', chr(92) + '-')}]")


def harmless(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet could run."""
    if not _BEGINS.match(text) and ";" not in text and not any(cut in text for cut in CUTS):
        return text  # most are, and this takes little time
    return _RUN.sub(lambda run: "".join(_marked(run)), text)


def plain(text: str) -> str:
    """The text that `harmless` made this one of; any other text stays as it is."""
    return _RUN.sub(lambda run: "".join(_unmarked(run)), text) if "'" in text else text


def _marked(run: re.Match[str]) -> list[str]:
    kept, cells = _cells(run)
    return [kept, *(f"{mark}'{rest}" for mark, rest in cells)]


def _unmarked(run: re.Match[str]) -> list[str]:
    kept, cells = _cells(run)
    return [kept, *(mark + rest.removeprefix("'") for mark, rest in cells)]


def _cells(run: re.Match[str]) -> tuple[str, list[tuple[str, str]]]:
    """What comes before the cells that a formula may follow; and those, each with what cuts it off."""
    text, first = run.group(), run.start() == 0
    if run.string[run.end() : run.end() + 1] not in FORMULA:
        return ("", [("", text)]) if first and text.lstrip("'").startswith(CUTS) else (text, [])
    before, semicolon, tail = text.rpartition(";")
    pieces = re.split("([\t\r\n])", tail)
    cells = list(zip(["", *pieces[1::2]], pieces[::2], strict=True))
    if semicolon or first:
        return before + semicolon, cells
    return cells[0][1], cells[1:]
