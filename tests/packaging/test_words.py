"""Documents, code and page say the same thing with the same word, and a plain one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.processes import REPOSITORY

INSTEAD = {
    r"mend(s|ed|ing)?": "fix",
    r"anew": "again",
    r"reckon\w*": "compute",
    r"whoever": "anyone who",
    r"and who guesses": "anyone who guesses",
    r"at the (most|least)": "at most, at least",
    r"nudg(e|es|ed|ing)": "hint",
    r"twin(s|ned)?": "duplicate",
    r"somebody's business": "escalates it to",
    r"(it|that|this|which|what|they|fix) stands? (as|at|between|here|in|on|there|under|with|written)": "is",
    r"(reporting|a) circle": "cycle",
}
"""A word that readers stumble over, and ours."""
FOLDERS = (".", ".github", "benchmarks", "deploy", "docs", "libs", "services", "tests")
KINDS = {".css", ".md", ".py", ".sh", ".sql", ".toml", ".ts", ".tsx", ".yaml", ".yml"}
OTHERS = {"build", "dist", "node_modules", "static"}
"""Folders of what is installed or built."""


@pytest.mark.parametrize("word", INSTEAD)
def test_what_people_read_uses_our_words(word: str) -> None:
    pattern = re.compile(rf"\b({word})\b", re.IGNORECASE)
    found = [
        f"{page}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()!r}"
        for page, text in _texts().items()
        for match in pattern.finditer(text)
    ]
    assert not found, f"write {INSTEAD[word]!r}"


@cache
def _texts() -> dict[str, str]:
    """What each file says, names of functions read as words; this one says what not to write."""
    return {
        file.relative_to(REPOSITORY).as_posix(): file.read_text().replace("_", " ")
        for file in _files()
        if file.resolve() != Path(__file__).resolve()
    }


def _files() -> Iterator[Path]:
    for top in FOLDERS:
        for folder, folders, names in os.walk(REPOSITORY / top):
            folders[:] = [] if top == "." else sorted(set(folders) - OTHERS)
            yield from (Path(folder, name) for name in sorted(names) if Path(name).suffix in KINDS)
