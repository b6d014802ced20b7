"""Fixtures for every test: a real PostgreSQL and a real RabbitMQ, started when a test first asks.

A plugin rather than a conftest, so that the tests beside each service have them too.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, Engine, create_engine

from tests.support.databases import Databases
from tests.support.postgres import Postgres
from tests.support.processes import Process, service
from tests.support.rabbitmq import RabbitMQ
from tests.support.servers import Servers

SERVERS = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    # The services that tests start some hundred times keep what Python compiles, whatever the shell says.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # The default prints the local variables of every frame of a traceback: a minute for a deep one.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    # How long it takes to draw an example, or to try it, says how busy the machine is.
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, plain]
    )
    workerinput = getattr(config, "workerinput", None)
    if workerinput is None:
        config.stash[SERVERS] = Servers()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up as after a Ctrl-C
    else:
        config.stash[SERVERS] = Servers(Path(workerinput["followup_servers"]))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where the servers of this run are."""
    servers = node.config.stash[SERVERS]  # type: ignore[attr-defined]  # xdist has no types
    node.workerinput["followup_servers"] = str(servers.folder)  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        if uses & {"servers", "start_service"} or item.get_closest_marker("serial"):
            item.add_marker("integration")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("serial") and hasattr(item.config, "workerinput"):
        pytest.fail("it stops servers: run it with `-m serial` and without -n")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for server in config.stash[SERVERS].started:
        terminalreporter.write_line(f"{type(server).__name__}: {server.origin}")


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVERS in config.stash and not hasattr(config, "workerinput"):
        config.stash[SERVERS].stop()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The servers of this test run."""
    return request.config.stash[SERVERS]


@pytest.fixture
def postgres(request: pytest.FixtureRequest, servers: Servers) -> Postgres:
    """The PostgreSQL server; for most tests `tx` or `database_url` is what they want.

    A `serial` test may stop or kill it, and start it again.
    """
    serial = request.node.get_closest_marker("serial")
    return servers.stoppable_postgres() if serial else servers.postgres()


@pytest.fixture
def rabbitmq(request: pytest.FixtureRequest, servers: Servers) -> RabbitMQ:
    """The RabbitMQ server; for most tests `broker_url` is what they want.

    A `serial` test may stop or kill it, and start it again.
    """
    serial = request.node.get_closest_marker("serial")
    return servers.stoppable_rabbitmq() if serial else servers.rabbitmq()


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Iterator[Callable[[Postgres], Databases]]:
    """The databases that this process lends to its tests, by server."""
    opened: dict[int, Databases] = {}

    def on(postgres: Postgres) -> Databases:
        new = Databases(postgres, lambda: servers.new_database(postgres))
        return opened.setdefault(postgres.port, new)

    yield on
    for each in opened.values():
        each.drop()


@pytest.fixture
def database_url(postgres: Postgres, databases: Callable[[Postgres], Databases]) -> Iterator[str]:
    """A migrated database of the test's own, for what commits; its URL logs in as a superuser."""
    url = databases(postgres).lend()
    yield url
    databases(postgres).take_back(url)


@pytest.fixture(scope="session")
def shared_database_url(servers: Servers) -> Iterator[str]:
    """The migrated database behind `tx`, one a worker; nobody commits to it."""
    url = servers.new_database()
    yield url
    servers.postgres().drop_database(url)


@pytest.fixture(scope="session")
def shared_database(shared_database_url: str) -> Iterator[Engine]:
    """Connections to it that stay from test to test: what they know of the catalogue is worth keeping."""
    engine = create_engine(shared_database_url, pool_pre_ping=True)
    yield engine
    engine.dispose()


@pytest.fixture
def tx(shared_database: Engine) -> Iterator[Connection]:
    """A transaction on a migrated database, as superuser, rolled back after the test."""
    with shared_database.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def broker_url(rabbitmq: RabbitMQ) -> Iterator[str]:
    """A virtual host of the test's own."""
    url = rabbitmq.create_vhost()
    yield url
    rabbitmq.delete_vhost(url)


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start services as processes: `start_service("escalator", FOLLOWUP_DATABASE_URL=...)`.

    Returns the `Process`; a second one of the same name takes `folder=`. All are killed after the test.
    """
    started: list[Process] = []

    def start(name: str, *arguments: str, folder: Path = tmp_path, **environment: str) -> Process:
        process = service(name, environment, folder, *arguments)
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.kill()
