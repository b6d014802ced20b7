"""What every part measures on: durable servers, set up once, and services as real processes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pika
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.support import postgres as postgres_support
from tests.support.postgres import role_url
from tests.support.processes import Process, service
from tests.support.servers import Servers
from tests.support.waiting import eventually


@dataclass
class Bench:
    """The servers of one run of the suite.

    Args:
        runs: how often each contender runs.
        scale: share of the whole amount of data; below 1 for a quick try, which proves nothing.
    """

    runs: int = 3
    scale: float = 1.0
    servers: Servers = field(default_factory=Servers)
    running: list[Process] = field(default_factory=list, init=False)
    """What it has started and not ended yet, but for the servers."""

    def __post_init__(self) -> None:
        # Durable, unlike the tests' server: all but the number of connections as PostgreSQL ships it.
        postgres_support.SETTINGS.clear()
        postgres_support.SETTINGS["max_connections"] = "300"

    def scaled(self, number: int) -> int:
        """That share of a number of rows or requests, at least one."""
        return max(1, round(number * self.scale))

    def say(self, line: str) -> None:
        """Show progress."""
        print(f"  {line}", flush=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A migrated, otherwise empty database; its URL logs in as the owner."""
        url = self.servers.new_database()
        yield url
        self.servers.postgres().drop_database(url)

    @contextmanager
    def copy(self, database_url: str) -> Iterator[str]:
        """A copy of a database that nobody is connected to, with nothing left to write back."""
        url = self.servers.postgres().create_database(template=make_url(database_url).database)
        with create_engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
        yield url
        self.servers.postgres().drop_database(url)

    @contextmanager
    def broker(self) -> Iterator[str]:
        """A virtual host of RabbitMQ."""
        url = self.servers.rabbitmq().create_vhost()
        yield url
        self.servers.rabbitmq().delete_vhost(url)

    def await_consumers(self, broker_url: str, *queues: str) -> None:
        """Wait until each of these queues has a consumer."""
        connection = pika.BlockingConnection(pika.URLParameters(broker_url))
        for queue in queues:
            eventually(partial(_consumers, connection, queue), 60, what=f"a consumer of {queue}")
        connection.close()

    @contextmanager
    def processes(self, *processes: Process) -> Iterator[None]:
        """Run these processes for a while; they end with SIGTERM."""
        try:
            for process in processes:
                process.start()
                self.running.append(process)
            yield
        finally:
            for process in processes:
                process.terminate(timeout=30)
                self.running = [other for other in self.running if other is not process]

    @contextmanager
    def service(
        self, name: str, database_url: str, broker_url: str = "", **environment: str
    ) -> Iterator[Process]:
        """Run one service with default settings, as its own database role.

        Args:
            name: such as `escalator`.
            database_url: the owner's, of a migrated database.
            broker_url: of a virtual host, for the services that need one.
            environment: settings that differ from the defaults, such as `FOLLOWUP_WORKER_THREADS="2"`.
        """
        given = {
            "FOLLOWUP_DATABASE_URL": role_url(database_url, f"followup_{name}"),
            "FOLLOWUP_BROKER_URL": broker_url,
            "FOLLOWUP_LOG_LEVEL": "WARNING",
            **environment,
        }
        with tempfile.TemporaryDirectory() as folder:
            process = service(name, given, Path(folder))
            with self.processes(process):
                yield process

    def settings(self) -> dict[str, str]:
        """Versions, and the settings of PostgreSQL that decide about durability and speed."""
        engine = create_engine(self.servers.postgres().admin_url)
        with engine.connect() as connection:
            rows = connection.execute(SETTINGS)
            settings = {f"postgresql.{row.name}": row.value for row in rows}
        engine.dispose()
        overview = self.servers.rabbitmq().manage("GET", "overview")
        return {**settings, "rabbitmq.version": overview["rabbitmq_version"]}


SETTINGS = text("""
    SELECT name, current_setting(name) AS value FROM pg_settings
    WHERE name IN ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers',
                   'max_wal_size', 'checkpoint_timeout', 'max_connections', 'jit')
    ORDER BY name
""")


def _consumers(connection: pika.BlockingConnection, queue: str) -> int:
    declared = connection.channel().queue_declare(
        queue, passive=True
    )  # an error while nobody has declared it
    return int(declared.method.consumer_count)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
