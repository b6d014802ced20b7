"""Wrong settings, one after the other: doctor and service name each within a line; none ends in a stack."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.system import ask
from tests.support.waiting import eventually

SECRET = "secret-of-the-test-8412"
WRONG = {
    "database without a scheme": ("api", "FOLLOWUP_DATABASE_URL", f"user:{SECRET}@localhost/followup"),
    "database of another kind": ("escalator", "FOLLOWUP_DATABASE_URL", f"mysql://u:{SECRET}@localhost/f"),
    "a raw hash in the password": (
        "notifier",
        "FOLLOWUP_DATABASE_URL",
        f"postgresql://u:{SECRET}#@localhost/f",
    ),
    "a port that is none": ("api", "FOLLOWUP_DATABASE_URL", f"postgresql://u:{SECRET}@localhost:99999/f"),
    "broker that speaks http": ("scheduler", "FOLLOWUP_BROKER_URL", f"http://u:{SECRET}@localhost/"),
    "several brokers": ("escalator", "FOLLOWUP_BROKER_URL", f"amqp://u:{SECRET}@a,b/"),
    "a schedule that is none": ("scheduler", "FOLLOWUP_SWEEP_CRON", "every now and then"),
    "no threads": ("notifier", "FOLLOWUP_WORKER_THREADS", "0"),
    "a level that is none": ("escalator", "FOLLOWUP_LOG_LEVEL", "LOUD"),
    "a mail server of another kind": ("dispatcher", "FOLLOWUP_SMTP_URL", f"https://u:{SECRET}@localhost/"),
    "a password in clear": ("dispatcher", "FOLLOWUP_SMTP_URL", f"smtp://u:{SECRET}@mail.example.com"),
    "a limit that is none": ("escalator", "FOLLOWUP_ESCALATIONS_PER_MINUTE", "-1"),
    "a public URL that is none": ("api", "FOLLOWUP_PUBLIC_URL", "followup"),
    "a role that nobody has": ("api", "FOLLOWUP_DELETE_ROLES", "owner"),
}
"""By what is wrong: a service, its setting and the value."""
OFTEN = ("database without a scheme", "a schedule that is none")
"""Of the API and of a worker; each case starts two processes, and the others are seldom red."""
AWAY = {
    "a broker that cannot be found": ("FOLLOWUP_BROKER_URL", f"amqp://u:{SECRET}@nowhere.invalid/", "broker"),
    "a broker that is not there": ("FOLLOWUP_BROKER_URL", f"amqp://u:{SECRET}@127.0.0.1:1/", "broker"),
    "a database that cannot be found": (
        "FOLLOWUP_DATABASE_URL",
        f"postgresql://u:{SECRET}@nowhere.invalid/f",
        "database",
    ),
    "a database that is not there": (
        "FOLLOWUP_DATABASE_URL",
        f"postgresql://u:{SECRET}@127.0.0.1:1/f",
        "database",
    ),
}
"""By what is wrong: a setting, a value that could be one, and the check that finds it out."""
AWAY_OFTEN = ("a broker that is not there",)


def settings(database_url: str, broker_url: str) -> dict[str, str]:
    return {
        "FOLLOWUP_DATABASE_URL": role_url(database_url, "followup_api"),
        "FOLLOWUP_BROKER_URL": broker_url,
    }


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FOLLOWUP_")}
    return subprocess.run(
        command, env={**inherited, **environment}, capture_output=True, text=True, check=False, timeout=120
    )


def doctor(environment: dict[str, str]) -> str:
    finished = run([str(Path(sys.executable).with_name("followup")), "doctor"], environment)
    assert finished.returncode == 1
    return finished.stdout + finished.stderr


@pytest.mark.parametrize(
    ("service", "variable", "value"),
    [
        pytest.param(*case, id=name, marks=() if name in OFTEN else pytest.mark.long)
        for name, case in WRONG.items()
    ],
)
def test_each_is_named_by_service_and_doctor(
    database_url: str, broker_url: str, service: str, variable: str, value: str
) -> None:
    environment = {**settings(database_url, broker_url), variable: value}
    finished = run([sys.executable, "-m", f"followup_{service}"], environment)
    assert finished.returncode == 2
    [line] = finished.stderr.strip().splitlines()
    assert line.startswith(variable)
    said = doctor(environment)
    assert any(line.startswith("BAD") and variable in line for line in said.splitlines())
    for shown in (finished.stdout + finished.stderr, said):
        assert "Traceback" not in shown
        assert SECRET not in shown


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        pytest.param(*case, id=name, marks=() if name in AWAY_OFTEN else pytest.mark.long)
        for name, case in AWAY.items()
    ],
)
def test_what_is_away_is_named_by_readiness_and_doctor(
    database_url: str,
    broker_url: str,
    start_service: Callable[..., Process],
    variable: str,
    value: str,
    check: str,
) -> None:
    environment = {**settings(database_url, broker_url), variable: value}
    process = start_service("api", **environment)

    def said() -> str:
        return str(ask(process, "/readyz").json()["checks"][check])

    eventually(lambda: said().split(". ")[0] not in ("ok", ""), 60, what="readiness says so")
    shown = doctor(environment)
    assert any(line.startswith("BAD") and check in line for line in shown.splitlines())
    assert "Traceback" not in shown
    assert SECRET not in shown + process.output
