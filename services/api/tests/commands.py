"""The `followup` command on a test's own API, reached without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from followup_cli import client
from structlog.testing import capture_logs
from typer import Typer
from typer.testing import CliRunner, Result

from .companies import Company


def connect(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command's client reach the company's API, as its admin."""

    class Connected(client.Client):
        def __init__(self, url: str, token: str) -> None:
            super().__init__(url, token)
            headers = {"Authorization": f"Bearer {token}"}
            self._http = TestClient(company.world.app, base_url=f"{url}/api/v1", headers=headers)

    def connected(url: str | None, token: str | None, data: Path) -> client.Client:
        return Connected("http://localhost", company.ada.token)

    monkeypatch.setattr(client, "connect", connected)


def run(app: Typer, *arguments: str, status: int = 0) -> Result:
    """Run a command to its end, on a wide screen."""
    runner = CliRunner(env={"COLUMNS": "240", "NO_COLOR": "1", "TERM": "dumb"})
    with capture_logs():  # the API's, which runs in this process
        result = runner.invoke(app, list(arguments))
    assert result.exit_code == status, result.output + str(result.exception)
    return result
