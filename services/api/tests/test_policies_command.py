"""`followup policies`: a file against what is in force, on a real API."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from followup_api.policies import service
from followup_cli.output import Failure
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


def run(tmp_path: Path, command: str, text: str, *options: str, status: int = 0) -> Result:
    file = tmp_path / "policies.yaml"
    file.write_text(text, encoding="utf-8")
    return commands.run(app, command, str(file), *options, status=status)


def names(company: Company) -> list[str]:
    return [policy["name"] for policy in listed(company)]


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


@pytest.mark.parametrize(
    ("was", "wrong", "field", "says"),
    [
        ("[manager]", "[boss]", "steps[1].audience[0]", "expected assignee"),
        ("PT8H", "PT9000H", "steps[1].working", "use at most 1 year"),
        ("[VIP, key account]", "['VIP, key account']", "conditions.all[0]", "make two tags of it"),
        ("[assignee]", "[user(999999)]", "steps[0].audience[0]", "does not exist"),
    ],
)
def test_a_plan_names_what_the_api_would_refuse(
    company: Company, tmp_path: Path, was: str, wrong: str, field: str, says: str
) -> None:
    text = KEY_ACCOUNTS.replace(was, wrong)
    for command in ("plan", "apply"):
        failed = run(tmp_path, command, text, status=1).exception
        assert isinstance(failed, Failure)
        [message] = [each["message"] for each in failed.errors if each["field"] == f"policies[0].{field}"]
        assert says in message
    assert [policy["name"] for policy in listed(company)] == ["standard"]


def test_the_list_shows_versions_conditions_and_drafts(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", KEY_ACCOUNTS)
    company.policy(name="Calls")
    shown = commands.run(app, "list").stdout
    today = company.world.execute("SELECT current_date")[0][0].isoformat()
    lines = [" ".join(line.split()) for line in shown.splitlines() if line.strip()]
    assert lines[-3:] == [
        "Key accounts 1 1 condition 2",
        f"Calls not published 1 condition 1 {today}",
        "standard 1 everything else 3",
    ]
    read = [json.loads(line) for line in commands.run(app, "list", "--json").stdout.splitlines()]
    assert read == listed(company)


@pytest.mark.parametrize("text", ["policies: &all\n  - *all\n", "policies: " + "[" * 1_200])
def test_a_file_without_an_end_is_refused(company: Company, tmp_path: Path, text: str) -> None:
    assert "holds itself, or is too deep" in str(run(tmp_path, "plan", text, status=1).exception)


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


STEPS = "[{after: PT0S, audience: [assignee], label: overdue, severity: overdue}]"


def for_kind(kind: str) -> str:
    conditions = f"{{all: [{{field: kind, is: any_of, value: [{kind}]}}]}}"
    return f"  - {{name: {kind}, conditions: {conditions}, steps: {STEPS}}}\n"


def in_order(*kinds: str) -> str:
    return "policies:\n" + "".join(map(for_kind, kinds))


def test_policies_are_tried_in_the_order_of_the_file(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", in_order("call", "visit", "meeting"))
    assert names(company) == ["call", "visit", "meeting", "standard"]
    shown = run(tmp_path, "plan", in_order("meeting", "call"), status=2).stdout.splitlines()
    assert shown == [
        "Order policies",
        "  order: call, visit, meeting, standard -> meeting, visit, call, standard",
    ]
    run(tmp_path, "apply", in_order("meeting", "call"))
    assert names(company) == ["meeting", "visit", "call", "standard"]
    run(tmp_path, "apply", in_order("e-mail", "meeting", "task", "call"))
    assert names(company) == ["e-mail", "meeting", "visit", "task", "call", "standard"]
    for kinds in (("e-mail", "meeting", "task", "call"), ("visit",), ("e-mail", "call")):
        assert "No differences" in run(tmp_path, "plan", in_order(*kinds)).stdout


def test_the_one_for_everything_stays_the_last(company: Company, tmp_path: Path) -> None:
    standard = f"  - {{name: standard, steps: {STEPS}}}\n"
    failed = run(tmp_path, "plan", "policies:\n" + standard + for_kind("call"), status=1).exception
    assert isinstance(failed, Failure)
    assert failed.errors == [
        {"field": "policies[0].name", "message": "takes what no other one does: put it last"}
    ]
    run(tmp_path, "apply", in_order("call") + standard)
    assert names(company) == ["call", "standard"]


def test_what_a_file_archives_is_out_of_use(company: Company, tmp_path: Path) -> None:
    run(tmp_path, "apply", in_order("call", "visit"))
    text = in_order("visit") + "  - {name: CALL, archived: true}\n  - {name: never, archived: true}\n"
    assert run(tmp_path, "plan", text, status=2).stdout.splitlines() == ["Archive policy “call”"]
    run(tmp_path, "apply", text)
    assert names(company) == ["visit", "standard"]
    assert "No differences" in run(tmp_path, "plan", text).stdout
    for command in ("plan", "apply"):
        failed = run(tmp_path, command, "policies: [{name: standard, archived: true}]", status=1).exception
        assert isinstance(failed, Failure)
        [error] = failed.errors
        assert error["field"] == "policies[0].archived"
        assert "cannot be archived: change its steps" in error["message"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{name: x, archived: true, calendar: null}", "is archived: leave out what else it says"),
        ("{name: x}", "needs `steps`"),
        (f"{{name: x, calendar: Paris, steps: {STEPS}}}", "“Paris” is no calendar in use"),
    ],
)
def test_what_cannot_be_is_named(company: Company, tmp_path: Path, entry: str, said: str) -> None:
    failed = run(tmp_path, "apply", f"policies: [{entry}]", status=1).exception
    assert isinstance(failed, Failure)
    [error] = failed.errors
    assert said in error["message"]
    assert error["field"].startswith("policies[0]")


def test_a_policy_names_its_calendar(company: Company, tmp_path: Path) -> None:
    berlin = company.calendar(name="Berlin office")
    york = company.calendar(name="New York")
    text = KEY_ACCOUNTS + "    calendar: berlin OFFICE\n"
    run(tmp_path, "apply", text)
    assert listed(company)[0]["current"]["calendar_id"] == berlin["id"]
    assert "No differences" in run(tmp_path, "plan", text).stdout
    other = text.replace("berlin OFFICE", "New York")
    assert "  calendar: Berlin office -> New York" in run(tmp_path, "plan", other, status=2).stdout
    run(tmp_path, "apply", other)
    assert listed(company)[0]["current"]["calendar_id"] == york["id"]
    run(tmp_path, "apply", KEY_ACCOUNTS)
    assert listed(company)[0]["current"]["calendar_id"] is None


def test_what_was_exported_is_no_difference(company: Company, tmp_path: Path) -> None:
    company.calendar(name="Berlin office")
    run(tmp_path, "apply", KEY_ACCOUNTS + "    calendar: Berlin office\n" + for_kind("call"))
    company.policy(name="Only a draft")
    exported = commands.run(app, "export").stdout
    assert "Only a draft" not in exported
    assert "No differences" in run(tmp_path, "plan", exported).stdout
    changed = exported.replace("PT8H", "PT9H")
    assert run(tmp_path, "plan", changed, status=2).stdout.startswith("Publish policy “Key accounts”\n")
    # Into an installation that has none of them, they come as they were.
    run(
        tmp_path,
        "apply",
        "policies:\n  - {name: call, archived: true}\n  - {name: Key accounts, archived: true}\n",
    )
    run(tmp_path, "apply", exported)
    assert "No differences" in run(tmp_path, "plan", exported).stdout


def moved(company: Company) -> list[int]:
    rows = company.world.execute("SELECT payload FROM outbox WHERE type = 'followup.policies.published.v1'")
    return [row.payload["policy_version_id"] for row in rows]


def test_open_follow_ups_move_where_that_is_asked_for(company: Company, tmp_path: Path) -> None:
    for hours in (1, 50):
        company.follow_up(company.amir, kind="call", overdue=timedelta(hours=hours))
    company.follow_up(company.amir)
    text = in_order("call")
    shown = run(tmp_path, "plan", text, "--move-open", status=2).stdout
    assert "  moves 2 of 3 open follow-ups, and tells 1 people 2 times at once" in shown
    assert "moves" not in run(tmp_path, "plan", text, status=2).stdout
    run(tmp_path, "apply", text)
    assert moved(company) == []
    edited = text.replace("PT0S", "PT1H")
    run(tmp_path, "apply", edited, "--move-open", "--expected-told", "1")
    assert moved(company) == [listed(company)[0]["current"]["id"]]


def test_very_many_who_would_be_told_are_asked_for(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_TOLD", 0)
    company.follow_up(company.amir, kind="call")
    text = in_order("call")
    refused = run(tmp_path, "apply", text, "--move-open", status=1)
    assert "would tell 1 people something at once" in str(refused.exception)
    assert "0 of 1 done" in refused.output
    run(tmp_path, "apply", text, "--move-open", "--expected-told", "1")
    assert len(moved(company)) == 1


def test_a_draft_that_is_written_over_is_named(company: Company, tmp_path: Path) -> None:
    company.policy(name="Key accounts")
    shown = run(tmp_path, "plan", KEY_ACCOUNTS, status=2).stdout
    assert shown.startswith("Publish policy “Key accounts”\n")
    assert "  writes over a draft of 20" in shown


def test_a_plan_is_json_for_programs(company: Company, tmp_path: Path) -> None:
    lines = run(tmp_path, "plan", KEY_ACCOUNTS, "--json", status=2).stdout.splitlines()
    assert [json.loads(line)["change"] for line in lines] == ["Add policy “Key accounts”"]
    run(tmp_path, "apply", KEY_ACCOUNTS)
    assert run(tmp_path, "plan", KEY_ACCOUNTS, "--json").stdout == ""
