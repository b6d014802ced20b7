"""`followup user`: people."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from followup_common.addresses import folded
from followup_common.terminal import shown

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import Failure, console, say

if TYPE_CHECKING:
    from followup_cli.client import Client

PASSWORD = "FOLLOWUP_USER_PASSWORD"  # noqa: S105 - the name of a variable, no password

app = typer.Typer(help="People who own follow-ups.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `create` a subcommand while it is the only one."""


@app.command("create")
def create_user(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="With it they log in.")],
    *,
    name: Annotated[str, typer.Option(help="As others see it.")],
    role: Annotated[
        Literal["employee", "manager", "admin"], typer.Option(help="What they may do.")
    ] = "employee",
    manager: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Who is told when they are two days late.")
    ] = None,
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="IANA name: says when their day ends.")] = (
        "UTC"
    ),
    password: Annotated[
        bool,
        typer.Option(
            "--password",
            help="Ask for a password, of at least 12 characters. FOLLOWUP_USER_PASSWORD gives one unasked.",
        ),
    ] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Add a person."""
    from followup_cli.client import connect

    given = os.environ.get(PASSWORD)
    if password and not given:
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with connect(url, token, data) as api:
        person: dict[str, Any] = {"email": email, "name": name, "role": role, "time_zone": time_zone}
        if manager:
            person["manager_id"] = _id_of(api, manager)
        if given:
            person["password"] = given
        made = api.create("/users", person)
        provider = api.get("/session/options")["provider"]
    console().print(
        shown(f"Added {made['name']} <{made['email']}> as {made['role']}, id {made['id']}."), markup=False
    )
    if given:
        return
    if provider:
        say(f"They log in with {provider}, where this has to be their e-mail address.")
    else:
        say("They have no password, so they cannot log in yet.")


def _id_of(api: Client, email: str) -> int:
    found = api.get("/users", q=email, limit=200)["items"]
    for person in found:
        if folded(person["email"]) == folded(email):
            return int(person["id"])
    raise Failure(
        f"Nobody has the e-mail address {email}.", hint="Add the manager first, or correct --manager."
    )
