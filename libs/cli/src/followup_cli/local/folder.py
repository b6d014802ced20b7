"""The data folder of `followup run`, which one process uses at a time."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from followup_cli.local import private
from followup_cli.output import Failure

KEY_BYTES = 32
PATIENCE_SECONDS = 1.0
"""Commands that ask whether the folder is served hold its lock for an instant."""


@dataclass(frozen=True)
class Served:
    """The API that serves a data folder now.

    Args:
        url: its address for browsers, which anybody on the machine could take once it has ended.
        socket: where the commands reach it: only the folder's owner can listen there, or connect.
    """

    url: str
    socket: Path


class DataFolder:
    """Everything that `followup run` keeps.

    Args:
        path: of the folder; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.admin_token_file = self.path / "admin-token"
        self.secrets_key_file = self.path / "secrets-key"
        self.vapid_key_file = self.path / "vapid-key"
        self.database = self.path / "postgres"
        self.database_log = self.path / "postgres.log"
        self._lock_file = self.path / "run.lock"
        self._lock: IO[str] | None = None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the folder to this process; it is created when it is missing.

        Raises:
            Failure: another process uses it, or it cannot be written.
        """
        try:
            private.make_folder(self.path)
            lock = os.fdopen(private.open_to_keep(self._lock_file), "a+")
        except OSError as error:
            raise Failure(
                f"The data folder cannot be used: {error.strerror}: {error.filename}",
                hint="Name another one with --data DIR.",
            ) from None
        with lock:
            if not _locked(lock):
                raise self._taken(_holder(lock))
            self._lock = lock
            self._write({"pid": os.getpid()})
            yield

    def announce(self, served: Served) -> None:
        """Let the commands that use this folder know where its API is served."""
        self._write({"pid": os.getpid(), "url": served.url, "socket": str(served.socket)})

    def served(self) -> Served | None:
        """The API that serves this folder now; None when there is none.

        Raises:
            Failure: another user of the machine could have written what the folder says.
        """
        try:
            private.check_folder(self.path)
            lock = os.fdopen(private.open_to_read(self._lock_file))
        except OSError:
            return None  # nobody has served it yet
        with lock:
            if not _is_held(lock):
                return None
            holder = _holder(lock)
        url, socket = holder.get("url"), holder.get("socket")
        return Served(str(url), Path(str(socket))) if url and socket else None

    def admin_token(self) -> str | None:
        """The API token in the folder, if there is one.

        Raises:
            Failure: another user of the machine could have read or written it.
        """
        try:
            with os.fdopen(private.open_to_read(self.admin_token_file)) as file:
                return file.read().strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    def keep_admin_token(self, token: str) -> None:
        """Write the API token, for nobody else to read; a reader finds the old one or the new one."""
        self._keep(token, self.admin_token_file)

    def secrets_key(self) -> str:
        """What seals secrets of others in the database: made by the first who asks."""
        return self._made_once(self.secrets_key_file, secrets.token_hex)

    def vapid_key(self) -> str:
        """What signs pushes to browsers: made by the first who asks."""
        return self._made_once(self.vapid_key_file, secrets.token_urlsafe)

    def _made_once(self, file: Path, make: Callable[[int], str]) -> str:
        try:
            with os.fdopen(private.open_to_read(file)) as kept:
                return kept.read().strip()
        except FileNotFoundError:
            key = make(KEY_BYTES)
            self._keep(key, file)
            return key

    def _keep(self, secret: str, file: Path) -> None:
        number, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=self.path)  # mode 0600
        try:
            with os.fdopen(number, "w") as kept:
                kept.write(secret + "\n")
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _taken(self, holder: dict[str, object]) -> Failure:
        who = f"process {holder['pid']}" if "pid" in holder else "another process"
        where = f", which serves {holder['url']}" if "url" in holder else ""
        return Failure(
            f"The data folder {self.path} is in use by {who}{where}.",
            hint="Stop it first, or name another folder with --data DIR.",
        )

    def _write(self, holder: dict[str, object]) -> None:
        if self._lock is None:
            raise RuntimeError("only who holds the folder says who they are")
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(json.dumps(holder))
        self._lock.flush()


def _holder(lock: IO[str]) -> dict[str, object]:
    """What the process that holds the lock says about itself."""
    with suppress(OSError, ValueError):
        lock.seek(0)
        found = json.load(lock)
        if isinstance(found, dict):
            return found
    return {}


def _is_held(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _locked(lock: IO[str]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True
