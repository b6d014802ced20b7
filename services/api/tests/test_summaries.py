"""A summary stands in the inbox for the many that one sweep told of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from .companies import Company
from .conftest import Person, World
from .importing import FOLLOW_UPS, imported
from .pipelines import swept
from .test_absences import planned

HOUR = timedelta(hours=1)
MANY = 6


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def one(company: Company, person: Person) -> dict[str, Any]:
    """The only entry of somebody's inbox."""
    [notification] = company.get(person, "/notifications")["items"]
    found: dict[str, Any] = notification
    return found


def test_it_says_how_many_how_grave_and_why_and_lists_them(company: Company) -> None:
    late = [company.follow_up(company.amir, f"Call {i}", overdue=50 * HOUR) for i in range(MANY)]
    swept(company.world)
    told, own = one(company, company.mia), one(company, company.amir)
    assert (told["kind"], told["message"], told["reason"]) == (
        *("summary", "6 follow-ups were escalated to you"),
        "You manage the assignees.",
    )
    assert (told["severity"], told["sla_breach"], told["number"], told["completed"]) == (
        *("escalated", False),
        *(MANY, 0),
    )
    assert (own["message"], own["reason"]) == (
        "6 of your follow-ups were escalated",
        "You are the assignee.",
    )
    assert company.get(company.mia, "/notifications/unread-count") == {"unread": 1}
    assert told["follow_ups"] == [], "they are a list"
    found = company.get(company.mia, "/notifications", summed_up_by=told["id"], limit=4)
    rest = company.get(
        company.mia, "/notifications", summed_up_by=told["id"], limit=4, cursor=found["next_cursor"]
    )
    listed = [each["follow_up"]["id"] for each in (*found["items"], *rest["items"])]
    assert sorted(listed) == late
    assert company.get(company.amir, "/notifications", summed_up_by=told["id"])["items"] == []


def test_it_names_the_few_that_it_tells_of(company: Company) -> None:
    """Two already are one happening. What has left their sight is named for nobody."""
    deal = company.ask(company.amir, "POST", "/subjects", json={"kind": "client", "name": "Acme"}).json()
    late = [
        company.follow_up(company.amir, f"Call {hours}", overdue=hours * HOUR, subject_id=deal["id"])
        for hours in (50, 52, 51)
    ]
    company.follow_up(company.otto, "One by itself", overdue=50 * HOUR)
    swept(company.world)
    told = one(company, company.mia)
    assert (told["message"], company.get(company.mia, "/notifications/unread-count")) == (
        *("3 follow-ups were escalated to you", {"unread": 1}),
    )
    named = {
        "in_sight": True,
        "status": "open",
        "subject": {"id": deal["id"], "kind": "client", "name": "Acme"},
    }
    assert told["follow_ups"] == [
        {"id": late[number], "title": f"Call {hours}", **named}
        for number, hours in ((1, 52), (2, 51), (0, 50))
    ]
    assert one(company, company.otto)["kind"] == "escalation"
    company.ask(company.ada, "PATCH", f"/follow-ups/{late[1]}", json={"assignee_id": company.otto.id})
    company.ask(company.amir, "POST", f"/follow-ups/{late[2]}/complete")
    handed_on, done, open_ = one(company, company.mia)["follow_ups"]
    assert handed_on == {
        **{"id": late[1], "in_sight": False, "title": "A follow-up that was handed on"},
        **{"status": "open", "subject": None},
    }
    assert [(each["title"], each["status"]) for each in (done, open_)] == [
        ("Call 51", "completed"),
        ("Call 50", "open"),
    ]


