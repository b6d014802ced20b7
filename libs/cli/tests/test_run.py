"""`followup run` from start to end: restarts, kills, and what is left behind (nothing)."""

from __future__ import annotations

import signal
import socket
import stat
from contextlib import closing
from pathlib import Path
from threading import Thread

import httpx
import psycopg
import pytest
from followup_cli.local.postgres import EmbeddedPostgres
from followup_common.contracts import SweepRequested
from followup_common.db import Database
from followup_common.messaging import outbox
from sqlalchemy import text

from tests.support.waiting import eventually

from .conftest import STARTED_WITHIN, Run, command, run_in

pytestmark = pytest.mark.integration

SINGLE_SIGN_ON = {
    "FOLLOWUP_PUBLIC_URL": "https://followup.example.com/",
    "FOLLOWUP_OIDC_ISSUER": "https://sso.example.com",
    "FOLLOWUP_OIDC_CLIENT_ID": "followup",
    "FOLLOWUP_OIDC_NAME": "Acme SSO",
    "FOLLOWUP_PASSWORD_LOG_IN": "false",
}
ENDED_WITHIN = 60
"""Seconds; it promises 5, where nothing else runs."""


@pytest.fixture
def with_demo(home: Path) -> Run:
    return run_in(home, "--demo")


def stop(run: Run, number: signal.Signals = signal.SIGINT, *, cutting_off: bool = False) -> None:
    """End it with a signal, and make sure that it ended well and left no process behind.

    With `cutting_off` a request hangs, which may complain of the database that was taken from it.
    """
    run.process.signal(number)
    assert run.process.wait(ENDED_WITHIN) == 0, run.process.output
    assert run.processes() == []
    assert cutting_off or "Traceback" not in run.process.output, run.process.output


def add_person(run: Run, email: str = "ada@example.com") -> None:
    finished = run.command("user", "create", email, "--name", "Ada", "--role", "admin")
    assert finished.returncode == 0, finished.stderr


def test_it_starts_tells_where_it_is_and_keeps_all_data(empty: Run) -> None:
    empty.start()
    assert empty.url in empty.process.output
    assert "followup user create" in empty.process.output  # nobody could log in otherwise
    token = empty.data / "admin-token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    before = token.read_text()
    add_person(empty)
    stop(empty)

    empty.start()
    assert token.read_text() == before
    assert [user["email"] for user in empty.get("/users")["items"]] == ["ada@example.com", "admin@localhost"]
    stop(empty, signal.SIGTERM)


def test_the_demo_is_added_once_and_stays(with_demo: Run) -> None:
    try:
        with_demo.start()
        first = with_demo.get("/follow-ups/counts"), len(with_demo.get("/users", limit=200)["items"])
        stop(with_demo)
        with_demo.start()
        assert (
            with_demo.get("/follow-ups/counts"),
            len(with_demo.get("/users", limit=200)["items"]),
        ) == first
        stop(with_demo)
        with_demo.process.command.remove("--demo")
        with_demo.start()
        assert with_demo.get("/follow-ups/counts") == first[0]
    finally:
        with_demo.destroy()


def test_a_folder_with_data_gets_no_demo(empty: Run) -> None:
    empty.start()
    add_person(empty)
    stop(empty)
    empty.process.command.append("--demo")
    empty.start()
    assert "the demo company was not added" in empty.process.output
    assert len(empty.get("/users")["items"]) == 2


def test_a_token_that_no_longer_works_is_replaced(empty: Run) -> None:
    empty.start()
    stop(empty)
    (empty.data / "admin-token").write_text("fu_old\n")
    empty.start()
    assert empty.get("/me")["role"] == "admin"
    assert len(empty.get("/tokens")["items"]) == 1


@pytest.mark.parametrize("victims", ["the command", "the command and PostgreSQL"])
def test_after_a_kill_the_next_start_goes_on_with_all_data(empty: Run, victims: str) -> None:
    empty.start()
    add_person(empty)
    postmaster = empty.postmaster()
    empty.process.kill()
    if victims == "the command":
        assert postmaster.is_running()
    else:
        postmaster.kill()
    empty.start()
    assert empty.postmaster() != postmaster
    assert "ada@example.com" in [user["email"] for user in empty.get("/users")["items"]]
    stop(empty)
    assert not postmaster.is_running()


