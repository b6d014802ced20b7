"""The services behind the real PgBouncer, which gives each transaction another session of PostgreSQL's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import httpx
import psycopg
import pytest
from followup_api.bootstrap import first_admin
from followup_common.db import Database, Transaction
from followup_common.db.database import libpq_url
from followup_common.db.lost import CommitUnknown
from followup_common.messaging.failures import may_pass
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.support.company import Company
from tests.support.pgbouncer import Pooled
from tests.support.ports import free_port
from tests.support.processes import Process
from tests.support.waiting import eventually

SERVICES = ("api", "escalator", "notifier")
MORE_THAN_PREPARE_AFTER = 12
"""psycopg prepares a statement at its sixth use."""
POOLED = {"FOLLOWUP_PREPARED_STATEMENTS": "false"}


@pytest.fixture
def start(pooled: Pooled, broker_url: str, start_service: Callable[..., Process]) -> Callable[[str], Process]:
    """Start a service behind the pooler."""

    def started(service: str) -> Process:
        environment = {
            **POOLED,
            "FOLLOWUP_DATABASE_URL": pooled.url(service),
            "FOLLOWUP_BROKER_URL": broker_url,
            "FOLLOWUP_DATABASE_POOL_SIZE": "6",  # three times as many as the pooler has
        }
        if service == "api":
            environment["FOLLOWUP_LISTEN_DATABASE_URL"] = pooled.direct()
            environment["FOLLOWUP_PORT"] = str(free_port())
        return start_service(service, **environment)

    return started


def api_of(process: Process, token: str) -> httpx.Client:
    address = f"http://127.0.0.1:{process.environment['FOLLOWUP_PORT']}"

    def ready() -> bool:
        return httpx.get(f"{address}/readyz", timeout=30).status_code == 200

    process.wait_until(ready, 120, what="the API is ready")
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=30)


class Listener:
    """An open inbox."""

    def __init__(self, api: httpx.Client) -> None:
        self.heard: list[str] = []
        self._api = api
        threading.Thread(target=self._listen, daemon=True).start()
        eventually(lambda: self.heard, 90, what="the inbox as it is")

    def _listen(self) -> None:
        path = f"/notifications/stream?person={self._me()}"
        with (
            suppress(httpx.TransportError),  # the API is killed in the end
            self._api.stream("GET", path, timeout=120) as answer,
        ):
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    self.heard.append(line)

    def _me(self) -> int:
        return int(self._api.get("/me").json()["id"])


def escalate(owner: Database, api: httpx.Client, assignee: int, already: int) -> None:
    """A follow-up that is due, a sweep by the API, and everybody is told."""
    due = "2026-01-01T09:00:00Z"
    body = {"title": "Call", "due_at": due, "assignee_id": assignee}
    assert api.post("/follow-ups", json=body).status_code == 201
    assert api.post("/sweeps").status_code == 202

    def told() -> bool:
        with owner.transaction() as tx:
            return Company(tx).count("notifications") > already

    eventually(told, 120, what="somebody was told")


@pytest.mark.long
def test_services_work_behind_it_and_after_it_lost_its_connections(
    pooled: Pooled, start: Callable[[str], Process]
) -> None:
    owner = Database(pooled.database_url)
    through = Database(pooled.url(), prepared_statements=False)
    token = first_admin(through, email="ada@example.com", name="Ada")
    assert token
    with owner.transaction() as tx:
        assignee = Company(tx).person("Eve")
    processes = {service: start(service) for service in SERVICES}
    api = api_of(processes["api"], token)
    listener = Listener(api)

    for _ in range(MORE_THAN_PREPARE_AFTER):
        for path in ("/me", "/follow-ups", "/notifications", "/users", "/escalations/summary"):
            answer = api.get(path)
            assert answer.status_code == 200, answer.text
    before = len(listener.heard)
    escalate(owner, api, assignee, already=0)  # 96 hours overdue: the admin is told
    eventually(lambda: len(listener.heard) > before, 90, what="the inbox hears of it")
    csv = "email,name,role,manager_email,time_zone,active\nx@example.com,X,employee,,UTC,true\n"
    imported = api.post("/imports/users", content=csv, headers={"Content-Type": "text/csv"})
    assert imported.status_code == 200, imported.text

    with psycopg.connect(libpq_url(pooled.database_url), autocommit=True) as admin:
        ended = admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = ANY(%s)",
            [list(pooled.pgbouncer.passwords)],
        ).fetchone()
        assert ended
        assert ended[0] > 0
    eventually(lambda: api.get("/me").status_code == 200, 90, what="the API answers again")
    with owner.transaction() as tx:
        already = Company(tx).count("notifications")
    escalate(owner, api, assignee, already)
    assert all(process.running for process in processes.values())
    through.close()
    owner.close()


def test_each_transaction_brings_its_limits_and_leaves_none_behind(pooled: Pooled) -> None:
    with psycopg.connect(libpq_url(pooled.database_url), autocommit=True) as owner:
        database = sql.Identifier(owner.info.dbname)  # the server of the tests has it off
        owner.execute(sql.SQL("ALTER DATABASE {} SET jit = on").format(database))
    pool = Database(
        pooled.url(),
        prepared_statements=False,
        pool_size=4,
        statement_timeout=timedelta(milliseconds=300),
        lock_timeout=timedelta(milliseconds=100),
        idle_in_transaction=timedelta(seconds=7),
    )
    names = {
        "statement_timeout": "300ms",
        "lock_timeout": "100ms",
        "idle_in_transaction_session_timeout": "7s",
        "TimeZone": "UTC",
        "jit": "off",
    }
    for opened in (pool.transaction, pool.reading):
        with opened() as tx:
            assert {name: tx.execute(text(f"SHOW {name}")).scalar() for name in names} == names
        with pytest.raises(OperationalError, match="statement timeout"), opened() as tx:
            tx.execute(text("SELECT pg_sleep(2)"))
    with psycopg.connect(pooled.url(), autocommit=True, prepare_threshold=None) as another:
        for _ in range(4):
            row = another.execute("SELECT current_setting('statement_timeout'), current_setting('jit')")
            assert row.fetchone() == ("0", "on")
    pool.close()


def test_nothing_is_prepared_there(pooled: Pooled) -> None:
    pool = Database(pooled.url(), prepared_statements=False, pool_size=1)
    for _ in range(MORE_THAN_PREPARE_AFTER):
        with pool.transaction() as tx:
            prepared = tx.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar()
            assert prepared == 0
    pool.close()


BREAK_COMMIT = """
    CREATE SEQUENCE broken;
    CREATE FUNCTION break_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        IF nextval('broken') <= {times} THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
            PERFORM pg_sleep(60);
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER break_commit AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION break_commit()
"""
"""The session of PostgreSQL's ends in the middle of a commit, as in a failover."""


