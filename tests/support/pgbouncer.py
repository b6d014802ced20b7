"""PgBouncer for tests: Debian's package, as a process of the test's own in transaction mode."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from tests.support.packages import CannotInstall, apt_install
from tests.support.ports import accepts_connections, free_port
from tests.support.postgres import Postgres, _unprivileged_user
from tests.support.processes import Process

HOW_TO_INSTALL = """\
The services are tested behind PgBouncer 1.18 or newer, and it was not found. One of these is enough:
  - Debian, Ubuntu:  apt-get install pgbouncer
  - macOS:           brew install pgbouncer"""
KNOWS_PREPARED = (1, 21)
"""From this release on it can keep prepared statements; here it shall not."""


def program() -> str:
    """The path of `pgbouncer`; installed where that is possible.

    Raises:
        RuntimeError: it is not there, with what to install.
    """
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if shutil.which("pgbouncer", path=path) is None:
        try:
            apt_install("pgbouncer")
        except CannotInstall as error:
            raise RuntimeError(f"{error}\n{HOW_TO_INSTALL}") from error
    found = shutil.which("pgbouncer", path=path)
    if found is None:
        raise RuntimeError(HOW_TO_INSTALL)
    return found


@dataclass
class PgBouncer:
    """A pooler in transaction mode in front of one server.

    Args:
        folder: where its files go; passable for the account that it runs under.
        server: SQLAlchemy URL of any database of the server.
        passwords: of the roles that come through it.
        user: the account to run under, when we are root: it refuses to be root.
        ignored: startup parameters that it takes and drops, as in `ignore_startup_parameters`.
        server_connections: to PostgreSQL, for each role.
    """

    folder: Path
    server: str
    passwords: Mapping[str, str] = field(repr=False)
    user: str | None = None
    ignored: str = ""
    server_connections: int = 2

    def __post_init__(self) -> None:
        self.port = free_port()
        command = [program(), str(self.folder / "pgbouncer.ini")]
        log = self.folder / "pgbouncer.log"
        self.process = Process(command, log, dict(os.environ), directory=self.folder, user=self.user)

    def start(self) -> None:
        """Write its configuration, and start it."""
        self._write("pgbouncer.ini", self._configuration())
        self._write("users.txt", "".join(f'"{user}" "{word}"\n' for user, word in self.passwords.items()))
        self.process.start()
        self.process.wait_until(lambda: accepts_connections(self.port), what="PgBouncer")

    def url(self, user: str, database: str) -> str:
        """Where a service reaches a database through it."""
        url = URL.create("postgresql", user, self.passwords[user], "127.0.0.1", self.port, database)
        return url.render_as_string(hide_password=False)

    def _configuration(self) -> str:
        server = make_url(self.server)
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(self.port),
            "unix_socket_dir": "",
            "auth_type": "plain",
            "auth_file": str(self.folder / "users.txt"),
            "pool_mode": "transaction",
            "default_pool_size": str(self.server_connections),
            "max_client_conn": "200",
            "server_login_retry": "1",
            "ignore_startup_parameters": self.ignored,
            **({"max_prepared_statements": "0"} if _version() >= KNOWS_PREPARED else {}),
        }
        lines = [
            f"{name} = {value}" for name, value in settings.items() if value or name == "unix_socket_dir"
        ]
        databases = f"* = host={server.host} port={server.port or 5432}"
        return "\n".join(["[databases]", databases, "[pgbouncer]", *lines, ""])

    def _write(self, name: str, content: str) -> None:
        file = self.folder / name
        file.write_text(content)
        if self.user:
            shutil.chown(file, self.user)
        file.chmod(0o600)


def _version() -> tuple[int, ...]:
    said = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", said)
    assert found, said
    return int(found[1]), int(found[2])


@dataclass(frozen=True)
class Pooled:
    """A database, and the way to it through a pooler."""

    database_url: str
    pgbouncer: PgBouncer

    def url(self, service: str = "api") -> str:
        """As the role of a service."""
        user = next(user for user in self.pgbouncer.passwords if service in user)
        return self.pgbouncer.url(user, str(make_url(self.database_url).database))

    def direct(self, service: str = "api") -> str:
        """The same past the pooler."""
        there = make_url(self.url(service))
        url = make_url(self.database_url).set(username=there.username, password=there.password)
        return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def running(postgres: Postgres, roles: dict[str, str], ignored: str = "") -> Iterator[PgBouncer]:
    """One for a while.

    Args:
        postgres: the server behind it.
        roles: who may log in, and their passwords.
        ignored: as `PgBouncer` takes it.
    """
    folder = Path(tempfile.mkdtemp(prefix="followup-pgbouncer-"))
    folder.chmod(0o711)
    user = _unprivileged_user()
    if user:
        shutil.chown(folder, user)
    pgbouncer = PgBouncer(folder, postgres.admin_url, roles, user=user, ignored=ignored)
    try:
        pgbouncer.start()
        yield pgbouncer
    finally:
        pgbouncer.process.kill()
        shutil.rmtree(folder, ignore_errors=True)
