"""The inbox: what it says, why, and marking it as read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from .companies import Company
from .conftest import Person, World
from .pipelines import swept

HOUR = timedelta(hours=1)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def one(company: Company, person: Person) -> dict[str, Any]:
    """The only notification that somebody has."""
    [notification] = company.get(person, "/notifications")["items"]
    found: dict[str, Any] = notification
    return found


@pytest.fixture
def two_days_late(company: Company) -> int:
    subject = company.ask(company.amir, "POST", "/subjects", json={"kind": "client", "name": "Acme"}).json()[
        "id"
    ]
    late = company.follow_up(company.amir, "Call Acme", overdue=51 * HOUR, subject_id=subject)
    swept(company.world)
    return late


def test_a_notification_says_what_is_late_and_why_it_is_you(company: Company, two_days_late: int) -> None:
    told = one(company, company.mia)
    assert told["message"] == "Call Acme is 2 days 3 h overdue"
    assert (told["kind"], told["label"], told["sla_breach"], told["read_at"]) == (
        "escalation",
        "manager",
        False,
        None,
    )
    assert told["follow_up"]["id"] == two_days_late
    assert told["follow_up"]["subject"]["name"] == "Acme"
    assert (
        told["why"].items()
        >= {
            "policy": "standard",
            "policy_version": 1,
            "step": 2,
            "label": "manager",
            "hours_overdue": 51.0,
            "audience": "manager",
            "fallback": None,
            "text": "You manage Amir Patel.",
        }.items()
    )
    assert one(company, company.amir)["why"]["text"] == "You are the assignee."
    assert company.get(company.dana, "/notifications")["items"] == []


def test_a_notification_knows_whose_follow_up_it_was(company: Company, two_days_late: int) -> None:
    company.ask(company.dana, "PATCH", f"/follow-ups/{two_days_late}", json={"assignee_id": company.dana.id})
    assert one(company, company.mia)["why"]["text"] == "You manage Amir Patel."
    history = company.get(company.dana, f"/follow-ups/{two_days_late}/activities")["items"]
    assert "Told Mia Middle (manager of Amir Patel) and Amir Patel that it is 2 days 3 h overdue" in [
        entry["summary"] for entry in history
    ]


@pytest.mark.parametrize(
    ("inactive", "told", "text", "history"),
    [
        (
            ["mia"],
            "dana",
            "You are the next active above Amir Patel, whose manager is missing or inactive.",
            "Told Dana Reyes (next active above Amir Patel, whose manager is missing or inactive)",
        ),
        (
            ["mia", "dana", "ada"],
            "eva",
            "Nobody active stands above Amir Patel, so the admins are told.",
            "Told Eva Extra (admin, as nobody active stands above Amir Patel)",
        ),
    ],
)
def test_a_fallback_is_explained(
    company: Company, inactive: list[str], told: str, text: str, history: str
) -> None:
    people = {**vars(company), "eva": company.world.person("Eva Extra", "admin")}
    for name in inactive:
        company.world.execute("UPDATE users SET active = false WHERE id = :id", id=people[name].id)
    late = company.follow_up(company.amir, overdue=50 * HOUR)
    swept(company.world)
    assert one(company, people[told])["why"]["text"] == text
    [entry] = company.get(people["eva"], f"/follow-ups/{late}/activities")["items"]
    assert entry["summary"].startswith(history)


def test_an_sla_breach_is_said_to_the_admins(company: Company) -> None:
    late = company.follow_up(company.amir, "Call", overdue=96 * HOUR)
    swept(company.world)
    told = one(company, company.ada)
    assert (told["label"], told["sla_breach"], told["message"]) == ("admin", True, "Call is 4 days overdue")
    assert told["why"]["text"] == "You are an admin: this step tells all admins."
    [entry] = company.get(company.ada, f"/follow-ups/{late}/activities")["items"]
    assert entry["summary"] == "Told Ada Admin (admin) that it is 4 days overdue, an SLA breach"
    assert entry["escalation"].items() >= {"step": 3, "label": "admin", "sla_breach": True}.items()
    [recipient] = entry["escalation"]["recipients"]
    assert recipient["user"] == {"id": company.ada.id, "name": "Ada Admin"}
    assert entry["actor"] is None


def test_a_new_assignee_learns_who_handed_it_over(company: Company) -> None:
    follow_up_id = company.follow_up(company.amir, "Call", overdue=-HOUR)
    company.ask(company.dana, "PATCH", f"/follow-ups/{follow_up_id}", json={"assignee_id": company.mia.id})
    swept(company.world)
    told = one(company, company.mia)
    assert (told["kind"], told["label"], told["why"]["step"]) == ("assignment", None, 0)
    assert told["message"] == "Dana Reyes handed you Call"
    assert told["why"]["text"] == "Dana Reyes made you the assignee."


def test_the_inbox_comes_newest_first_in_pages(company: Company) -> None:
    ids = company.tell(company.amir, 5)
    page = company.get(company.amir, "/notifications", limit=3)
    company.tell(company.amir, 1)  # what arrives in between does not shift the rest
    rest = company.get(company.amir, "/notifications", limit=3, cursor=page["next_cursor"])
    assert [entry["id"] for entry in page["items"] + rest["items"]] == ids[::-1]


def test_reading_one_is_counted_once(company: Company) -> None:
    ids = company.tell(company.amir, 3)
    assert company.get(company.amir, "/notifications/unread-count") == {"unread": 3}
    for _ in range(2):
        assert company.ask(company.amir, "POST", f"/notifications/{ids[1]}/read").status_code == 204
    assert company.get(company.amir, "/notifications/unread-count") == {"unread": 2}
    unread = company.get(company.amir, "/notifications", unread=True)["items"]
    read = company.get(company.amir, "/notifications", unread=False)["items"]
    assert [entry["id"] for entry in unread] == [ids[2], ids[0]]
    assert [entry["id"] for entry in read] == [ids[1]]
    assert read[0]["read_at"] is not None


def test_reading_all_leaves_what_came_later(company: Company) -> None:
    ids = company.tell(company.amir, 4)
    company.tell(company.dana, 2)
    read = company.ask(company.amir, "POST", "/notifications/read-all", json={"up_to": ids[2]})
    assert read.json() == {"read": 3}
    assert company.get(company.amir, "/notifications/unread-count") == {"unread": 1}
    assert company.ask(company.amir, "POST", "/notifications/read-all").json() == {"read": 1}
    assert company.ask(company.amir, "POST", "/notifications/read-all").json() == {"read": 0}
    assert company.get(company.dana, "/notifications/unread-count") == {"unread": 2}


def test_nobody_reads_another_ones_inbox(company: Company) -> None:
    ids = company.tell(company.amir, 1)
    for person in (company.ada, company.dana):
        assert company.ask(person, "POST", f"/notifications/{ids[0]}/read").status_code == 404
        assert company.get(person, "/notifications")["items"] == []
    assert company.get(company.amir, "/notifications/unread-count") == {"unread": 1}


def test_without_a_running_server_there_is_no_stream(company: Company) -> None:
    assert company.ask(company.amir, "GET", "/notifications/stream").status_code == 503
