"""Each service installs and starts without the code of the others, from the lock file, as its image does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import REPOSITORY

SERVICES = {
    "scheduler": "FOLLOWUP_BROKER_URL",
    "escalator": "FOLLOWUP_BROKER_URL",
    "notifier": "FOLLOWUP_BROKER_URL",
    "api": "FOLLOWUP_DATABASE_URL",
}
"""The services, each with a setting that it cannot start without."""

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module", params=SERVICES)
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
    }
    finished = subprocess.run(
        command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return service, environment / "bin" / "python"


def test_it_imports_and_the_others_are_not_there(installed: tuple[str, Path], tmp_path: Path) -> None:
    service, python = installed
    others = [f"followup_{other}" for other in (*SERVICES, "cli") if other != service]
    script = (
        f"import followup_{service}, followup_common\n"
        "from importlib.util import find_spec\n"
        f"print([name for name in {others} if find_spec(name)])"
    )
    finished = run(python, "-c", script, folder=tmp_path)
    assert (finished.stdout.strip(), finished.stderr) == ("[]", "")


def test_without_settings_it_says_which_is_missing(installed: tuple[str, Path], tmp_path: Path) -> None:
    service, python = installed
    finished = run(python, "-m", f"followup_{service}", folder=tmp_path)
    assert finished.returncode == 2, finished.stderr
    assert f"{SERVICES[service]} is not set" in finished.stderr
    assert "Traceback" not in finished.stderr


def run(python: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *arguments],
        cwd=folder,
        env=plain_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def plain_environment() -> dict[str, str]:
    """Without our settings, and without a way for this environment's packages to leak in."""
    leaks = ("FOLLOWUP_", "PYTHON", "VIRTUAL_ENV", "UV_PROJECT")
    return {key: value for key, value in os.environ.items() if not key.startswith(leaks)}


def uv() -> str:
    """The uv that set this environment up."""
    found = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    assert found, "run `make setup`: uv is missing"
    return found
