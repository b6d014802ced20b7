"""The data folder of `followup run`, which one process uses at a time."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from followup_cli.output import Failure

PATIENCE_SECONDS = 1.0
"""Commands that ask whether the folder is served hold its lock for an instant."""


class DataFolder:
    """Everything that `followup run` keeps.

    Args:
        path: of the folder; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.admin_token_file = self.path / "admin-token"
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
            # Others only pass through: PostgreSQL's account does when root runs it.
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            lock = self._lock_file.open("a+")
        except OSError as error:
            raise Failure(
                f"The data folder cannot be used: {error.strerror}: {error.filename}",
                hint="Name another one with --data DIR.",
            ) from None
        with lock:
            if not _locked(lock):
                raise self._taken()
            self._lock = lock
            self._write({"pid": os.getpid()})
            yield

    def announce(self, url: str) -> None:
        """Let the commands that use this folder know where its API is served."""
        self._write({"pid": os.getpid(), "url": url})

    def served_at(self) -> str | None:
        """Address of the API that serves this folder now; None when there is none."""
        try:
            with self._lock_file.open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            url = self._holder().get("url")
            return str(url) if url else None
        except OSError:
            pass
        return None  # nobody holds it

    def admin_token(self) -> str | None:
        """The API token in the folder, if there is one."""
        with suppress(OSError, UnicodeDecodeError):
            return self.admin_token_file.read_text().strip() or None
        return None

    def keep_admin_token(self, token: str) -> None:
        """Write the API token, for nobody else to read; a reader finds the old one or the new one."""
        number, name = tempfile.mkstemp(prefix=".admin-token-", dir=self.path)  # mode 0600
        try:
            with os.fdopen(number, "w") as file:
                file.write(token + "\n")
            Path(name).replace(self.admin_token_file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _taken(self) -> Failure:
        holder = self._holder()
        who = f"process {holder['pid']}" if "pid" in holder else "another process"
        where = f", which serves {holder['url']}" if "url" in holder else ""
        return Failure(
            f"The data folder {self.path} is in use by {who}{where}.",
            hint="Stop it first, or name another folder with --data DIR.",
        )

    def _holder(self) -> dict[str, object]:
        with suppress(OSError, ValueError):
            found = json.loads(self._lock_file.read_text())
            if isinstance(found, dict):
                return found
        return {}

    def _write(self, holder: dict[str, object]) -> None:
        if self._lock is None:
            raise RuntimeError("only who holds the folder says who they are")
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(json.dumps(holder))
        self._lock.flush()


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
