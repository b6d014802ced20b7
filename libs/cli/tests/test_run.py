"""`followup run` from start to end: restarts, kills, and what is left behind (nothing)."""

from __future__ import annotations

import shlex
import signal
import socket
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from threading import Thread

import httpx
import psutil  # type: ignore[import-untyped]  # it has no types
import psycopg
import pytest
from followup_cli.local.postgres import EmbeddedPostgres
from followup_common.contracts import SweepRequested
from followup_common.db import Database
from followup_common.messaging import outbox
from sqlalchemy import text

from tests.support.waiting import eventually

from .conftest import ADA, ENDED_WITHIN, STARTED_WITHIN, Run, clean_environment, command, run_in

pytestmark = pytest.mark.integration

SINGLE_SIGN_ON = {
    "FOLLOWUP_PUBLIC_URL": "https://followup.example.com/",
    "FOLLOWUP_OIDC_ISSUER": "https://sso.example.com",
    "FOLLOWUP_OIDC_CLIENT_ID": "followup",
    "FOLLOWUP_OIDC_NAME": "Acme SSO",
    "FOLLOWUP_PASSWORD_LOG_IN": "false",
}


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


def test_it_starts_tells_where_it_is_and_keeps_all_data(empty: Run, home: Path) -> None:
    empty.start()
    assert empty.url in empty.process.output
    [add] = [line for line in empty.process.output.splitlines() if "followup user create" in line]
    token = empty.data / "admin-token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    before = token.read_text()
    password = "correct horse battery"
    pasted = subprocess.run(  # nobody could log in otherwise
        shlex.split(add),
        env=clean_environment(FOLLOWUP_USER_PASSWORD=password),
        cwd=home,
        check=False,
        capture_output=True,
        text=True,
    )
    assert pasted.returncode == 0, pasted.stderr
    assert empty.log_in(ADA, password) == 201
    examined = empty.call("doctor")
    assert (examined.returncode, examined.stderr) == (0, "")
    assert f"{empty.url}: database ok" in examined.stdout
    stop(empty)

    empty.start()
    assert token.read_text() == before
    assert [user["email"] for user in empty.get("/users")["items"]] == [ADA, "admin@localhost"]
    stop(empty, signal.SIGTERM)


def counted(run: Run) -> dict[str, int]:
    """How many follow-ups each list finds, whenever it was asked."""
    return {name: number for name, number in run.get("/follow-ups/counts").items() if name != "as_of"}


ADMIN = "ingrid.solberg@larkfield.example"


def shown_password(run: Run, email: str) -> str | None:
    """What the table of log-ins says last; None where it does not."""
    rows = [line.split() for line in run.process.output.splitlines() if email in line]
    return rows[-1][-1] if rows and len(rows[-1][-1]) == 16 else None


@pytest.mark.long
def test_the_demo_is_added_once_and_beyond_this_machine_its_own_passwords_are_shown_once(home: Path) -> None:
    run = run_in(home, "--demo", "--host", "0.0.0.0")
    try:
        run.start()
        first = counted(run), len(run.get("/users", limit=200)["items"])
        password = shown_password(run, ADMIN)
        assert password
        assert "FOLLOWUP_TRUST_PLAIN_HTTP=true" in run.process.output
        assert run.log_in(ADMIN, "followup-demo") == 401
        assert run.log_in(ADMIN, password) == 201
        stop(run)
        run.start()
        assert (counted(run), len(run.get("/users", limit=200)["items"])) == first
        assert run.log_in(ADMIN, password) == 201
        assert run.process.output.count(password) == 1
        assert "was shown when it was made" in run.process.output
        stop(run)
    finally:
        run.destroy()


@pytest.mark.long
def test_a_published_password_ends_before_others_can_try_it(with_demo: Run) -> None:
    try:
        with_demo.start()
        assert with_demo.log_in(ADMIN, "followup-demo") == 201
        token = with_demo.call("token", "create", "made by who knew the password").stdout.strip()
        stop(with_demo)
        with_demo.process.command.remove("--demo")
        with_demo.process.environment["FOLLOWUP_PUBLIC_URL"] = "https://followup.example.com"
        with_demo.start()
        password = shown_password(with_demo, ADMIN)
        assert password
        assert "in place of the published" in with_demo.process.output
        assert with_demo.log_in(ADMIN, "followup-demo") == 401
        assert with_demo.log_in(ADMIN, password) == 201
        assert with_demo.call("sweep", "--token", token).returncode == 1
        assert with_demo.get("/me")["role"] == "admin"  # the folder has a token that works
        stop(with_demo)
    finally:
        with_demo.destroy()


