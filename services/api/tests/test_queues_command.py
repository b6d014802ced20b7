"""`followup queues`, on a real API."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
import typer
from followup_api.ops.queues.queries import QueueReader
from followup_cli.queues import queues
from typer.testing import Result

from tests.support.ports import free_port

from . import commands
from .companies import Company
from .conftest import World
from .test_dead_letters import REASSIGNED, fail
from .test_queues import publish
from .test_self_audit import wait

app = typer.Typer()
app.command()(queues)


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Company:
    company = Company(world)
    commands.connect(company, monkeypatch)
    return company


def run(*arguments: str) -> Result:
    return commands.run(app, *arguments)


def on_broker(company: Company, url: str) -> None:
    state = company.world.app.state
    state.context = replace(state.context, queues=QueueReader(url))


def rows(shown: str) -> dict[str, list[str]]:
    """The cells of each row by its first."""
    return {cells[0]: cells[1:] for line in shown.splitlines() if (cells := line.split())}


def test_queues_and_outbox_are_shown(company: Company, broker_url: str) -> None:
    on_broker(company, broker_url)
    publish(broker_url, 2)
    wait(company, "1 minute", created_at="now() - interval '3 minutes'")
    fail(company)
    shown = run().stdout
    found = rows(shown)
    assert found["notifier"] == ["2", "-", "0", "-", "-"]
    assert found["notifier.XQ"] == ["0", "-", "0", "-", "-"]
    assert found["escalator"] == ["-"] * 5
    assert found["x"][0] == "1"
    assert found["x"][1].startswith("0:03:0")
    assert found[REASSIGNED] == ["0", "1"]
    assert shown.count("There is no such queue") == 1
    assert shown.count("FOLLOWUP_RABBITMQ_MANAGEMENT_URL") == 1
    answer = json.loads(run("--json").stdout)
    assert (answer["queues"]["source"], answer["outbox"]["failed"]) == ("amqp", 1)


def test_without_rabbitmq_what_is_missing_is_said(company: Company) -> None:
    assert "there are no queues" in run().stdout
    on_broker(company, f"amqp://127.0.0.1:{free_port()}/")
    shown = run().stdout
    assert "RabbitMQ does not answer" in shown
    assert rows(shown)["all"] == ["0", "0"]


def test_watching_goes_on_while_the_api_is_away_and_ends_with_ctrl_c(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its admin is demoted and promoted again between the looks, and then somebody presses Ctrl-C."""
    turns = iter(["employee", "admin"])

    def pass_time(_: float) -> None:
        turn = next(turns, None)
        if turn is None:
            raise KeyboardInterrupt
        company.world.execute("UPDATE users SET role = :role WHERE id = :id", role=turn, id=company.ada.id)

    monkeypatch.setattr(time, "sleep", pass_time)
    seen: list[dict[str, Any]] = [json.loads(line) for line in run("--watch", "--json").stdout.splitlines()]
    assert ["problem" in look for look in seen] == [False, True, False]
