"""The servers of one test run: started on first use by any of its processes, ended by the first of them."""

from __future__ import annotations

import fcntl
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from tests.support.postgres import Postgres, start_own_postgres, start_postgres, template_of
from tests.support.rabbitmq import RabbitMQ, start_own_rabbitmq, start_rabbitmq

T = TypeVar("T")


class Servers:
    """What one test run shares, in a folder that all its processes know.

    Args:
        folder: of an existing run; None makes a new one, which `stop` deletes.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _new_folder()

    @property
    def started(self) -> list[Postgres | RabbitMQ]:
        """The servers that somebody asked for so far."""
        return [pickle.loads(file.read_bytes()) for file in sorted(self.folder.glob("*.server"))]

    def postgres(self) -> Postgres:
        """The PostgreSQL of this run."""
        return self.once("postgres.server", start_postgres)

    def rabbitmq(self) -> RabbitMQ:
        """The RabbitMQ of this run."""
        return self.once("rabbitmq.server", start_rabbitmq)

    def stoppable_postgres(self) -> Postgres:
        """The PostgreSQL of this run or, when that was given from outside, one of our own beside it."""
        shared = self.postgres()
        return shared if shared.control else self.once("stoppable-postgres.server", start_own_postgres)

    def stoppable_rabbitmq(self) -> RabbitMQ:
        """The RabbitMQ of this run or, when that was given from outside, one of our own beside it."""
        shared = self.rabbitmq()
        return shared if shared.control else self.once("stoppable-rabbitmq.server", start_own_rabbitmq)

    def new_database(self, postgres: Postgres | None = None) -> str:
        """Copy a migrated, otherwise empty database and return the copy's URL.

        Args:
            postgres: the server to do it on; None: the shared one.
        """
        postgres = postgres or self.postgres()
        template = self.once(
            f"template-{postgres.port}", lambda _: template_of(postgres, f"{self._prefix}template")
        )
        return postgres.create_database(f"{self._prefix}{uuid4().hex[:12]}", template=template)

    def shared_database(self, name: str, fill: Callable[[str], object]) -> str:
        """A migrated database that is filled once for all tests of this run, which only read it.

        Args:
            name: by which they share it.
            fill: gets its URL.
        """

        def filled(_: Path) -> str:
            url = self.new_database()
            fill(url)
            return url

        return self.once(f"shared-{name}", filled)

    def stop(self) -> None:
        """End everything that was started, and delete its files."""
        with self._lock("stop"):
            for server in self.started:
                if server.control:
                    server.control.remove()
                elif isinstance(server, Postgres):
                    self._drop_databases(server)
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _prefix(self) -> str:
        return self.folder.name.replace("-", "_") + "_"

    def _drop_databases(self, postgres: Postgres) -> None:
        for name in postgres.databases(self._prefix):
            postgres.drop_database(name)

    def once(self, name: str, make: Callable[[Path], T]) -> T:
        """The value that `make`, called once for all processes of this run, returned.

        Args:
            name: of what is made; also the name of the file that keeps the value.
            make: gets the folder of this run.
        """
        file = self.folder / name
        with self._lock(name):
            if not file.exists():
                made = make(self.folder)
                file.write_bytes(pickle.dumps(made))
                return made
            value: T = pickle.loads(file.read_bytes())
            return value

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _new_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="followup-"))
    folder.chmod(0o711)  # the database server, under another account, passes through
    return folder
