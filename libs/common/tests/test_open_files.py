"""The limit of open files is raised by every service as it starts."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.support.processes import Process

FEW = 512
RAISED = "import resource; from followup_common import open_files; print(open_files.raise_limit())"


@pytest.fixture
def hard() -> Iterator[int]:
    """What this process starts may open few files, and may raise that to what this gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_it_is_raised_as_far_as_the_system_allows(hard: int) -> None:
    said = subprocess.run([sys.executable, "-c", RAISED], capture_output=True, text=True, check=True)
    assert int(said.stdout) in (hard, 65_536, 10_240)


def test_where_it_cannot_be_raised_it_stays(hard: int) -> None:
    command = ["sh", "-c", f'ulimit -n {FEW} && exec "$0" -c "$1"', sys.executable, RAISED]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (int(said.stdout), hard >= FEW) == (FEW, True)


@pytest.mark.parametrize("name", ["scheduler", "escalator", "notifier", "api"])
def test_each_service_raises_it(
    name: str, hard: int, start_service: Callable[..., Process], database_url: str, broker_url: str
) -> None:
    process = start_service(name, FOLLOWUP_DATABASE_URL=database_url, FOLLOWUP_BROKER_URL=broker_url)

    def raised() -> bool:
        assert process.pid
        return resource.prlimit(process.pid, resource.RLIMIT_NOFILE) == (hard, hard)

    process.wait_until(raised, what="it has raised its limit")
