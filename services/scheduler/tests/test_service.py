"""The scheduler as a process."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.support.processes import Process

STOPPED_WITHIN = 5


@pytest.mark.parametrize("broker", ["there", "away"])
def test_it_ends_within_five_seconds(
    request: pytest.FixtureRequest, start_service: Callable[..., Process], broker: str
) -> None:
    url = request.getfixturevalue("broker_url") if broker == "there" else "amqp://guest:guest@127.0.0.1:1/"
    process = start_service("scheduler", FOLLOWUP_BROKER_URL=url)
    health = f"http://127.0.0.1:{process.environment['FOLLOWUP_HEALTH_PORT']}/healthz"
    process.wait_until(lambda: httpx.get(health).status_code == 200, 120, what="the scheduler is up")
    assert process.terminate(STOPPED_WITHIN) == 0
