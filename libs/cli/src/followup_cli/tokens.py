"""`followup token`: API tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import say


class Scope(StrEnum):
    """What a token may be used for; a list of the API's own, which would load all of it for `--help`."""

    READ = "read"
    WRITE = "write"
    OPS = "ops"
    ADMIN = "admin"


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
        typer.Option(
            min=1, max=3650, help="Days until it expires.", show_default="as many as are allowed, usually 365"
        ),
    ] = None,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            "--scope",
            show_default="read and write",
            help="What it may be used for; repeat it for more than one. read; write: to change what one has, "
            "and imports of follow-ups; ops: sweeps and operations; admin: people.",
        ),
    ] = None,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Make an API token that acts for the caller, and print it: this is the only time that it is shown.

    It can do what its scopes say and the caller's role includes. Standard output has the token and nothing
    else.
    """
    from followup_cli.client import connect

    expires_at = (datetime.now(UTC) + timedelta(days=days)).isoformat() if days else None
    with connect(url, token, data) as api:
        made = api.create("/tokens", {"name": name, "expires_at": expires_at, "scopes": scope or None})
    typer.echo(made["token"])
    say(f"For {', '.join(made['scopes'])}. Expires at {made['expires_at']}.")
