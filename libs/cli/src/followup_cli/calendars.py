"""`followup calendars`: calendars kept in a file, beside a team's other code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import cells, console, say
from followup_cli.planning import plans
from followup_cli.planning.plans import AsJson, File

app = typer.Typer(
    help="List calendars; keep them in a file: see how it differs from what is in force, and apply it.",
    no_args_is_help=True,
)


@app.command("list")
def list_calendars(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """List calendars: whose holidays they keep, until when those are known, how far they are worked out."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        found = list(api.all("/calendars"))
    if as_json:
        for calendar in found:
            typer.echo(json.dumps(calendar))
    elif found:
        _show(found)
    else:
        say("There is no calendar: without one, all time is working time.")


@app.command("plan")
def plan(
    file: File, *, as_json: AsJson = False, url: Url = None, token: Token = None, data: Data = DEFAULT_DATA
) -> None:
    """Say how calendars, and who counts by them, differ from a file. The exit status is 2 if any does."""
    from followup_cli.client import connect
    from followup_cli.planning.calendars import changes

    with connect(url, token, data) as api:
        plans.show_plan(changes(api, file), as_json=as_json)


@app.command("apply")
def apply(file: File, *, url: Url = None, token: Token = None, data: Data = DEFAULT_DATA) -> None:
    """Make calendars, and who counts by them, as a file says. What it does not name is left alone."""
    from followup_cli.client import connect
    from followup_cli.planning.calendars import changes

    with connect(url, token, data) as api:
        plans.apply(api, changes(api, file))


@app.command("export")
def export(*, url: Url = None, token: Token = None, data: Data = DEFAULT_DATA) -> None:
    """Write the calendars in use as such a file: followup calendars export > calendars.yaml."""
    from followup_cli.client import connect
    from followup_cli.planning.calendars import exported

    with connect(url, token, data) as api:
        typer.echo(exported(api), nl=False)


def _show(found: Iterable[Mapping[str, Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for column in ("Name", "Time zone", "Holidays of"):
        table.add_column(column, overflow="fold")
    for column in ("Known until", "Worked out until"):
        table.add_column(column, no_wrap=True)
    for calendar in found:
        of = calendar["holidays"] or {}
        whose = " ".join(part for part in (of.get("country"), of.get("subdivision")) if part)
        until = (calendar["holidays_until"], calendar["last_day"])
        table.add_row(*cells([calendar["name"], calendar["time_zone"], whose, *until]))
    console().print(table)
