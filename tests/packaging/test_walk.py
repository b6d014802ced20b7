"""The walk through the code in docs/architecture.md names functions that are where it says."""

from __future__ import annotations

import re

import pytest

from tests.support.processes import REPOSITORY

STATION = re.compile(r"^\| *\d+ \|.*\| `(?P<function>\w+)` \| `(?P<file>[^`]+)` \|$", re.MULTILINE)
STATIONS = [
    (match["function"], match["file"])
    for match in STATION.finditer((REPOSITORY / "docs/architecture.md").read_text())
]
DEFINED = {
    ".py": r"^ *(async )?def {}\(",
    ".sql": r"^CREATE FUNCTION {}\(",
    ".ts": r"^export function {}\(",
    ".tsx": r"^export function {}\(",
}


def test_the_walk_has_all_its_stations() -> None:
    numbers = re.findall(r"^\| *(\d+) \|", (REPOSITORY / "docs/architecture.md").read_text(), re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, len(STATIONS) + 1))
    assert len(STATIONS) >= 10


@pytest.mark.parametrize(("function", "file"), STATIONS)
def test_each_function_of_the_walk_is_in_its_file(function: str, file: str) -> None:
    path = REPOSITORY / file
    defined = re.compile(DEFINED[path.suffix].format(function), re.MULTILINE)
    assert len(defined.findall(path.read_text())) == 1
