"""How people are told outside the house: their own rules, those of the company, and quiet hours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from followup_common.db.rules import rules_stay
from sqlalchemy import text

from tests.support.waiting import eventually

from .companies import Company
from .conftest import Person, World
from .pipelines import swept
from .test_deliveries import deliveries

MINE = "/me/notification-rules"
ALL = "/organisation/notification-rules"
NIGHT = {"begins": "22:00", "ends": "07:00", "days": [1, 2, 3, 4, 5, 6, 7]}


@pytest.fixture
def company(world: World) -> Company:
    """Mail is set up."""
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)")
    return Company(world)


def put(company: Company, who: Person, path: str, body: Any) -> Any:
    answer = company.ask(who, "PUT", path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(company: Company, who: Person, path: str, body: Any) -> tuple[str, str]:
    """The field and the message of what is refused."""
    answer = company.ask(who, "PUT", path, json=body)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    return error["field"], error["message"]


def modes(rules: Any) -> dict[str, tuple[str, bool]]:
    """By severity, the mode, and whether it is one's own."""
    return {rule["severity"]: (rule["mode"], rule["own"]) for rule in rules["rules"]}


def company_rules(company: Company, **changed: Any) -> Any:
    """The company's, with what is changed by severity."""
    found = company.get(company.ada, ALL)
    rules = [{**rule, **changed.get(rule["severity"], {})} for rule in found["rules"]]
    return {**found, "rules": rules}


def test_without_rules_it_is_as_it_was_and_nobody_is_quiet(company: Company) -> None:
    found = company.get(company.amir, MINE)
    assert modes(found) == {
        "reminder": ("never", False),
        "overdue": ("at_once", False),
        "escalated": ("at_once", False),
        "breach": ("at_once", False),
    }
    assert (found["quiet_hours"], found["breaches_pass"], found["breaches_may_pass"]) == (None, True, True)


def test_ones_own_rules_are_kept_and_what_is_left_out_is_the_companys(company: Company) -> None:
    weekly = {"severity": "reminder", "mode": "weekly", "at": "09:00", "weekday": 1}
    rules = [weekly, {"severity": "overdue", "mode": "never"}]
    body = {"rules": rules, "quiet_hours": NIGHT, "breaches_pass": False}
    saved = put(company, company.amir, MINE, body)
    assert saved == company.get(company.amir, MINE)
    assert modes(saved)["overdue"] == ("never", True)
    assert weekly.items() <= saved["rules"][0].items()
    assert (saved["quiet_hours"], saved["breaches_pass"]) == (NIGHT, False)
    put(company, company.ada, ALL, company_rules(company, escalated={"mode": "never"}))
    assert modes(company.get(company.amir, MINE))["escalated"] == ("never", False)
    assert modes(put(company, company.amir, MINE, {"rules": []}))["overdue"] == ("at_once", False)
    assert modes(company.get(company.mia, MINE))["overdue"] == ("at_once", False)
    [change, *_] = company.get(company.ada, "/ops/audit-log", action="notification-rules.changed")["items"]
    assert (change["target"], change["details"]["changes"]["quiet_hours"]["to"]) == (
        *(f"users/{company.amir.id}", None),
    )


def test_what_is_locked_is_the_same_for_all(company: Company) -> None:
    put(company, company.amir, MINE, {"rules": [{"severity": "breach", "mode": "never"}]})
    put(company, company.ada, ALL, company_rules(company, breach={"locked": True}))
    [shown] = [rule for rule in company.get(company.amir, MINE)["rules"] if rule["severity"] == "breach"]
    assert (shown["mode"], shown["own"], shown["locked"]) == ("at_once", False, True)
    field, message = refused(
        company, company.amir, MINE, {"rules": [{"severity": "breach", "mode": "never"}]}
    )
    assert (field, "leave this rule out" in message) == ("rules.0.mode", True)
    put(company, company.amir, MINE, {"rules": [{"severity": "breach", "mode": "at_once"}]})  # as it is


def test_ones_day_is_as_the_companys_until_one_chooses(company: Company) -> None:
    never = {"mode": "never", "at": None}
    daily = {"mode": "daily", "at": "08:30"}
    assert company.get(company.amir, MINE)["your_day"] == {
        **never,
        "own": False,
        "locked": False,
        "default": never,
    }
    put(company, company.ada, ALL, {**company_rules(company), "your_day": daily})
    assert company.get(company.amir, MINE)["your_day"]["mode"] == "daily"
    without = {name: value for name, value in company_rules(company).items() if name != "your_day"}
    assert put(company, company.ada, ALL, without)["your_day"] == {**daily, "locked": False}
    saved = put(company, company.amir, MINE, {"rules": [], "your_day": {"mode": "never"}})
    assert saved["your_day"] == {**never, "own": True, "locked": False, "default": daily}
    put(company, company.ada, ALL, {**company_rules(company), "your_day": {**daily, "locked": True}})
    assert company.get(company.amir, MINE)["your_day"] == {
        **daily,
        "own": False,
        "locked": True,
        "default": daily,
    }
    put(company, company.amir, MINE, {"rules": [], "your_day": daily})  # as it is
    field, _ = refused(company, company.amir, MINE, {"rules": [], "your_day": {"mode": "never"}})
    assert field == "your_day.mode"