def test_a_process_id_that_another_process_has_now_is_no_obstacle(empty: Run) -> None:
    empty.start()
    stop(empty)
    stale = empty.data / "postgres" / "postmaster.pid"
    stale.write_text(f"1\n{empty.data}/postgres\n1700000000\n5432\n\n\n0 0\nready\n")
    stale.chmod(0o600)
    empty.start()
    stop(empty)


def test_a_second_start_on_the_same_folder_says_who_uses_it(empty: Run) -> None:
    empty.start()
    second = command("run", "--data", str(empty.data), "--port", "0")
    assert second.returncode == 1
    assert f"in use by process {empty.process.pid}" in second.stderr
    assert empty.url in second.stderr
    assert empty.ready()


def test_a_taken_port_is_named_before_anything_is_started(empty: Run) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        finished = command("run", "--data", str(empty.data), "--port", str(port))
    assert finished.returncode == 1
    assert f"Port {port} is taken" in finished.stderr
    assert "--port" in finished.stderr
    assert not (empty.data / "postgres").exists()


def test_it_ends_under_open_streams_and_hanging_requests(empty: Run) -> None:
    empty.start()
    statuses: list[object] = []

    def ask() -> None:
        try:
            with empty.api() as api:
                statuses.append(api.post("/users", json={"email": "late@example.com", "name": "Late"}))
        except httpx.HTTPError as error:
            statuses.append(error)

    with empty.api() as api, api.stream("GET", "/notifications/stream") as stream, empty.database() as held:
        assert stream.status_code == 200
        held.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        hanging = Thread(target=ask)
        hanging.start()
        eventually(lambda: waiting_for_a_lock(held) > 0)
        stop(empty, cutting_off=True)
        hanging.join(ENDED_WITHIN)
        held.close()
    assert len(statuses) == 1


def waiting_for_a_lock(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    ).fetchone()
    return int(row[0]) if row else 0


def test_what_was_not_handled_before_a_kill_is_handled_at_the_next_start(home: Path) -> None:
    run = run_in(home, FOLLOWUP_SWEEP_CRON="0 0 1 1 *")
    try:
        run.start()
        stop(run)
        with EmbeddedPostgres(run.data / "postgres", run.data / "postgres.log", connections=10) as postgres:
            database = Database(postgres.url())
            with database.transaction() as tx:
                sweep = tx.execute(
                    text("INSERT INTO sweeps (trigger) VALUES ('manual') RETURNING id")
                ).scalar_one()
                outbox.store(tx, [SweepRequested(sweep_id=sweep)], source="test")
            database.close()
        run.start()
        run.process.wait_until(lambda: run.get(f"/sweeps/{sweep}")["status"] == "completed")
    finally:
        run.destroy()


def test_a_path_too_long_for_a_socket_or_with_spaces_is_no_obstacle(home: Path) -> None:
    run = run_in(home, name=f"my data {'x' * 90}")
    try:
        run.start()
        add_person(run)
        stop(run)
    finally:
        run.destroy()


def test_settings_of_the_services_count(home: Path) -> None:
    """Those of single sign-on too: it says how people log in where passwords are switched off."""
    run = run_in(home, **SINGLE_SIGN_ON, FOLLOWUP_CRON_SECRET="a long enough secret")
    try:
        run.start()
        assert "https://followup.example.com/login, with Acme SSO" in run.process.output
        assert "Add yourself, with your e-mail address at Acme SSO:" in run.process.output
        assert "--password" not in run.process.output
        person = ("user", "create", "ada@example.com", "--name", "Ada")
        refused = run.command(*person, "--password", "correct horse battery")
        assert "people log in with Acme SSO only. Leave it out" in refused.stderr
        added = run.command(*person)
        assert "They log in with Acme SSO, where this has to be their e-mail address." in added.stderr
        headers = {"Authorization": "Bearer a long enough secret"}
        answer = httpx.post(f"{run.url}/api/cron/followups", headers=headers, timeout=STARTED_WITHIN)
        assert answer.status_code == 202
    finally:
        run.destroy()
