"""Each command line that documents show or the product prints is one that the command takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from followup_cli.main import app
from typer.main import get_command

from tests.support.processes import REPOSITORY

SPAN = re.compile(r"`((?:\w+=\S+ )*followup [a-z][^`\n]*)`|(?:hint=f?|: )\"?(followup [a-z][^\"`\n]*)\"")
FENCE = re.compile(r"^```.*?$(.*?)^```$", re.MULTILINE | re.DOTALL)
IN_FENCE = re.compile(r"(?<![\w./-])(?<!-n )(?<!-U )(?:followup|docker compose run --rm cli) (?=[a-z])[^\n]*")
ENDS = re.compile(r" (?:#|>|\||&&) ?|  |, ")
"""What ends a command line, or begins what is said of it."""
PLACES = {"ID": "1", "DIR": "folder", "FILE": "file.csv", "NAME": "Standard", "EMAIL": "ada@example.com"}
"""What documents write in place of what one gives."""


def written() -> Iterator[tuple[str, bool]]:
    """Each command line, and whether it is whole: in a sentence it may only name the command."""
    for text in texts("*.md", "docs/**/*.md", "deploy/**/*.md"):
        for fence in FENCE.findall(text):
            for line in IN_FENCE.findall(fence):
                yield from ((part, True) for part in line.split("&&"))
        yield from ((span, False) for span in spans(text))
    for text in texts("libs/*/src/**/*.py", "services/*/src/**/*.py"):
        yield from ((span, False) for span in spans(text))


def texts(*patterns: str) -> Iterator[str]:
    for pattern in patterns:
        yield from (file.read_text() for file in sorted(REPOSITORY.glob(pattern)))


def spans(text: str) -> Iterator[str]:
    for match in SPAN.finditer(text):
        yield match[1] or match[2]


def words_of(line: str) -> list[str]:
    line = re.sub(r"^(\w+=\S+ )+", "", ENDS.split(line.strip())[0].strip())
    line = line.removeprefix("docker compose run --rm cli ").removeprefix("followup ")
    return [PLACES.get(word, word) for word in shlex.split(re.sub(r"[][]", "", line)) if word != "…"]


LINES = sorted({(*words_of(line), whole) for line, whole in written()}, key=str)


def parse(words: list[str]) -> None:
    """Read a command line as the command does, and run nothing."""
    command: Any = get_command(app)
    while words and hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    if not hasattr(command, "commands"):
        command.make_context("followup", words)


def test_they_are_found() -> None:
    assert len(LINES) > 20
    assert ("import", "users", "people.csv", True) in LINES


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:-1]))
def test_it_is_taken(line: tuple[str | bool, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [str(word) for word in line[:-1]]
    monkeypatch.chdir(tmp_path)
    for word in words:
        if re.search(r"\.[a-z]+$", word) and "/" not in word and "@" not in word:
            Path(word).touch()
    try:
        parse(words)
    except typer.BadParameter as error:
        if line[-1] or "Missing" not in type(error).__name__:
            raise
