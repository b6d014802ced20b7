"""What people see: results on standard output; progress, hints and errors on standard error."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from followup_common.terminal import shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

SHOWN_ERRORS = 100
UNCUT = 1_000
"""Columns; a table takes as many as it needs."""


class Failure(Exception):
    """An expected error: it is shown without a traceback, and the exit status is 1.

    Args:
        message: what happened.
        hint: what to do about it.
        errors: what is wrong, each with `field`, `message` and, for files, `line`.
        more_errors: how many more there are.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        more_errors: int = 0,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.errors = errors
        self.more_errors = more_errors


def console(*, stderr: bool = False) -> Console:
    """Where to print; paths and numbers keep their colour.

    What goes to a file, a pipe or a container's log has no width of its own: no table is cut there.
    """
    from rich.console import Console

    screen = Console(stderr=stderr, highlight=False)
    if not screen.is_terminal and "COLUMNS" not in os.environ:
        screen.width = UNCUT
    return screen


def cells(values: Sequence[object]) -> list[Text]:
    """The cells of a row of a table; None is shown as nothing."""
    from rich.text import Text

    return [Text("" if value is None else shown(value)) for value in values]


def say(message: str) -> None:
    """Print one line for people to standard error, whatever its length."""
    console(stderr=True).print(shown(message), markup=False, soft_wrap=True)


def show_failure(failure: Failure) -> None:
    """Print what happened and what to do."""
    screen = console(stderr=True)
    screen.print(shown(failure.message), style="red", markup=False, soft_wrap=True)
    show_errors(failure.errors, failure.more_errors)
    if failure.hint:
        screen.print(failure.hint, markup=False, soft_wrap=True)


def show_errors(errors: Sequence[Mapping[str, Any]], more: int = 0) -> None:
    """Print what is wrong as a table: line, field, message."""
    if not errors:
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    with_lines = any("line" in error for error in errors)
    table = Table(box=SIMPLE_HEAD)
    if with_lines:
        table.add_column("Line", justify="right")
    table.add_column("Field")
    table.add_column("Message", overflow="fold")
    for error in errors[:SHOWN_ERRORS]:
        row = cells([error.get(column) for column in ("line", "field", "message")])
        table.add_row(*(row if with_lines else row[1:]))
    screen = console(stderr=True)
    screen.print(table)
    more += max(0, len(errors) - SHOWN_ERRORS)
    if more:
        screen.print(f"... and {more:,} more.")
