"""`followup sweep`: escalate what is due now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import Failure, console, say

if TYPE_CHECKING:
    from followup_cli.client import Client

POLL_SECONDS = 0.3


def sweep(
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until it has completed, and say what it did.")
    ] = (False),
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Escalate what is due now, without waiting for the clock.

    With --wait the exit status is 1 when the sweep fails, or could not announce an escalation.
    """
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        asked = api.create("/sweeps")
        if not wait:
            say(f"Sweep {asked['id']} is {asked['status']}. To see it through: followup sweep --wait")
            return
        done = _see_through(api, asked)
    counts = f"escalated {done['escalated']:,}, notified {done['notified']:,}, failed {done['failed']:,}"
    console().print(f"Sweep {done['id']} {done['status']}: {counts}.")
    if done["status"] == "failed" or done["failed"]:
        raise Failure(
            "Not every escalation could be announced.",
            hint="The dead letters say why: followup dead-letters list",
        )


def _see_through(api: Client, sweep: dict[str, Any]) -> dict[str, Any]:
    """Poll until it has ended, and show how far it is."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    screen = console(stderr=True)
    counts = "escalated {task.fields[escalated]:,}  notified {task.fields[notified]:,}"
    columns = (
        SpinnerColumn(),
        TextColumn("Sweep {task.fields[id]} {task.fields[status]}"),
        BarColumn(),
        TextColumn(counts + "  failed {task.fields[failed]:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=None, **sweep)
        while sweep["finished_at"] is None:
            time.sleep(POLL_SECONDS)
            sweep = api.get(f"/sweeps/{sweep['id']}")
            reached = sweep["escalated"]
            progress.update(task, total=reached + sweep["waiting"] or None, completed=reached, **sweep)
    return sweep
