"""A backup taken under load, restored and started, is consistent: nothing lost, nothing said twice."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dramatiq
import pytest
from followup_common.contracts import OutboxTick, SweepRequested
from followup_common.db.migrate import upgrade
from sqlalchemy import text

from tests.support.company import Company
from tests.support.pipeline import Pipeline
from tests.support.postgres import Postgres, libpq_url, tools_for

SCRIPTS = Path(__file__).parents[2] / "deploy" / "backup"
LEVELS = {1: timedelta(hours=1), 2: timedelta(hours=50), 3: timedelta(hours=100)}

# What an independent reader asks of the restored database; each must be nothing.
FAULTS = {
    "not at their step": """
        SELECT count(*) FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
        WHERE f.is_open AND s.step <>
            CASE WHEN now() - due_at >= interval '96 h' THEN 3 WHEN now() - due_at >= interval '48 h' THEN 2
            ELSE 1 END""",
    "current step not announced": """
        SELECT count(*) FROM follow_ups f WHERE NOT EXISTS (
            SELECT FROM activities a JOIN escalation_states s USING (follow_up_id, run, step)
            WHERE a.follow_up_id = f.id)""",
    "announced, and nobody told": """
        SELECT count(*) FROM activities a WHERE step IS NOT NULL AND NOT EXISTS (
            SELECT FROM notifications n WHERE (n.follow_up_id, n.step) = (a.follow_up_id, a.step))""",
    "more than one announcement": """
        SELECT count(*) FROM (SELECT FROM activities WHERE step IS NOT NULL
            GROUP BY follow_up_id, run HAVING count(*) > 1) again""",
    "events left": "SELECT count(*) FROM outbox WHERE handled_at IS NULL",
    "sweeps left": "SELECT count(*) FROM sweeps WHERE finished_at IS NULL",
}


def script(name: str, url: str, file: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "FOLLOWUP_DATABASE_URL": libpq_url(url), "PG_BIN": str(tools_for(url))}
    command = ["sh", str(SCRIPTS / name), str(file)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


def add_overdue(company: Company, assignee: int) -> None:
    for overdue in LEVELS.values():
        company.follow_ups(assignee, 20, overdue=overdue)


def back_up_under_load(url: str, file: Path) -> None:
    """People add follow-ups and services announce them, before, while and after the copy is made."""
    pipeline = Pipeline(url, sweep_batch_size=10)
    with pipeline.company() as company:
        admin = company.person("Ada", role="admin")
        assignee = company.person("Eve", manager=company.person("Max", role="manager", manager=admin))
        add_overdue(company, assignee)
        stored_only = SweepRequested(sweep_id=company.new_sweep())
    pipeline.emit(stored_only)  # the API died before it was published
    worker = dramatiq.Worker(pipeline.broker, worker_timeout=50, worker_threads=2)
    worker.start()
    backup = script("backup.sh", url, file)
    while backup.poll() is None:
        with pipeline.company() as company:
            add_overdue(company, assignee)
        pipeline.request_sweep()
    said(backup)
    worker.stop()
    pipeline.close()


def test_a_backup_under_load_is_restored_and_goes_on(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "followup.dump"
    back_up_under_load(database_url, file)
    assert file.stat().st_mode & 0o077 == 0  # log-ins and what people wrote
    assert "followup migrate" in said(script("restore.sh", empty_url, file))
    upgrade(empty_url)

    pipeline = Pipeline(empty_url, redrive_after_seconds=0)  # with a RabbitMQ that knows nothing
    pipeline.make_due()
    pipeline.tick(OutboxTick())
    pipeline.work()
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.owner.transaction() as tx:
        found = {fault: tx.execute(text(count)).scalar() for fault, count in FAULTS.items()}
        announced = tx.execute(text("SELECT count(*) FROM activities")).scalar_one()
    pipeline.close()
    assert found == dict.fromkeys(FAULTS, 0)
    assert announced >= 60


def test_a_backup_replaces_none_and_is_restored_into_an_empty_database_only(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "followup.dump"
    said(script("backup.sh", database_url, file))
    again = script("backup.sh", database_url, file)
    assert "choose another name" in again.communicate(timeout=60)[0]
    assert again.returncode == 1
    onto_itself = script("restore.sh", database_url, file)
    assert "restore into an empty one" in onto_itself.communicate(timeout=60)[0]
    assert onto_itself.returncode == 1
