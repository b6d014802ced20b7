"""`followup import`: people and follow-ups from files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import Failure, console, say, show_errors

if TYPE_CHECKING:
    from followup_cli.client import Client

CHUNK = 256 * 1024

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", exists=True, dir_okay=False, readable=True, help="CSV, or what spreadsheets write."
    ),
]
Partial = Annotated[
    bool,
    typer.Option("--partial", help="Import the good lines; the exit status is still 1 if any is not good."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="A,B,,C",
        help="What each column of the file is, in its order; nothing between two commas: not read. "
        "Without it the headings decide.",
    ),
]
TimeZone = Annotated[
    str | None,
    typer.Option(
        "--time-zone", metavar="NAME", help="Of times without a zone, such as Europe/Berlin; else refused."
    ),
]
OpenWork = Annotated[
    Literal["manager", "stays"] | None,
    typer.Option(
        "--open-work",
        help="What becomes of the open follow-ups of those whom the file deactivates; else it is refused.",
    ),
]

app = typer.Typer(
    help="Import people, absences and follow-ups from files: all or nothing, unless you say --partial.",
    no_args_is_help=True,
)


@app.command("users")
def import_users(
    file: File,
    *,
    partial: Partial = False,
    dry_run: DryRun = False,
    columns: Columns = None,
    open_work: OpenWork = None,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Add and change people, found by `email`.

    Columns, in any order: email, name (or first_name and last_name), role (employee, manager or admin),
    manager_email, time_zone, active, calendar. What a file lacks stays as it is.
    """
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        more = {"columns": columns, "open_work": open_work}
        _import(api, "users", file, partial=partial, dry_run=dry_run, **more)


@app.command("absences")
def import_absences(
    file: File,
    *,
    partial: Partial = False,
    dry_run: DryRun = False,
    columns: Columns = None,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Plan absences, found by person and days.

    Columns, in any order: email, first_day and last_day (such as 2026-12-21; both belong to it),
    substitute_email, note. What a file lacks stays as it is.
    """
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        _import(api, "absences", file, partial=partial, dry_run=dry_run, columns=columns)


@app.command("follow-ups")
def import_follow_ups(
    file: File,
    *,
    partial: Partial = False,
    dry_run: DryRun = False,
    columns: Columns = None,
    time_zone: TimeZone = None,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Add and change follow-ups, found by `external_id`.

    Columns, in any order: external_id, title, assignee_email, due_at, subject_kind (lead or client),
    subject_external_id, subject_name, subject_url, notes, status (open or completed), kind, priority, tags
    (with commas or semicolons between them), value_amount, value_currency, subject_phone, subject_email.
    What a file lacks stays as it is.
    """
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        more = {"columns": columns, "time_zone": time_zone}
        _import(api, "follow-ups", file, partial=partial, dry_run=dry_run, **more)


def _import(api: Client, kind: str, path: Path, *, partial: bool, dry_run: bool, **more: str | None) -> None:
    api.get("/me")  # a wrong token or address shows before the file is sent
    query = {"partial": str(partial).lower(), "dry_run": str(dry_run).lower()}
    query |= {name: value for name, value in more.items() if value is not None}
    result = _upload(api, f"/imports/{kind}", path, query)
    console().print(_counts(result))
    changed = result["subjects_changed"]
    if changed:
        number = "one known lead or client" if changed == 1 else f"{changed:,} known leads and clients"
        say(
            f"{'Would rename or link' if result['dry_run'] else 'Renamed or linked'} {number} again, for all."
        )
    for warning in result["warnings"]:
        say(warning)
    show_errors(result["errors"], result["more_errors"])
    wrong = len(result["errors"]) + result["more_errors"]
    if wrong:
        number = "one error" if wrong == 1 else f"{wrong:,} errors"
        left_out = "would be left out" if partial else "would keep the file from being imported"
        raise Failure(f"{number.capitalize()}: these lines {left_out if dry_run else 'were left out'}.")


def _counts(result: dict[str, Any]) -> str:
    created, updated, unchanged = (f"{result[count]:,}" for count in ("created", "updated", "unchanged"))
    if result["dry_run"]:
        return f"Would create {created}, update {updated}, and leave {unchanged} unchanged."
    return f"Created {created}, updated {updated}, unchanged {unchanged}."


def _upload(api: Client, target: str, path: Path, query: dict[str, str]) -> dict[str, Any]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    size = path.stat().st_size if path.is_file() else None  # a pipe's is not known
    screen = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with (
        path.open("rb") as file,
        Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as progress,
    ):
        task = progress.add_task("Uploading", total=size)

        def chunks() -> Iterator[bytes]:
            for chunk in _chunks(file, size):
                yield chunk
                progress.advance(task, len(chunk))
            progress.update(task, description="Checking and writing", total=None)

        return api.upload(target, chunks(), size=size, **query)


def _chunks(file: BinaryIO, size: int | None) -> Iterator[bytes]:
    """The file's bytes, not more than were announced: it may be growing."""
    left = size
    while chunk := file.read(CHUNK if left is None else min(CHUNK, left)):
        yield chunk
        left = None if left is None else left - len(chunk)
    if left:
        raise Failure(f"The file {file.name} became shorter while it was read.")
