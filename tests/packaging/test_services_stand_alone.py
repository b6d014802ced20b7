"""Each service installs and starts without the code of the others, from the lock file, as its image does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.packages import plain_environment, uv
from tests.support.ports import free_port
from tests.support.processes import REPOSITORY

SERVICES = {
    "scheduler": "FOLLOWUP_BROKER_URL",
    "escalator": "FOLLOWUP_BROKER_URL",
    "notifier": "FOLLOWUP_BROKER_URL",
    "dispatcher": "FOLLOWUP_DATABASE_URL",
    "api": "FOLLOWUP_DATABASE_URL",
}
"""The services, each with a setting that it cannot start without."""

UNUSED = {
    "scheduler": {"sqlalchemy", "psycopg", "alembic"},
    "escalator": {"httpx"},
    "notifier": {"alembic", "httpx"},
    "dispatcher": {"alembic", "httpx"},
    "api": {"alembic"},
}
"""What a service never loads, and so does not install; the escalator's image migrates the database."""

IMPORT_ALL = """
import importlib, importlib.util, pkgutil, followup_{service} as service
for module in pkgutil.walk_packages(service.__path__, "followup_{service}."):
    importlib.import_module(module.name)
print([name for name in {absent} if importlib.util.find_spec(name)])
"""

OFTEN = ("api",)
"""The largest; what a service installs seldom changes."""

pytestmark = pytest.mark.integration


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=() if name in OFTEN else pytest.mark.long) for name in SERVICES],
)
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A service and the Python of a clean virtual environment with that service in it."""
    service: str = request.param
    environment = tmp_path_factory.mktemp(service) / "venv"
    ours = ["followup-common", f"followup-{service}"]
    command = [uv(), "sync", "--frozen", "--no-dev", "--no-editable", "--package", ours[1]]
    command += [f"--refresh-package={package}" for package in ours]  # uv keeps builds of older code
    variables = {
        **plain_environment(),
        "UV_PROJECT_ENVIRONMENT": str(environment),
        "UV_PYTHON": sys.executable,
        "FOLLOWUP_BUILD_WITHOUT_PAGE": "1",
    }
    finished = subprocess.run(
        command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return service, environment / "bin" / "python"


def test_it_installs_what_it_uses_and_nothing_else(installed: tuple[str, Path], tmp_path: Path) -> None:
    """Neither what it never loads nor any other service."""
    service, python = installed
    others = {f"followup_{other}" for other in (*SERVICES, "cli") if other != service}
    script = IMPORT_ALL.format(service=service, absent=UNUSED[service] | others)
    finished = run(python, "-c", script, folder=tmp_path)
    assert (finished.returncode, finished.stdout.strip(), finished.stderr) == (0, "[]", "")


def test_its_doctor_examines_what_the_service_has(installed: tuple[str, Path], tmp_path: Path) -> None:
    service, python = installed
    urls = {
        "FOLLOWUP_BROKER_URL": f"amqp://localhost:{free_port()}/",
        "FOLLOWUP_DATABASE_URL": f"postgresql://localhost:{free_port()}/followup",
    }
    finished = run(python, "-m", "followup_common.doctor", folder=tmp_path, **urls)
    assert finished.returncode == 1
    assert "BAD broker" in finished.stdout
    assert "BAD database" in finished.stdout
    assert ("not installed" in finished.stdout) == (service == "scheduler")
    assert finished.stderr == ""


def test_without_settings_it_says_which_is_missing(installed: tuple[str, Path], tmp_path: Path) -> None:
    service, python = installed
    finished = run(python, "-m", f"followup_{service}", folder=tmp_path)
    assert finished.returncode == 2, finished.stderr
    assert f"{SERVICES[service]} is not set" in finished.stderr
    assert "Traceback" not in finished.stderr


def run(python: Path, *arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *arguments],
        cwd=folder,
        env={**plain_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