def test_it_keeps_up_with_what_becomes_of_them(company: Company) -> None:
    late = [company.follow_up(company.amir, overdue=100 * HOUR) for _ in range(MANY)]
    swept(company.world)
    told = one(company, company.ada)
    assert (told["message"], told["reason"], told["sla_breach"]) == (
        *("6 follow-ups were escalated to you as SLA breaches", "You are an admin."),
        True,
    )
    own = one(company, company.amir)  # whom nobody had told before
    assert (own["message"], own["reason"]) == (
        *("6 of your follow-ups were escalated as SLA breaches", "You are the assignee."),
    )
    company.ask(company.amir, "POST", f"/follow-ups/{late[0]}/complete")
    company.ask(company.ada, "DELETE", f"/follow-ups/{late[1]}")
    told = one(company, company.ada)
    assert (told["number"], told["completed"]) == (MANY - 1, 1)


def test_lists_of_follow_ups_are_narrowed_to_it(company: Company) -> None:
    """Those that are still open, those that are done, and what is done to all of them at once."""
    other = company.follow_up(company.amir, overdue=HOUR)
    late = [company.follow_up(company.amir, overdue=50 * HOUR) for _ in range(MANY)]
    swept(company.world)
    company.ask(company.amir, "POST", f"/follow-ups/{late[0]}/complete")
    by = one(company, company.mia)["id"]

    def listed(person: Person, **query: object) -> list[int]:
        found = company.get(person, "/follow-ups", summed_up_by=by, **query)["items"]
        return sorted(each["id"] for each in found)

    assert listed(company.mia) == late
    assert (listed(company.mia, view="overdue"), listed(company.mia, view="completed")) == (
        late[1:],
        late[:1],
    )
    assert listed(company.amir) == listed(company.ada) == [], "it is a notification of somebody else"
    counts = company.get(company.mia, "/follow-ups/counts", summed_up_by=by)
    assert counts["overdue"] == MANY - 1
    wanted = {"view": "overdue", "summed_up_by": by, "expected": MANY - 1, "as_of": counts["as_of"]}
    done = company.ask(
        company.mia, "POST", "/follow-ups/bulk", json={"action": "complete", "filter": wanted}
    ).json()
    assert sorted(done["done"]) == late[1:]
    assert company.get(company.mia, "/follow-ups", view="overdue")["items"][0]["id"] == other


def test_who_stands_in_reads_each_in_the_inbox(company: Company) -> None:
    """No list of theirs has what is somebody else's."""
    planned(company, company.ada, user_id=company.amir.id, substitute_id=company.otto.id)
    for _ in range(MANY):
        company.follow_up(company.amir, overdue=HOUR)
    swept(company.world)
    told = one(company, company.otto)
    assert (told["reason"], told["in_lists"]) == ("You stand in for somebody who is away.", False)
    assert len(company.get(company.otto, "/notifications", summed_up_by=told["id"])["items"]) == MANY


def test_many_given_to_somebody_at_once_are_one(company: Company) -> None:
    """In bulk; in a file likewise, of which new ones tell nobody that they are theirs."""
    calls = [company.follow_up(company.amir, overdue=-24 * HOUR) for _ in range(MANY)]
    body = {"action": "reassign", "assignee_id": company.otto.id, "ids": calls}
    company.ask(company.ada, "POST", "/follow-ups/bulk", json=body)
    swept(company.world)
    told = one(company, company.otto)
    assert (told["message"], told["reason"], told["severity"], told["in_lists"]) == (
        *("Ada Admin handed you 6 follow-ups", "Ada Admin made you the assignee."),
        *(None, True),
    )
    assert len(company.get(company.otto, "/follow-ups", summed_up_by=told["id"])["items"]) == MANY
    row = "e-{0},Call {0},{1},2030-01-01T09:00:00Z,,,,,,\n"
    for to in (company.amir, company.otto):
        lines = (row.format(number, to.email) for number in range(MANY))
        imported(company, "follow-ups", FOLLOW_UPS + "".join(lines))
        swept(company.world)
    assert company.get(company.amir, "/notifications")["items"] == []
    [last, first] = company.get(company.otto, "/notifications")["items"]
    assert (first["id"], last["number"]) == (told["id"], MANY)
