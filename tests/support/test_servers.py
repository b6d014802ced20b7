"""The test servers themselves: isolated, and able to go away and come back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pika
import psycopg
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.support.databases import Databases, State
from tests.support.postgres import Postgres, libpq_url, role_url
from tests.support.processes import Process
from tests.support.rabbitmq import RabbitMQ
from tests.support.servers import Servers
from tests.support.waiting import eventually


def scalar(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(text(statement))
    finally:
        engine.dispose()


def publish(url: str, queue: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True)
        channel.confirm_delivery()
        channel.basic_publish("", queue, b"kept", pika.BasicProperties(delivery_mode=2), mandatory=True)


def received(url: str, queue: str) -> bytes | None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        body: bytes | None = connection.channel().basic_get(queue, auto_ack=True)[2]
        return body


def test_a_database_is_migrated_and_may_work_under_a_role(database_url: str) -> None:
    assert scalar(database_url, "SELECT count(*) FROM follow_ups") == 0
    assert scalar(role_url(database_url, "followup_notifier"), "SELECT current_user") == "followup_notifier"


def test_two_databases_do_not_see_each_other(database_url: str, servers: Servers, postgres: Postgres) -> None:
    other = servers.new_database()
    engine = create_engine(other)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here ()"))
    engine.dispose()
    assert scalar(database_url, "SELECT to_regclass('only_here')") is None
    postgres.drop_database(other)


LEAVE_ROWS = "INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin') RETURNING id"


@pytest.mark.parametrize(
    ("left", "lent_again"),
    [
        (LEAVE_ROWS, True),
        ("DELETE FROM alembic_version", True),
        ("SELECT nextval('sweeps_id_seq')", True),
        ("ALTER TABLE users DISABLE TRIGGER ALL; ALTER TABLE users ENABLE TRIGGER ALL", True),
        ("CREATE TEMPORARY TABLE lines ()", True),
        ("CREATE TABLE left_behind ()", False),
        ("CREATE SCHEMA left_behind", False),
        ("ALTER TABLE users DISABLE TRIGGER ALL", False),
        ("GRANT DELETE ON audit_log TO followup_api", False),
        ("INSERT INTO users (email, name) SELECT i, i FROM generate_series(1, 30000) i", False),
    ],
)
def test_a_database_is_lent_again_as_it_was_at_first(
    servers: Servers, postgres: Postgres, left: str, lent_again: bool
) -> None:
    databases = Databases(postgres, partial(servers.new_database, postgres))
    first = databases.lend()
    before = state(first)
    engine = create_engine(first)
    open_still = engine.connect()
    open_still.execute(text(left))
    open_still.commit()
    open_still.execute(text("LOCK TABLE users"))
    databases.take_back(first)
    again = databases.lend()
    assert (again == first) == lent_again
    assert state(again) == before
    assert scalar(again, LEAVE_ROWS) == 1
    engine.dispose()
    databases.take_back(again)
    databases.drop()


def state(url: str) -> State:
    with psycopg.connect(libpq_url(url)) as connection:
        return State.of(connection)


@pytest.mark.parametrize("_again", [1, 2])
def test_what_a_transaction_writes_is_gone_in_the_next_test(tx: Connection, _again: int) -> None:
    assert tx.scalar(text("SELECT to_regclass('left_behind')")) is None
    tx.execute(text("CREATE TABLE left_behind ()"))


def test_two_virtual_hosts_do_not_see_each_others_queues(broker_url: str, rabbitmq: RabbitMQ) -> None:
    publish(broker_url, "letters")
    other = rabbitmq.create_vhost()
    with pytest.raises(pika.exceptions.ChannelClosedByBroker):
        received(other, "letters")
    rabbitmq.delete_vhost(other)


@pytest.mark.long
@pytest.mark.serial
def test_rabbitmq_returns_with_its_messages(rabbitmq: RabbitMQ) -> None:
    url = rabbitmq.create_vhost()
    # The polite stop comes first: RabbitMQ with Mnesia writes a new queue's name to disk within two
    # seconds of its confirm, so that one killed at once may come back without the queue.
    for outage in (rabbitmq.stop, rabbitmq.kill):
        publish(url, "letters")
        outage()
        with pytest.raises(pika.exceptions.AMQPConnectionError):
            publish(url, "letters")
        rabbitmq.start()
        assert eventually(partial(received, url, "letters"), 60) == b"kept"  # vhosts come up after the port
    rabbitmq.delete_vhost(url)


@pytest.mark.serial
@pytest.mark.parametrize("outage", [Postgres.stop, Postgres.kill])
def test_postgres_returns_with_what_was_committed(
    servers: Servers, postgres: Postgres, outage: Callable[[Postgres], None]
) -> None:
    url = servers.new_database(postgres)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept ()"))
    engine.dispose()
    outage(postgres)
    with pytest.raises(OperationalError):
        scalar(url, "SELECT 1")
    postgres.start()
    assert scalar(url, "SELECT to_regclass('kept')") == "kept"
    postgres.drop_database(url)


@pytest.mark.integration
def test_a_process_ends_politely_or_by_force(tmp_path: Path) -> None:
    script = "import signal, sys; signal.signal(15, lambda *_: sys.exit(7)); print('up'); signal.pause()"
    process = Process([sys.executable, "-u", "-c", script], tmp_path / "process.log", {})
    process.start()
    process.wait_until(lambda: "up" in process.output)
    assert process.terminate() == 7
    process.start()
    process.wait_until(lambda: process.output.count("up") == 2)
    process.kill()
    assert process.returncode == -9


@pytest.mark.integration
def test_waiting_for_a_dead_process_fails_with_its_log(tmp_path: Path) -> None:
    process = Process([sys.executable, "-c", "print('no settings')"], tmp_path / "process.log", {})
    process.start()
    with pytest.raises(AssertionError, match="no settings"):
        process.wait_until(lambda: False, what="an answer")


def test_eventually_gives_up_at_its_deadline_and_names_the_last_error() -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        eventually(lambda: 1 / 0, timeout=0.1)
