"""The account under which PostgreSQL runs: it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followup_cli.output import Failure

PREFERRED = "postgres"
OURS = "followup"


@dataclass(frozen=True)
class Account:
    """An account of this machine, other than root's."""

    name: str
    uid: int
    gid: int

    def may_pass(self, folder: Path) -> bool:
        """Whether it may go through a folder that it does not own."""
        return bool(folder.stat().st_mode & stat.S_IXOTH)


def account_for(data: Path) -> Account | None:
    """Whom to run PostgreSQL as; None: as ourselves.

    As root: the owner of existing data, else the account `postgres`, else `followup`, which is created
    as a system account without a log-in.

    Raises:
        Failure: the data belongs to somebody else, or there is no account to use.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise Failure(f"{data} belongs to user {owner}: run `followup` as that user.")
        return None
    if owner:
        return _known(owner)
    for name in (PREFERRED, OURS):
        found = named(name)
        if found:
            return found
    return _created(OURS)


def as_account(account: Account | None) -> dict[str, Any]:
    """The arguments of `subprocess` that run a command under an account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def let_through(account: Account, path: Path) -> list[Path]:
    """Let the account reach a path: allow everybody to pass through its parent folders, not to list them.

    Returns:
        The folders whose permissions were changed.
    """
    opened = [folder for folder in path.resolve().parents if not account.may_pass(folder)]
    for folder in opened:
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    return opened


def _known(uid: int) -> Account:
    try:
        found = pwd.getpwuid(uid)
    except KeyError:
        raise Failure(
            f"The database belongs to user {uid}, whom this machine does not know: give it to an account "
            f"with chown -R."
        ) from None
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def named(name: str) -> Account | None:
    """The account of this name, if the machine knows it."""
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _created(name: str) -> Account:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - all of it is ours
    found = named(name)
    if found is None:
        raise Failure(
            f"PostgreSQL refuses to run as root, and the account {name!r} could not be created.",
            hint=f"Create it (useradd --system {name}), or run `followup` as somebody else than root.",
        )
    return found
