"""An upgrade while everything runs: the release before this one on this schema, and both side by side."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import httpx
import pytest
from followup_api.bootstrap import first_admin

from tests.support.company import Company
from tests.support.processes import Process
from tests.support.releases import previous_release
from tests.support.system import HOUR, System, populate
from tests.support.waiting import eventually

pytestmark = pytest.mark.serial

OVERDUE = {"title": "Call Acme", "due_at": "2020-01-01T09:00:00Z"}


def answers(address: str) -> bool:
    return httpx.get(address).status_code == 200


class Release:
    """The services of one release, each started when it is asked for."""

    def __init__(self, system: System, folder: Path, **settings: str) -> None:
        self.system = system
        self.folder = folder
        self.settings = {"FOLLOWUP_SWEEP_BATCH_SIZE": "50", "FOLLOWUP_WORKER_THREADS": "2", **settings}
        self.running: dict[str, Process] = {}

    def start(self, name: str) -> Process:
        """Start one more of a service."""
        return self.system.start_another(name, folder=self.folder, **self.settings)

    def run_only(self, *names: str) -> None:
        """Let these services run, and end the others politely."""
        started = {name: self.start(name) for name in set(names) - set(self.running)}
        for process in started.values():
            health = f"http://127.0.0.1:{process.environment['FOLLOWUP_HEALTH_PORT']}/readyz"
            process.wait_until(partial(answers, health), 60, what="the service is ready")
        self.running |= started
        for name in set(self.running) - set(names):
            assert self.running.pop(name).terminate(timeout=60) == 0


@pytest.fixture
def old(system: System, tmp_path: Path) -> Release:
    """Python finds its code before this one's."""
    path = previous_release(tmp_path / "previous")
    where = [sys.executable, "-c", "import followup_common; print(followup_common.__file__)"]
    found = subprocess.run(
        where, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith(str(tmp_path / "previous")), "this code would run beside itself"
    return Release(system, tmp_path / "old", PYTHONPATH=path)


@pytest.fixture
def new(system: System, tmp_path: Path) -> Release:
    return Release(system, tmp_path / "new")


def sweep(system: System, assignee: int, number: int) -> None:
    """Let follow-ups come due, and ask for them to be announced."""
    with system.owner.transaction() as tx:
        Company(tx).follow_ups(assignee, number, overdue=HOUR)
    system.request_sweep()


def test_both_releases_work_side_by_side(system: System, old: Release, new: Release) -> None:
    assignee = populate(system, 300)
    old.run_only("escalator", "notifier")  # the old release alone on this schema
    sweep(system, assignee, 300)
    system.eventually_settled()

    new.run_only("notifier")
    old.run_only("escalator")  # its events go to the new release, and the answers come back
    sweep(system, assignee, 300)
    system.eventually_settled()

    old.run_only("notifier")
    new.run_only("escalator")  # and the other way round
    sweep(system, assignee, 300)
    system.eventually_settled()

    for release in (old, new):
        release.run_only("escalator", "notifier")
    sweep(system, assignee, 3_000)
    eventually(lambda: system.notifications() > 1_200, 60, what="the sweep has begun")
    old.run_only()  # the upgrade is done in mid-sweep
    system.eventually_settled()

    assert system.notifications() == 4_200
    assert system.ask("SELECT count(DISTINCT follow_up_id) FROM activities") == 4_200
    assert system.ask("SELECT count(*) FROM activities") == 4_200
    assert system.ask("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL") == 0


def test_both_apis_serve_the_new_schema(system: System, old: Release, new: Release) -> None:
    token = first_admin(system.owner, email="first@example.com", name="First")
    assert token
    apis = [system.client_of(process, token) for process in (old.start("api"), new.start("api"))]
    for ours, theirs in (apis, reversed(apis)):
        created = ours.post("/follow-ups", json=OVERDUE)
        assert created.status_code == 201
        address = f"/follow-ups/{created.json()['id']}"
        assert theirs.patch(address, json={"notes": "Ask for Ms Okafor."}).json()["version"] == 2
        assert theirs.post(f"{address}/complete").status_code == 200
        assert ours.get(address).json()["status"] == "completed"
        history = theirs.get(f"{address}/activities").json()["items"]
        assert history[0]["kind"] == "completed"
