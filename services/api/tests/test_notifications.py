"""The inbox: what it says, why, and marking it as read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.company import Company as Database
from tests.support.policies import STEP, give, open_for, publish

from .companies import Company
from .conftest import Person, World
from .importing import FOLLOW_UPS, imported
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


def test_a_notification_says_how_late_it_was_by_the_calendar_that_applies(
    company: Company, two_days_late: int
) -> None:
    assert one(company, company.mia)["why"]["working_overdue"] is None
    night_and_day = [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "00:00", "closes": "00:00"}]
    calendar = company.calendar(name="House", time_zone="UTC", hours=night_and_day)["id"]
    company.ask(company.ada, "PATCH", f"/users/{company.mia.id}", json={"calendar_id": calendar})
    expected = {"calendar": "House", "days": 2, "hours": 3.0}
    # Amir has none of his own: that of his manager counts, until when they were told.
    for person in (company.amir, company.mia):
        assert one(company, person)["why"]["working_overdue"] == expected
    company.ask(company.ada, "PATCH", f"/follow-ups/{two_days_late}", json={"assignee_id": company.otto.id})
    assert one(company, company.amir)["why"]["working_overdue"] is None  # out of sight


def test_a_notification_knows_whose_follow_up_it_was(company: Company, two_days_late: int) -> None:
    company.ask(company.dana, "PATCH", f"/follow-ups/{two_days_late}", json={"assignee_id": company.mia.id})
    assert one(company, company.mia)["why"]["text"] == "You manage Amir Patel."
    history = company.get(company.dana, f"/follow-ups/{two_days_late}/activities")["items"]
    assert "Told Mia Middle (manager of Amir Patel) and Amir Patel that it is 2 days 3 h overdue" in [
        entry["summary"] for entry in history
    ]


HANDED_ON = "A follow-up you were told about was handed on"
SECRETS = ("Acme", "Zoe", "Otto", "Amir", "Secret")


def test_what_has_left_somebodys_sight_shows_nothing_but_that_it_was_handed_on(
    company: Company, two_days_late: int
) -> None:
    """Reassigned to another team and renamed there: old recipients see neither the title nor whose it is."""
    body = {"assignee_id": company.otto.id, "title": "Secret", "subject": {"kind": "lead", "name": "Secret"}}
    company.ask(company.ada, "PATCH", f"/follow-ups/{two_days_late}", json=body)
    for person in (company.amir, company.mia):
        told = one(company, person)
        assert told["message"] == HANDED_ON
        assert told["follow_up"] == {
            "id": two_days_late,
            "in_sight": False,
            "title": "A follow-up that was handed on",
            "status": "open",
            "subject": None,
        }
        assert (told["label"], told["sla_breach"], told["kind"]) == (None, False, "escalation")
        assert (told["why"]["label"], told["why"]["hours_overdue"], told["why"]["fallback"]) == (
            None,
            0,
            None,
        )
        assert not any(secret in str(told) for secret in SECRETS)
        assert company.ask(person, "GET", f"/follow-ups/{two_days_late}").status_code == 404
    assert company.get(company.mia, "/notifications", unread=True)["items"] == [one(company, company.mia)]
    assert company.get(company.mia, "/notifications/unread-count") == {"unread": 1}


def test_what_comes_back_into_sight_is_shown_again(company: Company, two_days_late: int) -> None:
    for assignee in (company.otto, company.amir):
        company.ask(company.ada, "PATCH", f"/follow-ups/{two_days_late}", json={"assignee_id": assignee.id})
    assert one(company, company.mia)["message"] == "Call Acme is 2 days 3 h overdue"


def test_an_assignment_that_was_handed_on_names_nobody(company: Company) -> None:
    call = company.create(company.ada, assignee_id=company.amir.id)["id"]
    company.world.execute(
        "INSERT INTO notifications (user_id, follow_up_id, run, step, policy_version_id, due_at, "
        "audience, actor_id) VALUES (:amir, :call, 1, 0, 1, now(), 'assignee', :dana)",
        amir=company.amir.id,
        call=call,
        dana=company.dana.id,
    )
    assert one(company, company.amir)["message"] == "Dana Reyes handed you Call Acme"
    company.ask(company.ada, "PATCH", f"/follow-ups/{call}", json={"assignee_id": company.otto.id})
    told = one(company, company.amir)
    assert (told["kind"], told["message"]) == ("assignment", HANDED_ON)
    assert "Dana" not in str(told)


def test_sight_that_a_person_lost_hides_as_well(company: Company, two_days_late: int) -> None:
    """Nothing was reassigned: Amir's manager is another, and who was an admin is none."""
    eva = company.world.person("Eva Extra", "admin")
    company.world.execute(
        "INSERT INTO notifications (user_id, follow_up_id, run, step, policy_version_id, due_at, "
        "audience) VALUES (:eva, :call, 1, 3, 1, now(), 'admins')",
        eva=eva.id,
        call=two_days_late,
    )
    assert one(company, eva)["message"] != HANDED_ON
    company.world.execute("UPDATE users SET role = 'manager' WHERE id = :id", id=eva.id)
    company.world.execute("UPDATE users SET manager_id = NULL WHERE id = :id", id=company.amir.id)
    assert one(company, eva)["message"] == one(company, company.mia)["message"] == HANDED_ON


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
            "Nobody active is above Amir Patel, so the admins are told.",
            "Told Eva Extra (admin, as nobody active is above Amir Patel)",
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
    recipient = entry["escalation"]["recipients"][0]
    assert history.endswith(f"({recipient['why']})")
    rule = "Step 2 (manager) of policy “standard”, version 1, when it was 2 days 2 h overdue."
    assert entry["escalation"]["why"] == rule


