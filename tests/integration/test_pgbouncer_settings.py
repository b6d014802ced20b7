"""Anyone who needs another setting, or a way past PgBouncer, is told so by name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from followup_api.settings import ApiSettings
from followup_common.db import Database
from followup_common.db.database import PoolerInTheWay
from followup_common.db.migrate import upgrade
from followup_common.doctor.database import examine_database
from followup_common.settings import problems
from structlog.testing import capture_logs

from tests.support.pgbouncer import Pooled, running
from tests.support.postgres import Postgres
from tests.support.processes import REPOSITORY, Process
from tests.support.system import ask
from tests.support.waiting import eventually

IGNORING = pytest.param("options", marks=pytest.mark.long)
"""As an older PgBouncer is configured; one test asks it always: the doctor's."""


def bad(url: str, *, prepared_statements: bool = True, listen_url: str | None = None) -> dict[str, str]:
    found = examine_database(url, prepared_statements=prepared_statements, listen_url=listen_url)
    return {finding.check: finding.fix for finding in found if finding.fix}


def test_the_doctor_proposes_the_settings_whether_it_refuses_or_ignores_options(
    pooled: Pooled, postgres: Postgres, roles: dict[str, str]
) -> None:
    assert "FOLLOWUP_PREPARED_STATEMENTS=false" in bad(pooled.url())["database"]
    with running(postgres, roles, ignored="options") as ignoring:
        ignored = Pooled(pooled.database_url, ignoring)
        assert "FOLLOWUP_PREPARED_STATEMENTS=false" in bad(ignored.url())["pooler"]
    right = bad(pooled.url(), prepared_statements=False, listen_url=pooled.direct())
    assert not {"database", "pooler", "live inboxes"} & set(right)
    assert "pooler" not in bad(pooled.direct())


def test_the_doctor_names_a_way_on_which_no_notification_comes(pooled: Pooled) -> None:
    found = bad(pooled.url(), prepared_statements=False, listen_url=pooled.url())
    assert "PostgreSQL's own address" in found["live inboxes"]


@pytest.mark.parametrize("ignored", ["", IGNORING])
def test_migrations_ask_for_the_direct_way(
    database_url: str, postgres: Postgres, roles: dict[str, str], ignored: str
) -> None:
    with running(postgres, roles, ignored) as pgbouncer:
        url = Pooled(database_url, pgbouncer).url()
        with pytest.raises(PoolerInTheWay):
            upgrade(url)
        finished = subprocess.run(
            [sys.executable, "-m", "followup_common.db.migrate", "upgrade"],
            env={**os.environ, "FOLLOWUP_DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert finished.returncode == 1
    assert "PostgreSQL's own address" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("service", [pytest.param("api", marks=pytest.mark.long), "escalator"])
def test_a_service_without_the_settings_for_it_says_which(
    pooled: Pooled, broker_url: str, start_service: Callable[..., Process], service: str
) -> None:
    started = start_service(
        service, FOLLOWUP_DATABASE_URL=pooled.url(service), FOLLOWUP_BROKER_URL=broker_url
    )

    def said() -> str:
        return str(ask(started, "/readyz").json()["checks"]["database"])

    eventually(lambda: "FOLLOWUP_PREPARED_STATEMENTS=false" in said(), 90, what="it names the setting")


def test_the_first_admin_is_not_waited_for_in_vain(pooled: Pooled) -> None:
    finished = run(
        [sys.executable, "-m", "followup_api.bootstrap", "--email", "a@example.com", "--name", "A"],
        pooled.url(),
    )
    assert finished.returncode == 1
    assert "FOLLOWUP_PREPARED_STATEMENTS=false" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("ignored", ["", IGNORING])
@pytest.mark.parametrize(
    "command",
    [
        ["sh", str(REPOSITORY / "deploy/backup/backup.sh"), "/nowhere/at/all"],
        ["sh", str(REPOSITORY / "deploy/backup/restore.sh"), str(REPOSITORY / "README.md")],
        [str(Path(sys.executable).with_name("followup")), "prune", "--days", "30"],
        [str(Path(sys.executable).with_name("followup")), "migrate"],
    ],
    ids=["backup", "restore", "prune", "migrate"],
)
def test_what_needs_a_session_of_its_own_asks_for_the_direct_way(
    database_url: str, postgres: Postgres, roles: dict[str, str], ignored: str, command: list[str]
) -> None:
    with running(postgres, roles, ignored) as pgbouncer:
        finished = run(command, Pooled(database_url, pgbouncer).url())
    said = " ".join((finished.stdout + finished.stderr).split())
    assert finished.returncode == 1
    assert "PostgreSQL's own address" in said
    assert "Traceback" not in said


def test_time_limits_that_a_pooler_ignores_are_told(
    database_url: str, postgres: Postgres, roles: dict[str, str]
) -> None:
    with running(postgres, roles, ignored="options") as pgbouncer, capture_logs() as logs:
        pool = Database(Pooled(database_url, pgbouncer).url(), pool_size=1)
        with pool.transaction():
            pass
        pool.close()
        direct = Database(database_url, pool_size=1)
        with direct.transaction():
            pass
        direct.close()
    [told] = [line for line in logs if line["event"] == "time_limits_ignored"]
    assert "FOLLOWUP_PREPARED_STATEMENTS=false" in told["fix"]


def run(command: list[str], url: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FOLLOWUP_DATABASE_URL": url, "COLUMNS": "300"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_live_inboxes_need_a_way_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://pooler/followup")
    monkeypatch.setenv("FOLLOWUP_PREPARED_STATEMENTS", "false")
    [(variable, said, _)] = problems(ApiSettings)
    assert variable == "FOLLOWUP_LISTEN_DATABASE_URL"
    assert "PostgreSQL's own address" in said
    monkeypatch.setenv("FOLLOWUP_LISTEN_DATABASE_URL", "postgresql://postgres/followup")
    assert problems(ApiSettings) == []
