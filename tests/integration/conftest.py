"""The services of one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.processes import Process
from tests.support.system import System


@pytest.fixture
def system(database_url: str, broker_url: str, start_service: Callable[..., Process]) -> Iterator[System]:
    """No service runs yet: `system.start("escalator", "notifier")`."""
    system = System(database_url, broker_url, start_service)
    yield system
    system.owner.close()