def test_an_sla_breach_is_said_to_the_admins_and_first_of_all_to_the_assignee(company: Company) -> None:
    late = company.follow_up(company.amir, "Call", overdue=96 * HOUR)
    swept(company.world)
    told = one(company, company.ada)
    assert (told["label"], told["sla_breach"], told["message"]) == ("admin", True, "Call is 4 days overdue")
    assert told["why"]["text"] == "You are an admin: this step tells all admins."
    own = one(company, company.amir)
    assert (own["label"], own["sla_breach"], own["message"]) == ("admin", True, "Call is 4 days overdue")
    first = "You are the assignee, and this is the first that anybody is told of it."
    assert own["why"]["text"] == first
    [entry] = company.get(company.ada, f"/follow-ups/{late}/activities")["items"]
    said = "Told Ada Admin (admin) and Amir Patel that it is 4 days overdue, an SLA breach"
    assert entry["summary"] == said
    assert entry["escalation"].items() >= {"step": 3, "label": "admin", "sla_breach": True}.items()
    recipient = entry["escalation"]["recipients"][0]
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


@pytest.mark.parametrize("way", ["form", "bulk", "import"])
def test_handed_to_another_team_late_its_manager_is_told_too_and_the_history_says_so(
    company: Company, way: str
) -> None:
    late = company.follow_up(company.amir, "Call Acme", overdue=51 * HOUR, external_id="deal-1")
    [(due_at,)] = company.world.execute("SELECT due_at FROM follow_ups")
    lead = company.world.person("Max Other")
    company.world.execute(f"UPDATE users SET manager_id = {lead.id} WHERE id = {company.otto.id}")
    swept(company.world)
    to_otto = {"assignee_id": company.otto.id}
    if way == "form":
        company.ask(company.ada, "PATCH", f"/follow-ups/{late}", json=to_otto)
    elif way == "bulk":
        body = {"ids": [late], "action": "reassign", **to_otto}
        company.ask(company.ada, "POST", "/follow-ups/bulk", json=body)
    else:
        line = f"deal-1,Call Acme,otto.other@example.com,{due_at.isoformat()},,,,,,\n"
        assert imported(company, "follow-ups", FOLLOW_UPS + line) == (0, 1, 0)
    swept(company.world)
    message = one(company, company.otto)["message"]
    assert message == "Ada Admin handed you Call Acme, which is 2 days 3 h overdue"
    told = one(company, lead)
    assert told["message"] == "Call Acme is 2 days 3 h overdue"
    assert told["why"]["text"] == "You manage Otto Other."
    entry, *_ = company.get(lead, f"/follow-ups/{late}/activities")["items"]
    assert entry["summary"] == (
        "Told Max Other (manager of Otto Other) that it is 2 days 3 h overdue, after it was handed on"
    )
    assert (entry["kind"], entry["escalation"]["step"]) == ("assignment_announced", 2)


def test_who_is_handed_a_breach_reads_that_it_is_one(company: Company) -> None:
    late = company.follow_up(company.amir, "Call Acme", overdue=100 * HOUR)
    swept(company.world)
    company.ask(company.ada, "PATCH", f"/follow-ups/{late}", json={"assignee_id": company.otto.id})
    swept(company.world)
    told = one(company, company.otto)
    assert told["message"] == "Ada Admin handed you Call Acme, which is 4 days 4 h overdue, an SLA breach"
    assert (told["kind"], told["label"], told["sla_breach"]) == ("assignment", None, True)


def test_who_is_handed_one_that_counts_in_working_time_reads_what_it_has_reached(company: Company) -> None:
    """By the hours of a calendar it is not long overdue: the step that was recorded says so."""
    with company.world.engine.begin() as tx:
        database = Database(tx)
        give(database, None, open_for(database, office=(-HOUR, 99 * HOUR)))
        breach = STEP | {"after": None, "working": "PT20H", "severity": "breach"}
        publish(database, STEP, breach)
    late = company.follow_up(company.amir, "Call Acme", overdue=100 * HOUR)
    swept(company.world)
    company.ask(company.ada, "PATCH", f"/follow-ups/{late}", json={"assignee_id": company.otto.id})
    swept(company.world)
    told = one(company, company.otto)
    assert told["message"] == "Ada Admin handed you Call Acme, which is 4 days 4 h overdue"
    assert told["sla_breach"] is False


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


def test_who_is_named_by_a_policy_reads_what_they_are_told_of_and_changes_nothing(company: Company) -> None:
    """Otto is nobody's manager, and on nobody's line."""
    named = [f"user({company.otto.id})"]
    steps = [{"after": "PT0S", "audience": named, "label": "named", "severity": "overdue"}]
    policy = company.policy(steps=steps)
    published = company.ask(company.ada, "POST", f"/policies/{policy['id']}/publish", json={})
    assert published.status_code == 200, published.text
    call = company.follow_up(company.amir, "Call Acme", kind="call")
    assert company.ask(company.otto, "GET", f"/follow-ups/{call}").status_code == 404
    swept(company.world)
    told = one(company, company.otto)
    assert (told["follow_up"]["title"], told["follow_up"]["in_sight"]) == ("Call Acme", True)
    assert company.get(company.otto, f"/follow-ups/{call}")["title"] == "Call Acme"
    assert company.get(company.otto, f"/follow-ups/{call}/activities")["items"]
    changed = company.ask(company.otto, "PATCH", f"/follow-ups/{call}", json={"title": "Mine"})
    assert changed.status_code == 404
    assert company.titles(company.otto, "/follow-ups") == []