def break_commits(database_url: str, event: str, table: str, times: int) -> None:
    with psycopg.connect(libpq_url(database_url), autocommit=True) as owner:
        owner.execute(BREAK_COMMIT.format(event=event, table=table, times=times))


@pytest.mark.parametrize("statement", ["SELECT 1", None], ids=["statement", "commit"])
def test_the_end_of_a_session_is_a_lost_connection(pooled: Pooled, statement: str | None) -> None:
    pool = Database(pooled.url(), prepared_statements=False, pool_size=1)

    def lose() -> None:
        with pool.transaction() as tx:
            end_session_of(tx, pooled)
            if statement:
                tx.execute(text(statement))

    with pytest.raises(OperationalError) as lost:
        lose()
    assert may_pass(lost.value)
    assert isinstance(lost.value, CommitUnknown) is (statement is None)
    with pool.transaction() as tx:
        assert tx.execute(text("SELECT 1")).scalar() == 1
    pool.close()


def end_session_of(tx: Transaction, pooled: Pooled) -> None:
    """The pooler hears of it before this returns."""
    pid = tx.execute(text("SELECT pg_backend_pid()")).scalar()
    with psycopg.connect(libpq_url(pooled.database_url), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


def test_the_api_says_when_it_is_not_known_whether_a_change_was_made(
    pooled: Pooled, start: Callable[[str], Process]
) -> None:
    through = Database(pooled.url(), prepared_statements=False)
    token = first_admin(through, email="ada@example.com", name="Ada")
    through.close()
    assert token
    break_commits(pooled.database_url, "INSERT", "follow_ups", times=1)
    with api_of(start("api"), token) as api:
        body = {"title": "Call", "due_at": "2030-01-01T09:00:00Z"}
        key = {"Idempotency-Key": "once"}
        lost = api.post("/follow-ups", json=body, headers=key)
        assert lost.status_code == 503, lost.text
        assert "not known whether it was made" in lost.json()["detail"]
        assert lost.headers["Retry-After"]
        assert api.post("/follow-ups", json=body, headers=key).status_code == 201
        assert len(api.get("/follow-ups").json()["items"]) == 1


@pytest.mark.long
def test_no_event_becomes_a_dead_letter_when_sessions_end(
    pooled: Pooled, start: Callable[[str], Process]
) -> None:
    owner = Database(pooled.database_url)
    through = Database(pooled.url(), prepared_statements=False)
    token = first_admin(through, email="ada@example.com", name="Ada")
    through.close()
    assert token
    with owner.transaction() as tx:
        assignee = Company(tx).person("Eve")
    break_commits(pooled.database_url, "UPDATE", "outbox", times=3)
    processes = {service: start(service) for service in SERVICES}
    with api_of(processes["api"], token) as api:
        escalate(owner, api, assignee, already=0)
    with owner.transaction() as tx:
        assert tx.execute(text("SELECT last_value FROM broken")).scalar_one() > 3
        failed = tx.execute(text("SELECT type, error FROM outbox WHERE failed_at IS NOT NULL")).all()
    assert failed == []
    owner.close()
