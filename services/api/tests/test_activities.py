"""The history of a follow-up, as sentences for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from followup_api.followups import why
from followup_api.followups.activity_schemas import ActivityEscalation, ActivityRecipient
from followup_api.followups.schemas import PersonName
from followup_common import wording

from .companies import Company
from .conftest import World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "0 min"),
        (0.5, "30 min"),
        (1, "1 h"),
        (23.9, "23 h"),
        (24, "1 day"),
        (25, "1 day 1 h"),
        (48, "2 days"),
        (51.2, "2 days 3 h"),
        (2400, "100 days"),
    ],
)
def test_lengths_of_time_are_said_as_people_say_them(hours: float, words: str) -> None:
    assert wording.in_words(hours) == words


def test_hours_are_cut_to_a_decimal_and_never_negative() -> None:
    due = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert wording.hours_between(due, due + timedelta(hours=47, minutes=59, seconds=59)) == 47.9
    assert wording.hours_between(due.isoformat(), due + timedelta(hours=48)) == 48.0
    assert wording.hours_between(due, due - timedelta(hours=5)) == 0


def recipient(name: str, audience: str, fallback: str | None = None) -> ActivityRecipient:
    return ActivityRecipient.model_validate(
        {"user": PersonName(id=1, name=name), "audience": audience, "fallback": fallback, "why": ""}
    )


@pytest.mark.parametrize(
    ("recipients", "said"),
    [
        ([recipient("Amir", "assignee")], "Told Amir that it is 2 days overdue"),
        ([recipient("Dana", "manager")], "Told Dana (manager of Amir) that it is 2 days overdue"),
        ([recipient("Ada", "manager(2)")], "Told Ada (2 levels above Amir) that it is 2 days overdue"),
        (
            [recipient("Dana", "assignee", "up_the_line")],
            "Told Dana (next above Amir, who is inactive) that it is 2 days overdue",
        ),
        (
            [recipient("Ada", "admins"), recipient("Bo", "admins"), recipient("Cy", "admins")],
            "Told Ada, Bo and Cy (admins) that it is 2 days overdue",
        ),
        ([], "Told nobody that it is 2 days overdue"),
    ],
)
def test_who_was_told_is_said_with_how_they_were_found(
    recipients: list[ActivityRecipient], said: str
) -> None:
    escalation = ActivityEscalation(
        step=2,
        label="manager",
        hours_overdue=48,
        sla_breach=False,
        policy="standard",
        policy_version=1,
        why="",
        recipients=recipients,
    )
    assert why.announcement(escalation, "Amir") == said


@pytest.mark.parametrize(
    ("audience", "fallback", "words", "sentence"),
    [
        ("assignee", None, "assignee", "You are the assignee."),
        (
            "assignee",
            "up_the_line",
            "next above Amir, who is inactive",
            "You are the next above Amir, who is inactive.",
        ),
        ("manager", None, "manager of Amir", "You manage Amir."),
        ("manager(1)", None, "manager of Amir", "You manage Amir."),
        ("manager(2)", None, "2 levels above Amir", "You are 2 levels above Amir."),
        (
            "manager",
            "up_the_line",
            "next active above Amir, whose manager is missing or inactive",
            "You are the next active above Amir, whose manager is missing or inactive.",
        ),
        ("admins", None, "admin", "You are an admin: this step tells all admins."),
        (
            "manager",
            "admins",
            "admin, as nobody active is above Amir",
            "Nobody active is above Amir, so the admins are told.",
        ),
    ],
)
def test_why_somebody_was_told_is_said_to_others_and_to_them(
    audience: str, fallback: str | None, words: str, sentence: str
) -> None:
    assert why.of_recipient(audience, fallback, "Amir") == words
    assert why.you(audience, fallback, "Amir") == sentence


@pytest.mark.parametrize(
    ("hours", "breach", "sentence"),
    [
        (0, False, "Step 1 (employee) of policy “standard”, version 2, when it was due."),
        (51.2, False, "Step 1 (employee) of policy “standard”, version 2, when it was 2 days 3 h overdue."),
        (
            96,
            True,
            "Step 1 (employee) of policy “standard”, version 2, when it was 4 days overdue: an SLA breach.",
        ),
    ],
)
def test_the_rule_behind_an_escalation_is_a_sentence(hours: float, breach: bool, sentence: str) -> None:
    assert why.of_step(1, "employee", "standard", 2, hours, breach=breach) == sentence


def test_the_history_is_told_in_the_readers_time_zone(company: Company) -> None:
    company.world.execute("UPDATE users SET time_zone = 'Asia/Kolkata' WHERE id = :id", id=company.dana.id)
    body = {"title": "Call", "due_at": "2026-03-02T09:00:00Z", "external_id": "x"}
    created = company.ask(company.amir, "POST", "/follow-ups", json=body).json()
    path = f"/follow-ups/{created['id']}"
    change = {
        "title": "Write",
        "subject": {"kind": "lead", "name": "Acme"},
        "due_at": "2026-03-03T09:00:00Z",
        "assignee_id": company.mia.id,
    }
    company.ask(company.dana, "PATCH", path, json=change)
    company.ask(company.mia, "POST", f"{path}/complete")
    company.ask(company.mia, "POST", f"{path}/reopen")
    told = [entry["summary"] for entry in company.get(company.dana, f"{path}/activities")["items"]]
    assert told[:2] == ["Mia Middle reopened it", "Mia Middle completed it"]
    assert set(told[2:5]) == {
        "Dana Reyes handed it from Amir Patel to Mia Middle",
        "Dana Reyes moved it from 2 Mar 2026, 14:30 to 3 Mar 2026, 14:30",
        "Dana Reyes changed the title and the lead or client",
    }
    assert told[5:] == ["Amir Patel created it, due 2 Mar 2026, 14:30"]


def test_a_kind_of_a_later_version_is_shown_all_the_same(company: Company) -> None:
    follow_up_id = company.follow_up(company.amir)
    company.world.execute(
        "INSERT INTO activities (follow_up_id, kind) VALUES (:id, 'call_transcribed')", id=follow_up_id
    )
    [entry] = company.get(company.amir, f"/follow-ups/{follow_up_id}/activities")["items"]
    assert entry["summary"] == "The system noted: call transcribed"


def test_the_history_comes_newest_first_in_pages(company: Company) -> None:
    follow_up_id = company.follow_up(company.amir)
    path = f"/follow-ups/{follow_up_id}"
    for n in range(5):
        company.ask(company.amir, "PATCH", path, json={"title": f"T{n}"})
    page = company.get(company.amir, f"{path}/activities", limit=3)
    company.ask(company.amir, "POST", f"{path}/complete")
    rest = company.get(company.amir, f"{path}/activities", limit=3, cursor=page["next_cursor"])
    titles = [entry["details"]["changes"]["title"]["to"] for entry in page["items"] + rest["items"]]
    assert titles == ["T4", "T3", "T2", "T1", "T0"]
    assert rest["next_cursor"] is None
