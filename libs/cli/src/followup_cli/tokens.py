"""`followup token`: API tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import say

app = typer.Typer(help="API tokens, for programs that call the API.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `create` a subcommand while it is the only one."""


@app.command("create")
def create_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Says later what it is used for.")],
    *,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="Days until it expires.", show_default="it does not expire"),
    ] = None,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Make an API token with the rights of the caller, and print it: this is the only time that it is shown.

    Standard output has the token and nothing else.
    """
    from followup_cli.client import connect

    expires_at = (datetime.now(UTC) + timedelta(days=days)).isoformat() if days else None
    with connect(url, token, data) as api:
        made = api.post("/tokens", {"name": name, "expires_at": expires_at})
    typer.echo(made["token"])
    say(f"Expires at {made['expires_at']}." if made["expires_at"] else "It does not expire.")
