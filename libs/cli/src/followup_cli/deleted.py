"""`followup deleted`: follow-ups that were deleted, to be restored."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import cells, console, say

PATH = "/follow-ups/deleted"

app = typer.Typer(help="Follow-ups that were deleted: list and restore them.", no_args_is_help=True)


@app.command("list")
def list_deleted(
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """List what can be restored, latest deletion first."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next_cursor": ""}
        while len(found) < limit and page["next_cursor"] is not None:
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
            page = api.get(PATH, limit=min(200, limit - len(found)), **cursor)
            found += page["items"]
    if as_json:
        for entry in found:
            typer.echo(json.dumps(entry))
    elif found:
        _show(found)
    else:
        say("Nothing was deleted in the last 30 days.")


@app.command("restore")
def restore(
    follow_up_id: Annotated[int, typer.Argument(metavar="ID", min=1, help="Id of the follow-up.")],
    *,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Bring one back as it was, with its history. Nobody is told again."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        restored = api.post(f"/follow-ups/{follow_up_id}/restore")
    say(f"Restored “{restored['title']}”.")
    if not restored["assignee"]["active"]:
        say(f"{restored['assignee']['name']} is inactive: reassign it.")


def _show(found: list[dict[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    table.add_column("Id", no_wrap=True, justify="right")
    for column in ("Title", "Assignee", "Deleted by"):
        table.add_column(column, overflow="fold")
    for column in ("Deleted", "Kept until"):
        table.add_column(column, no_wrap=True)
    for entry in found:
        by = entry["deleted_by"]["name"] if entry["deleted_by"] else None
        times = (entry[name][:10] for name in ("deleted_at", "kept_until"))  # the day; --json has the instant
        table.add_row(*cells([entry["id"], entry["title"], entry["assignee"]["name"], by, *times]))
    console().print(table)
