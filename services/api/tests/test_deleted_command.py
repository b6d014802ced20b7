"""`followup deleted`, on a real API."""

from __future__ import annotations

import json

import pytest
from followup_cli.deleted import app
from followup_cli.output import Failure
from typer.testing import Result

from . import commands
from .companies import Company
from .conftest import World


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose API the command reaches without a network."""
    company = Company(world)
    commands.connect(company, monkeypatch)
    return company


def run(*arguments: str, status: int = 0) -> Result:
    return commands.run(app, *arguments, status=status)


def deleted(company: Company, title: str) -> int:
    follow_up = company.follow_up(company.amir, title)
    assert company.ask(company.dana, "DELETE", f"/follow-ups/{follow_up}").status_code == 204
    return follow_up


def test_they_are_listed_for_people_and_for_programs(company: Company) -> None:
    assert "Nothing was deleted" in run("list").output
    first, second, third = (
        deleted(company, title) for title in ("Call Acme", "Call [b]Initech", "Call Hooli")
    )
    shown = run("list").stdout
    assert all(said in shown for said in ("Call Acme", "Call [b]Initech", "Dana Reyes", "Amir Patel"))
    lines = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [line["id"] for line in lines] == [third, second, first]
    limited = [json.loads(line) for line in run("list", "--json", "--limit", "1").stdout.splitlines()]
    assert [line["id"] for line in limited] == [third]


def test_one_is_restored_once(company: Company) -> None:
    follow_up = deleted(company, "Call Acme")
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    said = run("restore", str(follow_up)).output
    assert "Restored “Call Acme”." in said
    assert "Amir Patel is inactive: reassign it." in said
    assert company.get(company.ada, f"/follow-ups/{follow_up}")["title"] == "Call Acme"
    failed = run("restore", str(follow_up), status=1).exception
    assert isinstance(failed, Failure)
    assert "no deleted follow-up" in failed.message
