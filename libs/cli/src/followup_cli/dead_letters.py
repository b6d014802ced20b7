"""`followup dead-letters`: events that were given up, to be replayed once their cause is fixed."""

from __future__ import annotations

import json
from itertools import islice
from typing import Annotated, Any

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url, path_of
from followup_cli.output import cells, console, say

PATH = "/ops/dead-letters"
UNREADABLE = "unreadable"
BULK = 1_000
"""The most that the API takes at once."""

app = typer.Typer(help="Events that were given up: read, replay or discard them.", no_args_is_help=True)

EventId = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="Id of one event; or name a --type.", show_default=False)
]
EventType = Annotated[
    str | None, typer.Option("--type", metavar="TYPE", help="All of this event type, oldest failure first.")
]
Limit = Annotated[int, typer.Option(min=1, help="With --type: at most so many.")]


@app.command("list")
def list_dead_letters(
    *,
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only this event type.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Part of the reason or of the subject.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """List dead letters, latest failure first."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        filters = {name: value for name, value in {"type": type_, "q": search}.items() if value}
        found = list(islice(api.all(PATH, **filters), limit))
    if as_json:
        for entry in found:
            typer.echo(json.dumps(entry))
    elif found:
        _show(found)
    else:
        say("There are no dead letters.")


@app.command("show")
def show_dead_letter(
    event_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the event.")],
    *,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print one dead letter with what it carries, as JSON."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        typer.echo(json.dumps(api.get(path_of(PATH, event_id, "an event")), indent=2))


@app.command("replay")
def replay(
    event_id: EventId = None,
    *,
    type_: EventType = None,
    limit: Limit = BULK,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Send dead letters again, once their cause is fixed. Nobody is told twice by it."""
    from followup_cli.client import connect

    _one_of(event_id, type_)
    with connect(url, token, data) as api:
        if event_id:
            api.post(f"{path_of(PATH, event_id, 'an event')}/replay")
            say("It was sent again.")
        else:
            _report("replayed", api.post(f"{PATH}/replay", {"type": type_, "limit": min(limit, BULK)}))


@app.command("discard")
def discard(
    event_id: EventId = None,
    *,
    note: Annotated[str, typer.Option(help="Why; kept with the event and in the audit log.")],
    type_: EventType = None,
    up_to: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="With --type: the last failure of the newest one that you have seen, as `list` shows it. "
            "What failed later stays.",
        ),
    ] = None,
    limit: Limit = BULK,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Give dead letters up for good."""
    from followup_cli.client import connect

    _one_of(event_id, type_)
    if (up_to is None) != (type_ is None):
        raise typer.BadParameter("belongs to --type, which needs it", param_hint="--up-to")
    with connect(url, token, data) as api:
        if event_id:
            api.post(f"{path_of(PATH, event_id, 'an event')}/discard", {"note": note})
            say("It was discarded.")
        else:
            body = {"type": type_, "up_to": up_to, "note": note, "limit": min(limit, BULK)}
            _report("discarded", api.post(f"{PATH}/discard", body))


def _show(found: list[dict[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for column in ("Last failure", "Id", "Type", "About", "Tries"):
        table.add_column(column, no_wrap=True)
    table.add_column("Reason", overflow="fold")
    for entry in found:
        keys = ("last_failed_at", "id", "type", "subject", "attempts", "reason")
        table.add_row(*cells([entry[key] for key in keys]))
    console().print(table)


def _report(done: str, result: dict[str, Any]) -> None:
    console().print(f"{result['done']:,} {done}, {result['left']:,} left.")
    if result["refused"]:
        say(f"{result['refused']:,} cannot be replayed: {result['reason']}. Discard them with a note.")


def _one_of(event_id: str | None, type_: str | None) -> None:
    if (event_id is None) == (type_ is None):
        raise typer.BadParameter("name either one event by its ID, or a --type", param_hint="ID")
