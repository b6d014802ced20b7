"""The API as a process: settings, start, stop, and the first admin."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import psycopg
import pytest
from followup_api.bootstrap import first_admin
from followup_api.settings import ApiSettings
from followup_common.db import Database
from followup_common.db.database import libpq_url
from sqlalchemy import text

from tests.support.ports import free_port
from tests.support.waiting import eventually


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOLLOWUP_")}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def serving(url: str, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "FOLLOWUP_DATABASE_URL": url,
        "FOLLOWUP_BROKER_URL": "amqp://guest:guest@localhost:1/",
        "FOLLOWUP_PORT": str(port),
        **more,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "followup_api"], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_every_wrong_setting_is_named_without_a_traceback() -> None:
    finished = run(
        "followup_api",
        FOLLOWUP_BROKER_URL="",
        FOLLOWUP_PORT="eighty",
        FOLLOWUP_CRON_SECRET="short",
        FOLLOWUP_PUBLIC_URL="example",
        FOLLOWUP_RABBITMQ_MANAGEMENT_URL="amqp://u:short@x",
    )
    assert finished.returncode == 2
    for expected in (
        "FOLLOWUP_DATABASE_URL is not set",
        "FOLLOWUP_BROKER_URL is",
        "FOLLOWUP_PORT is wrong",
        "FOLLOWUP_CRON_SECRET is wrong",
        "FOLLOWUP_PUBLIC_URL is wrong",
        "FOLLOWUP_RABBITMQ_MANAGEMENT_URL is wrong",
    ):
        assert expected in finished.stderr
    assert "Traceback" not in finished.stderr
    assert "short" not in finished.stderr.replace("shortly", "")


SPOOFED = "203.0.113.9"
KNOWN_PROXY = {"FOLLOWUP_FORWARDED_ALLOW_IPS": "127.0.0.1"}


@pytest.mark.parametrize(
    ("stop", "proxies", "address"),
    [
        (signal.SIGTERM, {}, "127.0.0.1"),
        pytest.param(signal.SIGINT, KNOWN_PROXY, SPOOFED, marks=pytest.mark.long),
    ],
)
def test_it_serves_without_the_broker_believes_known_proxies_only_and_ends_cleanly(
    settings: ApiSettings, stop: signal.Signals, proxies: dict[str, str], address: str
) -> None:
    port, database_url = free_port(), settings.database_url.get_secret_value()
    with serving(database_url, port, **proxies) as process:
        answer = eventually(lambda: httpx.get(f"http://127.0.0.1:{port}/readyz"), what="the API to start")
        assert answer.json()["status"] == "ready"
        assert "RabbitMQ" in answer.json()["checks"]["broker"]
        assert "server" not in answer.headers
        assert sent(port, b"GET / HTTP/1.1\r\nX: " + b"x" * 1_000_000).startswith(b"HTTP/1.1 400")
        assert sent(port, b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 200_000).startswith(b"HTTP/1.1 400")
        body, headers = {"email": "x@example.com", "password": "wrong"}, {"X-Forwarded-For": SPOOFED}
        httpx.post(f"http://127.0.0.1:{port}/api/v1/session", json=body, headers=headers)
        with psycopg.connect(libpq_url(database_url)) as connection:
            assert connection.execute("SELECT address FROM audit_log").fetchall() == [(address,)]
        process.send_signal(stop)
        assert process.wait(timeout=60) == 0


def sent(port: int, data: bytes) -> bytes:
    """What comes back for something that is no whole request."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with suppress(ConnectionError):  # it was refused before all of it was there
            connection.sendall(data)
        return connection.recv(1_000)


def test_the_first_admin_gets_a_token_once(settings: ApiSettings) -> None:
    environment = {"FOLLOWUP_DATABASE_URL": settings.database_url.get_secret_value()}
    arguments = ("followup_api.bootstrap", "--email", "ada@example.com", "--name", "Ada")
    finished = run(*arguments, **environment)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("fu_")
    again = run(*arguments, **environment)
    assert (again.returncode, again.stdout) == (0, "")
    assert "already" in again.stderr


@pytest.mark.long
def test_the_first_admin_has_a_name_and_an_address_as_anybody_else(settings: ApiSettings) -> None:
    environment = {"FOLLOWUP_DATABASE_URL": settings.database_url.get_secret_value()}
    wrong = run("followup_api.bootstrap", "--email", "ada", "--name", "\u200b", **environment)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "--email is not an e-mail address" in wrong.stderr
    assert "--name has nothing to see" in wrong.stderr
    apart = run("followup_api.bootstrap", "--email", "a@example.com", "--name", "Zoe\u0308", **environment)
    assert apart.returncode == 0, apart.stderr
    database = Database(settings.database_url.get_secret_value())
    with database.transaction() as tx:
        assert tx.execute(text("SELECT name FROM users")).scalars().all() == ["Zo\u00eb"]
    database.close()


def test_two_starts_at_once_make_one_admin(settings: ApiSettings) -> None:
    database = Database(settings.database_url.get_secret_value())
    with ThreadPoolExecutor(4) as pool:
        names = [f"ada{number}" for number in range(4)]
        tokens = list(
            pool.map(lambda name: first_admin(database, email=f"{name}@example.com", name=name), names)
        )
    database.close()
    assert len([token for token in tokens if token]) == 1
