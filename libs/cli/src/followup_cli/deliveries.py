"""`followup deliveries`: what left the house or did not, and trying again what was given up."""

from __future__ import annotations

import json
from itertools import islice
from typing import Annotated, Any

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url, path_of
from followup_cli.output import cells, console, say

PATH = "/deliveries"
BULK = 1_000
"""The most that the API takes at once."""

app = typer.Typer(
    help="What is sent to people: list it, look at its tries, try it again.", no_args_is_help=True
)

DeliveryId = Annotated[str, typer.Argument(metavar="ID", help="Id of the delivery.")]
State = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="STATE",
        help="Only in this state: queued, sending, unknown, sent, failed, suppressed, expired or digested.",
    ),
]
Reason = Annotated[str | None, typer.Option("--search", metavar="TEXT", help="Part of the reason.")]
Channel = Annotated[str | None, typer.Option("--channel", metavar="NAME", help="Only by this channel.")]


@app.command("list")
def list_deliveries(
    *,
    state: State = None,
    channel: Channel = None,
    search: Reason = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """List deliveries, the newest first."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        found = list(islice(api.all(PATH, **_named(state=state, channel=channel, q=search)), limit))
    if as_json:
        for entry in found:
            typer.echo(json.dumps(entry))
    elif found:
        _show(found)
    else:
        say("There are no such deliveries.")


@app.command("show")
def show_delivery(
    delivery_id: DeliveryId,
    *,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print one delivery with all its tries, as JSON."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        typer.echo(json.dumps(api.get(path_of(PATH, delivery_id, "a delivery")), indent=2))


@app.command("retry")
def retry(
    delivery_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of one; or name a --state.", show_default=False)
    ] = None,
    *,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="All that failed, or all that expired.")
    ] = None,
    channel: Channel = None,
    search: Reason = None,
    limit: Annotated[
        int, typer.Option(min=1, help="With --state: at most so many, the oldest first.")
    ] = BULK,
    as_json: Annotated[bool, typer.Option("--json", help="With --state: what was done as JSON.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Try again what was given up, once its cause is fixed, such as a wrong setting of the relay."""
    from followup_cli.client import connect

    if (delivery_id is None) == (state is None):
        raise typer.BadParameter("name either one delivery by its ID, or a --state", param_hint="ID")
    with connect(url, token, data) as api:
        if delivery_id:
            api.post(f"{path_of(PATH, delivery_id, 'a delivery')}/retry")
            say("It is tried again.")
            return
        wanted = _named(state=state, channel=channel, q=search)
        result = api.post(f"{PATH}/retry", {**wanted, "limit": min(limit, BULK)})
    if as_json:
        typer.echo(json.dumps(result))
    else:
        console().print(f"{result['done']:,} are tried again, {result['left']:,} left.")


def _named(**filters: str | None) -> dict[str, str]:
    return {name: value for name, value in filters.items() if value is not None}


def _show(found: list[dict[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for column in ("Planned", "Id", "State", "To", "Tries"):
        table.add_column(column, no_wrap=True)
    table.add_column("Reason", overflow="fold")
    for entry in found:
        keys = ("created_at", "id", "state", "address", "attempts", "reason")
        table.add_row(*cells([entry[key] for key in keys]))
    console().print(table)
