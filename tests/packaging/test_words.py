"""The documents say the same thing with the same word, and a plain one."""

from __future__ import annotations

import re

import pytest

from tests.support.processes import REPOSITORY

INSTEAD = {
    r"mend(s|ed|ing)?": "fix",
    "anew": "again",
    r"reckon\w*": "compute",
    "whoever": "anyone who",
    "at the (most|least)": "at most, at least",
}
"""A word that readers stumble over, and ours."""
PAGES = sorted(
    file.relative_to(REPOSITORY).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "deploy/**/*.md")
    for file in REPOSITORY.glob(pattern)
    if "node_modules" not in file.parts
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_uses_our_words(page: str) -> None:
    text = (REPOSITORY / page).read_text()
    found = {
        match.group(): ours
        for word, ours in INSTEAD.items()
        for match in re.finditer(rf"\b{word}\b", text, re.IGNORECASE)
    }
    assert not found
