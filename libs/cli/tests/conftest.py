"""`followup run` as a process on a folder and port of its own, and the other commands beside it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import psutil  # type: ignore[import-untyped]  # it has no types
import psycopg
import pytest
from followup_cli.local.folder import DataFolder
from followup_cli.main import app

from tests.support.postgres import Postgres
from tests.support.processes import Process

COMMAND = [sys.executable, "-m", "followup_cli.main"]
STARTED_WITHIN = 120
"""Seconds; far more than a start takes, for machines that are busy with other tests."""
ENDED_WITHIN = 60
"""Seconds; it promises 5, where nothing else runs."""
ADA = "ada@example.com"


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment of a command: none of the caller's settings leak in."""
    ours = ("FOLLOWUP_", "PG")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**inherited, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **settings}


@dataclass(frozen=True)
class Finished:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def called(*arguments: str, **settings: str) -> Finished:
    """Run a command in this process, which has loaded what it needs already."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.dict(os.environ, clean_environment(**settings), clear=True),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            app(list(arguments), prog_name="followup")
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Finished(status, out.getvalue(), err.getvalue())


def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process, until it ends."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=clean_environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Run:
    """`followup run` on a folder.

    Args:
        data: the folder.
        process: the command.
    """

    data: Path
    process: Process

    @property
    def url(self) -> str:
        """Address of the API, on whichever port it found free."""
        served = DataFolder(self.data).served()
        assert served, "nothing is served"
        return served.url

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.process.start()
        self.process.wait_until(self.ready, STARTED_WITHIN, what="followup run")

    def ready(self) -> bool:
        """Whether /readyz says so."""
        return httpx.get(f"{self.url}/readyz", timeout=30).status_code == 200

    def call(self, *arguments: str, **settings: str) -> Finished:
        """Run another command on the same folder, in this process."""
        return called(*arguments, "--data", str(self.data), **settings)

    def api(self) -> httpx.Client:
        """A client with the admin token of the folder."""
        token = (self.data / "admin-token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)

    def get(self, path: str, **query: Any) -> Any:
        """Read something as the admin."""
        with self.api() as api:
            return api.get(path, params=query).raise_for_status().json()

    def add_person(self, email: str) -> None:
        """Let an admin in."""
        finished = self.call("user", "create", email, "--name", "Ada", "--role", "admin")
        assert finished.returncode == 0, finished.stderr

    def log_in(self, email: str, password: str) -> int:
        """The status that a log-in gets."""
        body = {"email": email, "password": password}
        return httpx.post(f"{self.url}/api/v1/session", json=body, timeout=30).status_code

    def database(self) -> psycopg.Connection:
        """A connection as superuser to the running database."""
        folder = self.data / "postgres"
        return psycopg.connect(host=str(folder), user="postgres", dbname="followup", connect_timeout=10)

    def postmaster(self) -> psutil.Process:
        """The database server's first process."""
        return psutil.Process(int((self.data / "postgres" / "postmaster.pid").read_text().split()[0]))

    def processes(self) -> list[psutil.Process]:
        """Every process that works for this folder."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if str(self.data) in " ".join(process.cmdline()) or _is_below(process.cwd(), self.data):
                    found.append(process)
        return found

    def destroy(self) -> None:
        """End whatever a test left."""
        self.process.kill()
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()


def _is_below(path: str, folder: Path) -> bool:
    return bool(path) and Path(path).is_relative_to(folder)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A folder through which PostgreSQL's own account may pass."""
    folder = Path(tempfile.mkdtemp(prefix="followup-cli-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def run_in(home: Path, *arguments: str, name: str = "data", **settings: str) -> Run:
    """`followup run`, not started yet, on a new folder below `home`."""
    folder = Path(tempfile.mkdtemp(dir=home))
    folder.chmod(0o711)
    data = folder / name
    process = Process(
        [*COMMAND, "run", "--data", str(data), "--port", "0", *arguments],
        folder / "run.output",
        clean_environment(**settings),
    )
    return Run(data, process)


@pytest.fixture
def empty(home: Path) -> Iterator[Run]:
    """A run without the demo, not started."""
    run = run_in(home)
    yield run
    run.destroy()


@pytest.fixture(scope="session")
def used_folder(home: Path) -> Path:
    """The data of a run that has ended, with a person beside the admin of the folder."""
    run = run_in(home)
    run.start()
    run.add_person(ADA)
    run.process.terminate(ENDED_WITHIN)
    return run.data


@pytest.fixture
def used(home: Path, used_folder: Path) -> Iterator[Run]:
    """A run that ended some time ago, and can be started again."""
    run = run_in(home)
    subprocess.run(["cp", "-a", used_folder, run.data], check=True)  # owners and modes too
    yield run
    run.destroy()


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Run]:
    """A running demo, shared by a module's tests."""
    run = run_in(home, "--demo")
    run.start()
    yield run
    run.destroy()


@pytest.fixture
def empty_database_url(postgres: Postgres) -> Iterator[str]:
    """A database that has not been migrated."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)
