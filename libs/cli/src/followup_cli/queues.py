"""`followup queues`: what waits in RabbitMQ's queues and in the outbox, and who consumes it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from followup_common.terminal import shown

from followup_cli.options import DEFAULT_DATA, Data, Token, Url
from followup_cli.output import Failure, console

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from followup_cli.client import Client

FIGURES = {
    "Ready": "ready",
    "Unacked": "unacknowledged",
    "Consumers": "consumers",
    "In/s": "publish_rate",
    "Out/s": "deliver_rate",
}


def queues(
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Keep showing them until Ctrl-C.")] = False,
    interval: Annotated[
        float, typer.Option(min=0.5, metavar="SECONDS", help="With --watch: how often to look.")
    ] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="JSON; with --watch one line each time.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Show every queue with its .DQ and .XQ, and what waits in the outbox."""
    from followup_cli.client import connect

    with connect(url, token, data) as api:
        if watch:
            _watch(api, interval, as_json=as_json)
        elif as_json:
            typer.echo(json.dumps(_look(api), indent=2))
        else:
            console().print(_shown(_look(api)))


def _look(api: Client) -> dict[str, Any]:
    return {"queues": api.get("/ops/queues"), "outbox": api.get("/ops/outbox")}


def _watch(api: Client, interval: float, *, as_json: bool) -> None:
    """Look again and again; an API that is away for a while is waited for."""
    from rich.live import Live

    seen = _look(api)  # what is wrong from the start ends the command
    try:
        with Live(console=console(), auto_refresh=False) as live:
            while True:
                if as_json:
                    typer.echo(json.dumps(seen))
                else:
                    live.update(_shown(seen), refresh=True)
                time.sleep(interval)
                try:
                    seen = _look(api)
                except Failure as failure:
                    seen = {**seen, "problem": failure.message}
    except KeyboardInterrupt:
        return


def _shown(seen: Mapping[str, Any]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    queues, outbox = seen["queues"], seen["outbox"]
    lines = [*([seen["problem"]] if "problem" in seen else []), *queues["problems"]]
    return Group(
        *(Text(shown(line), style="yellow") for line in lines),
        *([_queue_table(queues["queues"])] if queues["queues"] else []),
        *(Text(shown(reason), style="dim") for reason in _reasons(queues["queues"])),
        _outbox_table(outbox),
    )


def _queue_table(services: Iterable[Mapping[str, Any]]) -> Table:
    table = _table("Queue", *FIGURES)
    for service in services:
        for kind in ("main", "delayed", "dead"):
            queue = service[kind]
            unattended = kind == "main" and queue["consumers"] == 0
            figures = (_figure(queue[name]) for name in FIGURES.values())
            table.add_row(queue["name"], *figures, style="red" if unattended else None)
    return table


def _reasons(services: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why figures are missing, each reason once."""
    queues = [service[kind] for service in services for kind in ("main", "delayed", "dead")]
    return list(dict.fromkeys(reason for queue in queues for reason in queue["missing"].values()))


def _outbox_table(outbox: Mapping[str, Any]) -> Table:
    table = _table("Outbox", "Waiting", "Oldest", "Dead letters")
    more = "+" if outbox["or_more"] else ""
    for entry in (*outbox["types"], {**outbox, "type": "all"}):
        table.add_row(
            entry["type"],
            f"{entry['waiting']:,}{more}",
            _age(entry["oldest_waiting_at"], outbox["read_at"]),
            f"{entry['failed']:,}{more}",
            style="red" if entry["failed"] else None,
        )
    return table


def _table(first: str, *columns: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    table.add_column(first, no_wrap=True, min_width=30)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def _age(since: str | None, now: str) -> str:
    if since is None:
        return ""
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(since)
    return str(passed).partition(".")[0]
