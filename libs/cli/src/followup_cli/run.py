"""`followup run`: everything in one process."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from followup_cli.options import DEFAULT_DATA
from followup_cli.output import Failure, console

if TYPE_CHECKING:
    from followup_cli.local.folder import DataFolder
    from followup_cli.local.product import Running


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
    from followup_cli.local.folder import DataFolder
    from followup_cli.local.signals import Stopped, stopped_by_signals

    folder = DataFolder(data)
    with stopped_by_signals(), console(stderr=True).status("Starting") as status:

        def tell(running: Running) -> None:
            status.stop()
            show(running, folder)

        try:
            _serve(folder, {"host": host, "port": port}, demo=demo, on_step=status.update, on_running=tell)
        except Stopped:
            status.stop()


def _serve(
    folder: DataFolder,
    listening: dict[str, object],
    *,
    demo: bool,
    on_step: Callable[[str], None],
    on_running: Callable[[Running], None],
) -> None:
    """Load all services, which takes a moment, and serve with their settings."""
    try:
        from followup_cli.local.product import serve
        from followup_cli.local.settings import RunSettings
    except ModuleNotFoundError as error:
        raise Failure(
            f"This installation can only use the API of another one: {error.name} is missing.",
            hint="Install followup-cli with its extra `run`.",
        ) from None
    from followup_common import open_files
    from followup_common.logging import configure_logging
    from followup_common.settings import load

    open_files.raise_limit()
    settings = load(RunSettings).model_copy(update=listening)
    configure_logging("run", log_format=settings.log_format, level=settings.log_level)
    serve(folder, settings, demo=demo, on_step=on_step, on_running=on_running)


def show(running: Running, folder: DataFolder) -> None:
    """Print where everything is, and who can log in."""
    screen, settings = console(), running.settings
    provider = settings.oidc_name if settings.oidc_issuer else None
    lines = {
        "Followup": running.url,
        "API": f"{running.url}/api/docs",
        "Data": str(folder.path),
        "Admin token": str(folder.admin_token_file),
    }
    if provider and settings.public_url:
        lines["Log in"] = f"{str(settings.public_url).rstrip('/')}/login, with {provider}"
    for name, value in lines.items():
        screen.print(f"{name:<12} {value}", markup=False, soft_wrap=True)
    if running.demo:
        from followup_cli.local.demo.log_ins import show_log_ins

        show_log_ins(running.demo, screen, instead=None if settings.password_log_in else provider)
    if not running.somebody_can_log_in:
        address = f", with your e-mail address at {provider}" if provider else ""
        screen.print(f"\nNobody can log in yet. Add yourself{address}:", markup=False, soft_wrap=True)
        add = "user create ada@example.com --name 'Ada Lovelace' --role admin"
        add += "" if provider else " --password"
        screen.print(f"  {_command()} {add}{_where(folder)}", markup=False, soft_wrap=True)
    if plain_http := _about_plain_http(running):
        screen.print(f"\n{plain_http}", markup=False, soft_wrap=True)
    screen.print("\nCtrl-C ends it.")


def _about_plain_http(running: Running) -> str | None:
    """What people on other machines need to log in; None where they have it."""
    settings = running.settings
    public = settings.public_url
    if not running.others_reach_it or (public is not None and public.scheme == "https"):
        return None
    if settings.trust_plain_http:
        return (
            "WARNING: people may log in over plain http (FOLLOWUP_TRUST_PLAIN_HTTP): anyone on the way can "
            "read passwords and take over log-ins."
        )
    return (
        "Over plain http only this machine can log in. For others put a proxy with https in front and set "
        "FOLLOWUP_PUBLIC_URL or, in a network you trust, set FOLLOWUP_TRUST_PLAIN_HTTP=true."
    )


def _command() -> str:
    """How this command can be called again."""
    return "followup" if shutil.which("followup") else str(Path(sys.executable).with_name("followup"))


def _where(folder: DataFolder) -> str:
    """The option that names the folder, unless it is the one that commands use by themselves."""
    default = folder.path == DEFAULT_DATA.absolute()
    return "" if default else f" --data {shlex.quote(str(folder.path))}"
