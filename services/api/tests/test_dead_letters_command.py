"""`followup dead-letters`, on a real API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from followup_cli.dead_letters import app
from followup_cli.output import Failure
from typer.testing import Result

from . import commands
from .companies import Company
from .conftest import World
from .test_dead_letters import REASSIGNED, fail, ids, junk, row_of


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose API the command reaches without a network."""
    company = Company(world)
    commands.connect(company, monkeypatch)
    return company


def run(*arguments: str, status: int = 0) -> Result:
    return commands.run(app, *arguments, status=status)


def lines(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("list", "--json", *arguments).stdout.splitlines()]


def test_they_are_listed_for_people_and_for_programs(company: Company) -> None:
    assert "no dead letters" in run("list").output
    first, second = fail(company, "ValueError: [no]"), junk(company)
    shown = run("list").stdout
    assert first in shown
    assert "ValueError: [no]" in shown
    assert [entry["id"] for entry in lines()] == [second, first]
    assert [entry["id"] for entry in lines("--type", REASSIGNED)] == [first]
    assert [entry["id"] for entry in lines("--search", "[no]")] == [first]
    assert [entry["id"] for entry in lines("--limit", "1")] == [second]
    assert json.loads(run("show", first).stdout)["replayable"] is True


def test_one_is_replayed_or_discarded(company: Company) -> None:
    first, second = fail(company), junk(company)
    assert "sent again" in run("replay", first).output
    assert [str(envelope.id) for envelope in company.world.publisher.published] == [first]
    assert "cannot be replayed" in str(run("replay", second, status=1).exception)
    run("discard", second, "--note", "a port scan")
    assert row_of(company, second).note == "a port scan"
    assert ids(company) == []
    assert isinstance(run("show", first, status=1).exception, Failure)


def test_many_are_replayed_or_discarded_by_type(company: Company) -> None:
    for _ in range(3):
        fail(company)
    junk(company)
    assert "1 replayed, 2 left." in run("replay", "--type", REASSIGNED, "--limit", "1").stdout
    every = ("discard", "--type", REASSIGNED, "--note", "x")
    newer, older = (entry["last_failed_at"] for entry in lines("--type", REASSIGNED))
    assert "1 discarded, 1 left." in run(*every, "--up-to", older).stdout
    assert "1 discarded, 0 left." in run(*every, "--up-to", newer).stdout
    assert len(ids(company)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay",),
        ("replay", "0198c7a2-4e5b-7c31-9f00-3d2a6b1c8e47", "--type", "x"),
        ("replay", "../users"),
        ("discard", "--type", "x"),
        ("discard", "--type", "x", "--note", "x"),
        ("discard", "0198c7a2-4e5b-7c31-9f00-3d2a6b1c8e47", "--up-to", "2026-03-31T09:00:00Z", "--note", "x"),
    ],
)
def test_what_is_meant_has_to_be_said(company: Company, arguments: tuple[str, ...]) -> None:
    run(*arguments, status=2)
