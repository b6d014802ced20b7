"""What CI runs: everything on given servers, and what needs servers once more on servers in containers."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.containers import engine_answers
from tests.support.processes import REPOSITORY

JOBS: dict[str, dict[str, Any]] = yaml.safe_load((REPOSITORY / ".github/workflows/ci.yml").read_text())[
    "jobs"
]


def commands(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def test_a_job_takes_servers_in_containers_and_nothing_else() -> None:
    job = JOBS["containers"]
    assert job["env"] == {"FOLLOWUP_TEST_SERVERS": "containers"}
    assert "services" not in job
    assert "make test-integration" in commands("containers")


def test_the_other_takes_what_it_is_given() -> None:
    assert {"FOLLOWUP_TEST_DATABASE_URL", "FOLLOWUP_TEST_BROKER_URL"} <= JOBS["test"]["env"].keys()
    assert ".ci/run" in commands("test")


def test_anyone_who_asks_for_containers_gets_no_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_TEST_SERVERS", "containers")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(RuntimeError, match="no engine answers"):
        engine_answers.__wrapped__()
    monkeypatch.setenv("FOLLOWUP_TEST_SERVERS", "local")
    assert engine_answers.__wrapped__() is False
