"""`followup run`: everything in one process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from followup_cli.options import DEFAULT_DATA
from followup_cli.output import Failure, console

if TYPE_CHECKING:
    from followup_cli.local.folder import DataFolder
    from followup_cli.local.product import Running
    from followup_cli.local.settings import RunSettings


def run(
    data: Annotated[
        Path,
        typer.Option(
            envvar="FOLLOWUP_DATA", metavar="DIR", file_okay=False, help="Folder for everything that is kept."
        ),
    ] = DEFAULT_DATA,
    port: Annotated[
        int,
        typer.Option(envvar="FOLLOWUP_PORT", min=0, max=65535, help="Port of the API and the UI; 0: any."),
    ] = 8000,
    host: Annotated[
        str, typer.Option(envvar="FOLLOWUP_HOST", help="Address to listen on; 0.0.0.0 for every interface.")
    ] = "127.0.0.1",
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Fill an empty folder with a demo company.")
    ] = False,
) -> None:
    """Run everything in one process, on an embedded PostgreSQL, until Ctrl-C.

    All data is kept in the folder: a later start on it finds everything. DIR/admin-token holds an
    API token of an admin, which the other commands use by themselves.

    The settings of the services, such as FOLLOWUP_SWEEP_CRON, FOLLOWUP_CRON_SECRET and
    FOLLOWUP_LOG_LEVEL, count here as well.

    PostgreSQL refuses to run as root. Started by root, it runs as the account `postgres` or, where
    there is none, `followup`, which is created; and the folders above DIR and above the installed
    program become passable for everybody (mode o+x), though not readable.
    """
    try:
        from followup_cli.local.product import serve
        from followup_cli.local.settings import RunSettings
    except ModuleNotFoundError as error:
        raise Failure(
            f"This installation can only use the API of another one: {error.name} is missing.",
            hint="Install followup-cli with its extra `run`.",
        ) from None
    from followup_common.logging import configure_logging
    from followup_common.settings import load

    from followup_cli.local.folder import DataFolder
    from followup_cli.local.signals import Stopped, stopped_by_signals

    settings: RunSettings = load(RunSettings).model_copy(update={"host": host, "port": port})
    configure_logging("run", log_format=settings.log_format, level=settings.log_level)
    folder = DataFolder(data)
    screen = console(stderr=True)
    with stopped_by_signals(), screen.status("Starting") as status:

        def tell(running: Running) -> None:
            status.stop()
            show(running, folder)

        try:
            serve(folder, settings, demo=demo, on_step=status.update, on_running=tell)
        except Stopped:
            status.stop()


def show(running: Running, folder: DataFolder) -> None:
    """Print where everything is, and who can log in."""
    screen = console()
    lines = {
        "Followup": running.url,
        "API": f"{running.url}/api/docs",
        "Data": str(folder.path),
        "Admin token": str(folder.admin_token_file),
    }
    for name, value in lines.items():
        screen.print(f"{name:<12} {value}", markup=False, soft_wrap=True)
    if running.demo:
        from followup_cli.local.demo.log_ins import show_log_ins

        show_log_ins(running.demo, screen)
    if not running.somebody_can_log_in:
        screen.print("\nNobody can log in yet. Add yourself:", soft_wrap=True)
        add = "followup user create ada@example.com --name 'Ada Lovelace' --role admin --password"
        screen.print(f"  {add}", markup=False, soft_wrap=True)
    screen.print("\nCtrl-C ends it.")
