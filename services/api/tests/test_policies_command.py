"""`followup policies`: a file against what is in force, on a real API."""

from __future__ import annotations

from pathlib import Path

import pytest
from followup_cli.policies import app
from typer.testing import Result

from . import commands
from .companies import Company
from .conftest import World
from .test_policies import listed

KEY_ACCOUNTS = """
policies:
  - name: Key accounts
    conditions:
      all:
        - {field: tags, is: has_any, value: [VIP, key account]}
    steps:
      - {after: PT0S, audience: [assignee], label: overdue, severity: overdue}
      - {working: PT8H, audience: [manager], label: manager, severity: escalated}
"""


@pytest.fixture
def company(world: World, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose API the command reaches without a network."""
    company = Company(world)
    commands.connect(company, monkeypatch)
    return company


def run(tmp_path: Path, command: str, text: str, status: int = 0) -> Result:
    file = tmp_path / "policies.yaml"
    file.write_text(text, encoding="utf-8")
    return commands.run(app, command, str(file), status=status)


def test_a_plan_shows_what_is_new_and_changes_nothing(company: Company, tmp_path: Path) -> None:
    shown = run(tmp_path, "plan", KEY_ACCOUNTS, status=2).stdout
    assert "Add policy “Key accounts”" in shown
    assert '"value": ["key account", "vip"]' in shown
    assert [policy["name"] for policy in listed(company)] == ["standard"]


def test_what_was_applied_is_in_force_and_no_difference(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", KEY_ACCOUNTS)
    assert [policy["name"] for policy in listed(company)] == ["Key accounts", "standard"]
    assert listed(company)[0]["current"]["version"] == 1
    for command in ("plan", "apply"):
        assert "No differences" in run(tmp_path, command, KEY_ACCOUNTS).stdout


def test_one_that_differs_is_published_again(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", KEY_ACCOUNTS)
    edited = KEY_ACCOUNTS.replace("PT8H", "PT16H")
    shown = run(tmp_path, "plan", edited, status=2).stdout.splitlines()
    assert shown[0] == "Publish policy “Key accounts”"
    assert len(shown) == 2
    assert "PT8H" in shown[1]
    assert "PT16H" in shown[1]
    run(tmp_path, "apply", edited)
    [policy, _] = listed(company)
    assert (policy["current"]["version"], policy["current"]["steps"][1]["working"]) == (2, "PT16H")


def test_what_the_api_refuses_names_the_place(company: Company, tmp_path: Path) -> None:
    wrong = KEY_ACCOUNTS.replace("[manager]", "[boss]")
    result = run(tmp_path, "apply", wrong, status=1)
    assert "0 of 1 done; then this failed: Add policy “Key accounts”." in result.output
    assert [policy["name"] for policy in listed(company)] == ["standard"]


def test_a_draft_is_discarded_by_the_name_of_its_policy(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", KEY_ACCOUNTS)
    [policy, _] = listed(company)
    content = {name: policy["current"][name] for name in ("conditions", "calendar_id", "steps")}
    body = {"name": "Renamed", **content}
    path = f"/policies/{policy['id']}/draft"
    assert company.ask(company.ada, "PUT", path, json=body).status_code == 200
    said = commands.run(app, "discard", "key accounts").output
    assert "Discarded the draft of policy “Key accounts”." in said
    assert listed(company)[0]["draft"] is None
    assert "has no draft" in commands.run(app, "discard", "Key accounts").output


def test_a_draft_that_cannot_be_discarded_stays(company: Company) -> None:
    company.policy(name="Calls")
    assert "never published" in str(commands.run(app, "discard", "Calls", status=1).exception)
    assert "no policy “Visits”" in str(commands.run(app, "discard", "Visits", status=1).exception)
    assert listed(company)[0]["draft"]
