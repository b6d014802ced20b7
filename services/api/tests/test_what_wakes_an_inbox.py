"""Every change that alters what somebody's inbox shows wakes it, and what escalates wakes nobody twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from followup_common.db.database import libpq_url

from .companies import Company
from .conftest import World
from .importing import send

FOLLOW_UPS = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_url,"
    "notes,status\n"
)
USERS = "email,name,role,manager_email,time_zone,active\n"
LATER = "2031-01-01T00:00:00Z"


class Channel:
    """Everything that inboxes are told, from now on."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def woken(self) -> set[str]:
        """Whom the changes up to now have woken: ids of people, or `*`; a mark of one's own ends the wait."""
        self._connection.execute("SELECT pg_notify('followup_inbox', 'end')")
        found: set[str] = set()
        for notification in self._connection.notifies(timeout=60):
            if notification.payload == "end":
                return found
            found |= set(notification.payload.split(","))
        raise AssertionError("PostgreSQL did not pass on a notification within a minute")


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


@pytest.fixture
def channel(company: Company) -> Iterator[Channel]:
    with psycopg.connect(libpq_url(company.world.database_url), autocommit=True) as connection:
        connection.execute("LISTEN followup_inbox")
        yield Channel(connection)


@pytest.fixture
def call(company: Company) -> int:
    """An escalated follow-up of Amir's about Acme, of which he and Mia were told."""
    body = {"kind": "client", "external_id": "C-1", "name": "Acme"}
    subject = company.ask(company.ada, "POST", "/subjects", json=body).json()["id"]
    call = company.follow_up(company.amir, external_id="deal-1", subject_id=subject)
    tell(company, call)
    return call


def tell(company: Company, follow_up_id: int) -> None:
    for person in (company.amir, company.mia):
        company.world.execute(
            "INSERT INTO notifications (user_id, follow_up_id, run, step, policy_version_id, due_at, "
            "audience) VALUES (:user, :follow_up, 1, 2, 1, now(), 'manager')",
            user=person.id,
            follow_up=follow_up_id,
        )


Change = Callable[[Company, int], Any]


def patch(**body: Any) -> Change:
    return lambda company, call: company.ask(company.dana, "PATCH", f"/follow-ups/{call}", json=body)


def post(path: str) -> Change:
    return lambda company, call: company.ask(company.dana, "POST", f"/follow-ups/{call}/{path}")


def bulk(**body: Any) -> Change:
    return lambda company, call: company.ask(
        company.dana, "POST", "/follow-ups/bulk", json={"ids": [call], **body}
    )


def imported(title: str, subject: str, status: str = "") -> Change:
    line = f"deal-1,{title},amir.patel@example.com,{LATER},client,C-1,{subject},,,{status}\n"
    return lambda company, _: send(company, "follow-ups", FOLLOW_UPS + line)


def reassigned(company: Company, call: int) -> Any:
    return patch(assignee_id=company.dana.id)(company, call)


def bulk_reassigned(company: Company, call: int) -> Any:
    return bulk(action="reassign", assignee_id=company.dana.id)(company, call)


def deleted(company: Company, call: int) -> Any:
    return company.ask(company.ada, "DELETE", f"/follow-ups/{call}")


CHANGES: dict[str, Change] = {
    "renamed": patch(title="Call Acme at once"),
    "about somebody else": patch(subject={"kind": "lead", "name": "Globex"}),
    "about nobody": patch(subject=None),
    "reassigned": reassigned,
    "completed": post("complete"),
    "deleted": deleted,
    "completed in bulk": bulk(action="complete"),
    "reassigned in bulk": bulk_reassigned,
    "renamed by an import": imported("Call Acme at once", "Acme"),
    "completed by an import": imported("Call back", "Acme", "completed"),
    "subject renamed by an import": imported("Call back", "Acme Corporation"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_follow_up_wakes_those_who_were_told_of_it(
    company: Company, channel: Channel, call: int, change: str
) -> None:
    channel.woken()
    answer = CHANGES[change](company, call)
    assert answer.is_success, answer.text
    assert channel.woken() == {str(company.amir.id), str(company.mia.id)}


@pytest.mark.parametrize("path", ["reopen", "undo"])
def test_reopening_and_undoing_wake_them_too(
    company: Company, channel: Channel, call: int, path: str
) -> None:
    company.ask(company.dana, "POST", f"/follow-ups/{call}/complete")
    channel.woken()
    assert company.ask(company.dana, "POST", f"/follow-ups/{call}/{path}").is_success
    assert channel.woken() == {str(company.amir.id), str(company.mia.id)}


@pytest.mark.parametrize("change", ["completed", "deleted", "reassigned in bulk"])
def test_taking_it_back_wakes_them_too(company: Company, channel: Channel, call: int, change: str) -> None:
    CHANGES[change](company, call)
    channel.woken()
    back = "restore" if change == "deleted" else "undo"
    answer = company.ask(company.dana, "POST", f"/follow-ups/{call}/{back}")
    assert answer.is_success, answer.text
    assert channel.woken() == {str(company.amir.id), str(company.mia.id)}


@pytest.mark.parametrize(
    "body", [{"name": "Mia"}, {"role": "employee"}, {"manager_id": None}, {"active": False}]
)
def test_what_changes_a_person_wakes_everyone(
    company: Company, channel: Channel, body: dict[str, Any]
) -> None:
    """A name is in many inboxes, and a role or a manager decides what a whole line sees."""
    assert company.ask(company.ada, "PATCH", f"/users/{company.mia.id}", json=body).is_success
    assert channel.woken() == {"*"}


def test_an_import_of_people_wakes_everyone_once_it_changes_somebody(
    company: Company, channel: Channel
) -> None:
    line = "mia.middle@example.com,Mia Middle,{role},dana.reyes@example.com,UTC,true\n"
    send(company, "users", USERS + line.format(role="manager"))
    assert channel.woken() == set()
    send(company, "users", USERS + line.format(role="employee"))
    assert channel.woken() == {"*"}


def test_what_no_inbox_shows_wakes_nobody(company: Company, channel: Channel, call: int) -> None:
    for change in (patch(notes="Ask for Ms Okafor"), patch(due_at=LATER), patch(title="Call back")):
        assert change(company, call).is_success
    company.create(company.amir)
    company.ask(company.ada, "PATCH", f"/users/{company.mia.id}", json={"time_zone": "Europe/Berlin"})
    company.world.execute("UPDATE escalation_states SET step = 1, wake_at = now()")  # as the escalator
    assert channel.woken() == set()


def test_a_long_list_of_people_wakes_everyone(company: Company, channel: Channel, call: int) -> None:
    company.world.execute(
        "INSERT INTO notifications (user_id, follow_up_id, run, step, policy_version_id, due_at, "
        "audience) SELECT 1000000 + i, :call, 1, 3, 1, now(), 'admins' FROM generate_series(1, 1000) i",
        call=call,
    )
    patch(title="Call Acme at once")(company, call)
    assert channel.woken() == {"*"}


def test_notifications_that_are_pruned_wake_those_who_had_them(
    company: Company, channel: Channel, call: int
) -> None:
    company.world.execute("DELETE FROM notifications WHERE user_id = :mia", mia=company.mia.id)
    assert channel.woken() == {str(company.mia.id)}
