"""`followup policies`: policies kept in a file, beside a team's other code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import Failure, cells, console, say
from followup_cli.planning import plans
from followup_cli.planning.plans import AsJson, File

app = typer.Typer(
    help="List policies; keep them in a file: see how it differs from what is in force, and apply it.",
    no_args_is_help=True,
)
MoveOpen = Annotated[
    bool,
    typer.Option("--move-open", help="Move open follow-ups too; the plan says how many, and who is told."),
]
ExpectedTold = Annotated[
    int | None,
    typer.Option(
        "--expected-told",
        min=0,
        metavar="NUMBER",
        help="With --move-open: how many people it may tell at once, where the API asks for that.",
    ),
]


@app.command("list")
def list_policies(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """List policies in the order in which they are tried: version, conditions, steps and drafts."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        found = list(api.all("/policies"))
    if as_json:
        for policy in found:
            typer.echo(json.dumps(policy))
    else:
        _show(found)


@app.command("plan")
def plan(
    file: File,
    *,
    move_open: MoveOpen = False,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Say how policies differ from a file. The exit status is 2 if any does; nothing is changed."""
    from followup_cli.client import connect
    from followup_cli.planning.policies import Moving, changes

    with connect(url, token, data) as api:
        plans.show_plan(changes(api, file, Moving(move_open)), as_json=as_json)


@app.command("apply")
def apply(
    file: File,
    *,
    move_open: MoveOpen = False,
    expected_told: ExpectedTold = None,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Publish, order and archive policies as a file says. One that it does not name is left alone."""
    from followup_cli.client import connect
    from followup_cli.planning.policies import Moving, changes

    with connect(url, token, data) as api:
        plans.apply(api, changes(api, file, Moving(move_open, expected_told)))


@app.command("discard")
def discard(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the policy, as it is in force.")],
    *,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Discard the draft of a policy: it stays as it is in force."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        found = next((each for each in api.all("/policies") if each["name"].lower() == name.lower()), None)
        if found is None:
            raise Failure(f"There is no policy “{name}” in use.")
        if found["draft"] is None:
            say(f"Policy “{found['name']}” has no draft.")
            return
        api.delete(f"/policies/{found['id']}/draft", etag=found["etag"])
    say(f"Discarded the draft of policy “{found['name']}”.")


@app.command("export")
def export(*, url: Url = None, token: Token = None, data: Data = DEFAULT_DATA) -> None:
    """Write the policies in force as such a file: followup policies export > policies.yaml."""
    from followup_cli.client import connect
    from followup_cli.planning.policies import exported

    with connect(url, token, data) as api:
        typer.echo(exported(api), nl=False)


def _show(found: Iterable[Mapping[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for column in ("Name", "Version", "For", "Steps", "Draft of"):
        table.add_column(column, overflow="fold")
    for policy in found:
        current, draft = policy["current"], policy["draft"]
        says = current or draft  # of one that was never published
        number = sum(map(len, says["conditions"].values()))
        whom = f"{number} condition{'s' if number > 1 else ''}" if number else "everything else"
        version = current["version"] if current else "not published"
        drafted = draft["at"][:10] if draft else ""
        table.add_row(*cells([policy["name"], str(version), whom, str(len(says["steps"])), drafted]))
    console().print(table)
