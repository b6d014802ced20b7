"""Links in mails: to look at one does nothing, to press its button acts once, as the one who got the mail."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from followup_api.auth.secrets import digest
from httpx import Response
from structlog.testing import capture_logs

from .companies import Company
from .conftest import Person, World
from .pipelines import swept

HOUR = timedelta(hours=1)
ACTS = ("complete", "snooze", "acknowledge")
MADE = """
    INSERT INTO action_links
        (token_hash, act, delivery_id, user_id, follow_up_id, run, assignee_id, expires_at)
    SELECT :hash, :act, :delivery, :user, s.follow_up_id, s.run, s.assignee_id, now() + interval '7 days'
    FROM escalation_states s WHERE s.follow_up_id = :follow_up
"""
PLANNED = """
    INSERT INTO deliveries (id, notification_id, user_id, follow_up_id, destination_id, channel)
    VALUES (:id, :number, :user, :follow_up, 1, 'email')
"""
KEPT = (
    "follow_ups",
    "escalation_states",
    "holds",
    "activities",
    "notifications",
    "action_links",
    "audit_log",
)


class Mailbox:
    """Links as mails to people have them.

    Args:
        company: whose follow-ups they are about.
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        self.world = company.world
        self._number = 0

    def link(self, person: Person, follow_up: int, act: str) -> str:
        """Make a link; returns what it carries."""
        token, delivery = secrets.token_urlsafe(32), uuid4()
        self._number += 1
        keys = {"user": person.id, "follow_up": follow_up}
        self.world.execute(PLANNED, id=delivery, number=self._number, **keys)
        self.world.execute(MADE, hash=digest(token), act=act, delivery=delivery, **keys)
        return token

    def client(self, address: str = "198.51.100.7") -> TestClient:
        """Somebody who has not logged in."""
        client = TestClient(self.world.app, base_url="http://localhost:8000", client=(address, 4711))
        client.portal = self.world.portal
        return client

    def look(self, token: str) -> Response:
        answer: Response = self.client().get(f"/a/{token}")
        return answer

    def press(self, token: str, address: str = "198.51.100.7", **given: str) -> Response:
        answer: Response = self.client(address).post(f"/a/{token}", data=given)
        return answer

    def audit(self) -> list[tuple[str, str | None, dict[str, Any]]]:
        """What the audit log has of links: action, target and details."""
        rows = self.world.execute(
            "SELECT action, target, details FROM audit_log WHERE action LIKE 'action-link%' ORDER BY id"
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def mailbox(company: Company) -> Mailbox:
    return Mailbox(company)


@pytest.fixture
def call(company: Company) -> int:
    """A follow-up of Amir's of which he was told."""
    number = company.follow_up(company.amir, "Call <Acme>", overdue=HOUR)
    swept(company.world)
    return number


def everything(world: World) -> list[list[Any]]:
    return [world.execute(f"SELECT * FROM {table} ORDER BY 1, 2") for table in KEPT]


def state(mailbox: Mailbox, call: int) -> dict[str, Any]:
    found: dict[str, Any] = mailbox.company.get(mailbox.company.ada, f"/follow-ups/{call}")
    return found


def test_a_scanner_that_follows_every_link_changes_nothing(mailbox: Mailbox, call: int) -> None:
    company = mailbox.company
    tokens = [mailbox.link(who, call, act) for who in (company.amir, company.mia) for act in ACTS]
    before = everything(mailbox.world)
    for token in tokens:
        for client in (mailbox.client(), mailbox.world.client(company.ada)):
            answer = client.get(f"/a/{token}")
            assert answer.status_code == 200, answer.text
            client.head(f"/a/{token}")
    assert everything(mailbox.world) == before
    assert mailbox.world.execute("SELECT * FROM log_in_failures") == []


def test_a_page_says_as_whom_it_acts_what_it_will_do_and_that_nothing_is_done(
    mailbox: Mailbox, call: int
) -> None:
    answer = mailbox.look(mailbox.link(mailbox.company.mia, call, "complete"))
    assert "Complete “Call &lt;Acme&gt;”?" in answer.text
    assert "You act as Mia Middle. Nothing has been done yet." in answer.text
    assert "<script" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get_list("Referrer-Policy") == ["no-referrer"]
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_press_completes_once_as_its_person(mailbox: Mailbox, call: int) -> None:
    amir = mailbox.company.amir
    token = mailbox.link(amir, call, "complete")
    done = mailbox.press(token, note="They sign on Monday.")
    assert (done.status_code, "Call &lt;Acme&gt;” is completed" in done.text) == (200, True)
    history = mailbox.company.get(amir, f"/follow-ups/{call}/activities")["items"]
    assert history[0]["summary"] == "Amir Patel completed it: “They sign on Monday.”"
    again = mailbox.press(token)
    assert (again.status_code, "You have used this link already" in again.text) == (410, True)
    assert mailbox.company.activities(call).count("completed") == 1
    used, refused = mailbox.audit()
    assert used == ("action-link.used", f"follow-ups/{call}", {"act": "complete"})
    assert refused == ("action-link.refused", f"follow-ups/{call}", {"act": "complete", "reason": "used"})
    undone = mailbox.company.ask(amir, "POST", f"/follow-ups/{call}/undo")
    assert (undone.status_code, undone.json()["status"]) == (200, "open")


def test_many_presses_at_a_time_act_once(mailbox: Mailbox, call: int) -> None:
    """Each from another address: those of one wait for each other anyway."""
    token = mailbox.link(mailbox.company.amir, call, "snooze")

    def press(number: int) -> Response:
        return mailbox.press(token, f"203.0.113.{number}", preset="tomorrow")

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(press, range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
    assert mailbox.company.activities(call).count("snoozed") == 1


def test_a_press_snoozes_until_a_time_that_the_page_offers(mailbox: Mailbox, call: int) -> None:
    company = mailbox.company
    token = mailbox.link(company.amir, call, "snooze")
    assert '<option value="in_3_working_days"' in mailbox.look(token).text
    assert "is snoozed" in mailbox.press(token, preset="in_3_working_days").text
    presets = {
        each["preset"]: each["due_at"] for each in company.get(company.amir, "/follow-ups/presets")["items"]
    }
    [hold] = state(mailbox, call)["holds"]
    assert (hold["kind"], hold["user"]["name"], hold["until"]) == (
        "snooze",
        "Amir Patel",
        presets["in_3_working_days"],
    )


def test_a_press_acknowledges(mailbox: Mailbox, call: int) -> None:
    done = mailbox.press(mailbox.link(mailbox.company.amir, call, "acknowledge"))
    assert "Amir Patel has it until" in done.text
    assert state(mailbox, call)["acknowledged_by"]["name"] == "Amir Patel"


def test_a_link_offers_the_times_that_the_policy_allows(mailbox: Mailbox, call: int) -> None:
    amir = mailbox.company.amir
    page = mailbox.look(mailbox.link(amir, call, "snooze")).text
    allowed = mailbox.company.get(amir, "/follow-ups/presets", hold="snooze", follow_up_id=call)["items"]
    names = {each["preset"] for each in allowed} & {"tomorrow", "monday", "in_3_working_days"}
    assert set(re.findall(r'<option value="(\w+)"', page)) == names


def test_what_is_refused_can_be_tried_again_with_what_was_missing(mailbox: Mailbox, call: int) -> None:
    amir = mailbox.company.amir
    mailbox.press(mailbox.link(amir, call, "snooze"), preset="in_3_working_days")
    token = mailbox.link(amir, call, "snooze")
    refused = mailbox.press(token, preset="tomorrow")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert '<option value="tomorrow" selected' in refused.text
    assert mailbox.press(token, preset="tomorrow", reason="Ill").status_code == 200
    assert [(action, said.get("reason")) for action, _, said in mailbox.audit()] == [
        ("action-link.used", None),
        ("action-link.refused", "invalid"),
        ("action-link.used", None),
    ]


CHANGES: dict[str, tuple[str, str]] = {
    "completed": ("UPDATE follow_ups SET completed_at = now() WHERE id = :call", "It is completed already"),
    "restarted": (
        "UPDATE follow_ups SET due_at = now() + interval '1 day' WHERE id = :call",
        "It has changed since this mail",
    ),
    "reassigned": (
        "UPDATE follow_ups SET assignee_id = :other WHERE id = :call",
        "It was handed on meanwhile",
    ),
    "deleted": ("DELETE FROM follow_ups WHERE id = :call", "It was deleted meanwhile"),
    "expired": ("UPDATE action_links SET expires_at = now()", "This link is too old"),
    "inactive": ("UPDATE users SET active = false WHERE id = :amir", "Amir Patel is not active"),
}


@pytest.mark.parametrize("reason", CHANGES)
@pytest.mark.parametrize("act", ACTS)
def test_a_stale_link_says_what_has_changed_and_does_nothing(
    mailbox: Mailbox, call: int, reason: str, act: str
) -> None:
    company = mailbox.company
    token = mailbox.link(company.amir, call, act)
    change, said = CHANGES[reason]
    values = {"call": call, "other": company.mia.id, "amir": company.amir.id}
    mailbox.world.execute(change, **{name: value for name, value in values.items() if f":{name}" in change})
    before = everything(mailbox.world)[:-1]
    for answer in (mailbox.look(token), mailbox.press(token)):
        assert (answer.status_code, said in answer.text) == (410, True), answer.text
        assert "Acme" not in answer.text
    assert everything(mailbox.world)[:-1] == before
    refused = ("action-link.refused", f"follow-ups/{call}", {"act": act, "reason": reason})
    assert mailbox.audit() == [refused]


def test_a_manager_who_is_told_has_a_link_that_ends_when_it_is_somebody_elses(
    mailbox: Mailbox, call: int
) -> None:
    company = mailbox.company
    token = mailbox.link(company.mia, call, "complete")
    mailbox.world.execute(
        "UPDATE follow_ups SET assignee_id = :mia WHERE id = :call", mia=company.mia.id, call=call
    )
    assert "handed on" in mailbox.press(token).text
    assert state(mailbox, call)["status"] == "open"


def test_a_link_never_has_more_rights_than_its_person(mailbox: Mailbox, call: int) -> None:
    company = mailbox.company
    token = mailbox.link(company.mia, call, "complete")
    mailbox.world.execute(
        "UPDATE users SET manager_id = :ada WHERE id = :amir", ada=company.ada.id, amir=company.amir.id
    )
    assert mailbox.look(token).status_code == mailbox.press(token).status_code == 410
    assert state(mailbox, call)["status"] == "open"


def test_who_guesses_has_to_wait_and_is_in_the_audit_log(build: Callable[..., World]) -> None:
    company = Company(build(log_in_failures_per_address=3))
    mailbox = Mailbox(company)
    token = mailbox.link(company.amir, company.follow_up(company.amir), "complete")
    statuses = [mailbox.press(secrets.token_urlsafe(32)).status_code for _ in range(3)]
    assert statuses == [404] * 3
    assert mailbox.audit() == [("action-link.refused", None, {"reason": "unknown"})] * 3
    waits = mailbox.press(token)
    assert (waits.status_code, "Retry-After" in waits.headers) == (429, True)
    assert mailbox.look(token).status_code == 429
    assert mailbox.client("203.0.113.9").get(f"/a/{token}").status_code == 200
    log_in = {"email": company.amir.email, "password": "correct horse battery staple"}
    assert mailbox.client().post("/api/v1/session", json=log_in).status_code == 201


def test_a_link_that_is_used_in_vain_over_and_over_does_not_fill_the_audit_log(
    mailbox: Mailbox, call: int
) -> None:
    """Who has it has to wait for it, and for nothing else: an office has one address."""
    used, other = (mailbox.link(mailbox.company.amir, call, act) for act in ("acknowledge", "complete"))
    answers = [mailbox.press(used).status_code for _ in range(10)]
    assert answers == [200, *[410] * 5, *[429] * 4]
    assert len(mailbox.audit()) == 6
    assert mailbox.press(other).status_code == 200


def test_no_log_has_what_a_link_carries(mailbox: Mailbox, call: int) -> None:
    token = mailbox.link(mailbox.company.amir, call, "complete")
    with capture_logs() as logs:
        mailbox.look(token)
        mailbox.press(token)
        mailbox.client().put(f"/a/{token}")
    assert [line["path"] for line in logs if line["event"] == "request"] == ["/a/..."] * 3
    assert token not in str(logs)
    assert token not in str(everything(mailbox.world))


@pytest.mark.parametrize("body", [b"\xff", b"&".join([b"a=b"] * 50)])
def test_a_body_that_is_no_form_is_refused(mailbox: Mailbox, call: int, body: bytes) -> None:
    token = mailbox.link(mailbox.company.amir, call, "complete")
    assert mailbox.client().post(f"/a/{token}", content=body).status_code == 422
    assert state(mailbox, call)["status"] == "open"
