"""Plans: what is not as a file says, shown and made so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from followup_common.terminal import shown

from followup_cli.output import Failure, console, say

if TYPE_CHECKING:
    from followup_cli.client import Client

DIFFERENCES = 2
"""Exit status of a plan that is not empty."""
File = Annotated[
    Path,
    typer.Argument(metavar="FILE.yaml", exists=True, dir_okay=False, readable=True, help="YAML, or JSON."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for each change.")]
Facts = Mapping[str, str | frozenset[str]]
"""What is compared of a thing, by field: one text, or several in no order."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as the file says.

    Attributes:
        title: what is to be done, for people.
        lines: each difference.
        make: does it.
    """

    title: str
    lines: Sequence[str]
    make: Callable[[Client], object]


def differences(before: Facts, after: Facts) -> Iterator[str]:
    """Each field that differs, as a line or several; `before` is empty for what is new."""
    for field, wanted in after.items():
        present = before.get(field, "" if isinstance(wanted, str) else frozenset())
        if present == wanted:
            continue
        if isinstance(wanted, str) or isinstance(present, str):
            yield f"  {field}: {present or 'nothing'} -> {wanted or 'nothing'}"
        else:
            yield from (f"  - {field}: {gone}" for gone in sorted(present - wanted))
            yield from (f"  + {field}: {new}" for new in sorted(wanted - present))


def show_plan(changes: Sequence[Change], *, as_json: bool = False) -> NoReturn:
    """Say what would be done; the exit status is 2 where that is something."""
    if as_json:
        for change in changes:
            said = {"change": change.title, "differences": [line.strip() for line in change.lines]}
            typer.echo(json.dumps(said))
    else:
        _show(changes)
    raise typer.Exit(DIFFERENCES if changes else 0)


def apply(api: Client, changes: Sequence[Change]) -> None:
    """Do it, one after the other, each whole or not at all."""
    _show(changes)
    for number, change in enumerate(changes):
        try:
            change.make(api)
        except Failure:
            say(f"{number} of {len(changes)} done; then this failed: {change.title}.")
            raise
    if changes:
        say(f"Done: {len(changes)}.")


def _show(changes: Sequence[Change]) -> None:
    if not changes:
        console().print("No differences.")
    for change in changes:
        for line in (change.title, *change.lines):
            console().print(shown(line), markup=False, soft_wrap=True)