def test_a_choice_that_stays_holds_since_it_was_made(company: Company) -> None:
    daily = {"rules": [], "your_day": {"mode": "daily", "at": "08:30"}}
    since = "SELECT day_since FROM notification_preferences WHERE user_id IS NOT NULL"
    put(company, company.amir, MINE, daily)
    first = company.world.execute(since)
    put(company, company.amir, MINE, {**daily, "quiet_hours": NIGHT})
    assert company.world.execute(since) == first
    put(company, company.amir, MINE, {"rules": [], "your_day": {"mode": "daily", "at": "08:31"}})
    assert company.world.execute(since) != first


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rules": [{"severity": "overdue", "mode": "sometimes"}]}, "rules.0.mode"),
        ({"rules": [{"severity": "grave", "mode": "never"}]}, "rules.0.severity"),
        ({"rules": [{"severity": "overdue", "mode": "never"}] * 2}, "rules.1.severity"),
        ({"rules": [{"severity": "breach", "mode": "never"}]}, "rules.0.mode"),  # of an admin
        ({"rules": [{"severity": "overdue", "mode": "daily"}]}, "rules.0.at"),
        ({"rules": [{"severity": "overdue", "mode": "weekly", "at": "09:00"}]}, "rules.0.weekday"),
        ({"rules": [{"severity": "overdue", "mode": "hourly", "at": "09:00"}]}, "rules.0.at"),
        ({"rules": [{"severity": "overdue", "mode": "daily", "at": "9"}]}, "rules.0.at"),
        ({"rules": [], "your_day": {"mode": "daily"}}, "your_day.at"),
        ({"rules": [], "your_day": {"mode": "never", "at": "09:00"}}, "your_day.at"),
        ({"rules": [], "your_day": {"mode": "hourly"}}, "your_day.mode"),
        ({"rules": [], "quiet_hours": {**NIGHT, "begins": "25:00"}}, "quiet_hours.begins"),
        ({"rules": [], "quiet_hours": {**NIGHT, "days": []}}, "quiet_hours.days"),
        ({"rules": [], "quiet_hours": {**NIGHT, "days": [8]}}, "quiet_hours.days.0"),
        ({"rules": [], "quiet_hours": {**NIGHT, "ends": "22:00"}}, "quiet_hours.ends"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(company: Company, body: Any, field: str) -> None:
    assert refused(company, company.ada, MINE, body)[0] == field


def test_the_company_has_a_rule_for_each_severity(company: Company) -> None:
    body = company_rules(company)
    assert refused(company, company.ada, ALL, {**body, "rules": body["rules"][1:]}) == (
        *("rules", "rules: add one for reminder."),
    )


def test_what_is_held_says_so_and_is_looked_at_again_when_a_rule_changes(company: Company) -> None:
    world = company.world
    world.execute("""
        INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
        SELECT id, 'email', email, true, now() FROM users ON CONFLICT DO NOTHING
    """)
    company.follow_up(company.amir, "Call Acme", overdue=timedelta(hours=1))
    swept(world)
    assert not deliveries(company)[0]["held"]
    held = "UPDATE deliveries SET held_until = '2030-01-01T09:00:00Z', next_at = '2030-01-01T09:00:00Z'"
    for who, path, body in (
        (company.amir, MINE, {"rules": []}),
        (company.ada, ALL, company_rules(company)),
    ):
        world.execute(held)
        [shown] = deliveries(company)
        assert (shown["held"], shown["next_at"]) == (True, "2030-01-01T09:00:00Z")
        put(company, who, path, body)
        assert not deliveries(company)[0]["held"]


def test_what_is_held_in_the_moment_in_which_rules_are_saved_is_looked_at_again(company: Company) -> None:
    """The dispatcher holds by the rules before; who saves waits for it, and then sees what it holds."""
    world = company.world
    world.execute("""
        INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
        SELECT id, 'email', email, true, now() FROM users ON CONFLICT DO NOTHING
    """)
    company.follow_up(company.amir, "Call Acme", overdue=timedelta(hours=1))
    swept(world)
    held = text("UPDATE deliveries SET held_until = '2030-01-01T09:00:00Z', next_at = '2030-01-01T09:00:00Z'")
    waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    for who, path, body in (
        (company.amir, MINE, {"rules": []}),
        (company.ada, ALL, company_rules(company)),
    ):
        with ThreadPoolExecutor(1) as pool, world.engine.begin() as tx:
            assert rules_stay(tx)
            tx.execute(held)
            saving = pool.submit(put, company, who, path, body)
            eventually(lambda: len(world.execute(waiting)) == 1, what="who saves waits")
            tx.commit()
            saving.result()
        assert not deliveries(company)[0]["held"]