@pytest.mark.long
def test_what_lies_in_a_used_folder_is_no_obstacle(used: Run) -> None:
    """People, so that there is no place for the demo; a token that is none; a process id of another one."""
    (used.data / "admin-token").write_text("fu_old\n")
    stale = used.data / "postgres" / "postmaster.pid"
    stale.write_text(f"1\n{used.data}/postgres\n1700000000\n5432\n\n\n0 0\nready\n")
    stale.chmod(0o600)
    used.process.command.append("--demo")
    used.start()
    assert "the demo company was not added" in used.process.output
    assert len(used.get("/users")["items"]) == 2
    assert used.get("/me")["role"] == "admin"
    assert len(used.get("/tokens")["items"]) == 1
    stop(used)


@pytest.mark.long
def test_after_a_kill_the_next_start_goes_on_with_all_data(used: Run) -> None:
    postmasters: list[psutil.Process] = []
    for victims in ("nothing", "the command", "the command and PostgreSQL"):
        if victims != "nothing":
            used.process.kill()
            assert postmasters[-1].is_running()
        if victims == "the command and PostgreSQL":
            postmasters[-1].kill()
        used.start()
        assert used.postmaster() not in postmasters
        postmasters.append(used.postmaster())
        assert ADA in [user["email"] for user in used.get("/users")["items"]]
    stop(used)
    assert not any(postmaster.is_running() for postmaster in postmasters)


def test_a_taken_port_is_named_before_anything_is_started(empty: Run) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        finished = command("run", "--data", str(empty.data), "--port", str(port))
    assert finished.returncode == 1
    assert f"Port {port} is taken" in finished.stderr
    assert "--port" in finished.stderr
    assert not (empty.data / "postgres").exists()


@pytest.mark.long
def test_it_ends_under_open_streams_and_hanging_requests(used: Run) -> None:
    used.start()
    statuses: list[object] = []

    def ask() -> None:
        try:
            with used.api() as api:
                statuses.append(api.post("/users", json={"email": "late@example.com", "name": "Late"}))
        except httpx.HTTPError as error:
            statuses.append(error)

    with used.api() as api, api.stream("GET", "/notifications/stream") as stream, used.database() as held:
        assert stream.status_code == 200
        held.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        hanging = Thread(target=ask)
        hanging.start()
        eventually(lambda: waiting_for_a_lock(held) > 0)
        stop(used, cutting_off=True)
        hanging.join(ENDED_WITHIN)
        held.close()
    assert len(statuses) == 1


def waiting_for_a_lock(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    ).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.long
def test_a_killed_server_that_nobody_waited_for_is_no_obstacle(used: Run) -> None:
    """Its number stays taken until its parent, here this test, collects its status."""
    place = (used.data / "postgres", used.data / "postgres.log")
    killed = EmbeddedPostgres(*place, connections=10)
    killed.start()
    used.postmaster().kill()
    eventually(lambda: used.postmaster().status() == psutil.STATUS_ZOMBIE)
    with EmbeddedPostgres(*place, connections=10), used.database() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    killed.stop()


@pytest.mark.long
def test_what_was_not_handled_before_a_kill_is_handled_at_the_next_start(used: Run) -> None:
    with EmbeddedPostgres(used.data / "postgres", used.data / "postgres.log", connections=10) as postgres:
        database = Database(postgres.url())
        with database.transaction() as tx:
            request = text("INSERT INTO sweeps (trigger) VALUES ('manual') RETURNING id")
            sweep = tx.execute(request).scalar_one()
            outbox.store(tx, [SweepRequested(sweep_id=sweep)], source="test")
        database.close()
    used.process.environment["FOLLOWUP_SWEEP_CRON"] = "0 0 1 1 *"
    used.start()
    used.process.wait_until(lambda: used.get(f"/sweeps/{sweep}")["status"] == "completed")


@pytest.mark.long
def test_settings_of_the_services_count(home: Path) -> None:
    """Those of single sign-on too: it says how people log in where passwords are switched off.

    A path too long for a socket, and with spaces, is no obstacle.
    """
    name = f"my data {'x' * 90}"
    run = run_in(home, name=name, **SINGLE_SIGN_ON, FOLLOWUP_CRON_SECRET="a long enough secret")
    try:
        run.start()
        assert "https://followup.example.com/login, with Acme SSO" in run.process.output
        assert "Add yourself, with your e-mail address at Acme SSO:" in run.process.output
        assert "--password" not in run.process.output
        person = ("user", "create", ADA, "--name", "Ada")
        refused = run.call(*person, FOLLOWUP_USER_PASSWORD="correct horse battery")
        assert "people log in with Acme SSO only. Leave it out" in refused.stderr
        added = run.call(*person)
        assert "They log in with Acme SSO, where this has to be their e-mail address." in added.stderr
        headers = {"Authorization": "Bearer a long enough secret"}
        answer = httpx.post(f"{run.url}/api/cron/followups", headers=headers, timeout=STARTED_WITHIN)
        assert answer.status_code == 202
        stop(run)
    finally:
        run.destroy()
