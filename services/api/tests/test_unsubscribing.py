"""Links to unsubscribe (RFC 8058): to look at one changes nothing, one click ends mails of its category."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from followup_api.auth.secrets import digest
from httpx import Response
from structlog.testing import capture_logs

from .companies import Company
from .conftest import Person, World
from .test_notification_rules import ALL, MINE, NIGHT, company_rules, modes, put

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PLANNED = """
    INSERT INTO deliveries (id, notification_id, user_id, destination_id, channel)
    VALUES (:id, :number, :user, 1, 'email')
"""
MADE = """
    INSERT INTO unsubscribe_links (token_hash, category, delivery_id, user_id)
    VALUES (:hash, :category, :delivery, :user)
"""
KEPT = ("notification_rules", "notification_preferences", "unsubscribe_links", "audit_log", "log_in_failures")


class Mailbox:
    """Links to unsubscribe as mails to people have them.

    Args:
        company: whose people they are.
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        self.world = company.world

    def link(self, person: Person, category: str) -> str:
        """Make a link; returns what it carries."""
        token, delivery = secrets.token_urlsafe(32), uuid4()
        self.world.execute(PLANNED, id=delivery, number=delivery.int % 2**40, user=person.id)
        self.world.execute(MADE, hash=digest(token), category=category, delivery=delivery, user=person.id)
        return token

    def client(self) -> TestClient:
        """A mail program, or its provider: it has no cookie and comes from elsewhere."""
        client = TestClient(
            self.world.app,
            base_url="http://localhost:8000",
            headers={"Origin": "https://mail.example.net"},
            client=("198.51.100.7", 4711),
        )
        client.portal = self.world.portal
        return client

    def look(self, token: str) -> Response:
        answer: Response = self.client().get(f"/a/off/{token}")
        return answer

    def click(self, token: str) -> Response:
        """What a mail program posts by itself."""
        answer: Response = self.client().post(f"/a/off/{token}", data=ONE_CLICK)
        return answer

    def rules(self, person: Person) -> Any:
        return self.company.get(person, MINE)

    def audit(self) -> list[tuple[str, int | None, str | None, dict[str, Any]]]:
        """What the audit log has of links: action, who, target and details."""
        rows = self.world.execute(
            "SELECT action, actor_id, target, details FROM audit_log "
            "WHERE action LIKE 'action-link%' ORDER BY id"
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def mailbox(world: World) -> Mailbox:
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)")
    return Mailbox(Company(world))


def everything(world: World) -> list[list[Any]]:
    return [world.execute(f"SELECT * FROM {table} ORDER BY 1, 2") for table in KEPT]


def test_a_scanner_that_follows_the_link_changes_nothing_and_the_page_says_what_it_would_do(
    mailbox: Mailbox,
) -> None:
    token = mailbox.link(mailbox.company.amir, "overdue")
    before = everything(mailbox.world)
    answer = mailbox.look(token)
    mailbox.client().head(f"/a/off/{token}")
    assert everything(mailbox.world) == before
    assert answer.status_code == 200
    for said in (
        "Get no more mails about what is overdue?",
        "These are the mails of Amir Patel. Nothing has been changed yet.",
        "also what is given to you",
        "The inbox goes on to show all of it.",
        "You can switch them on again in your settings.",
    ):
        assert said in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},  # multipart/form-data, as RFC 8058 prefers
    ],
    ids=["urlencoded", "multipart"],
)
def test_one_click_ends_mails_of_its_category_and_nothing_else(
    mailbox: Mailbox, body: dict[str, Any]
) -> None:
    company = mailbox.company
    mine = {
        "rules": [{"severity": "reminder", "mode": "weekly", "at": "09:00", "weekday": 1}],
        "your_day": {"mode": "daily", "at": "08:30"},
        "quiet_hours": NIGHT,
        "breaches_pass": False,
    }
    before = put(company, company.amir, MINE, mine)
    answer = mailbox.client().post(f"/a/off/{mailbox.link(company.amir, 'escalated')}", **body)
    assert (answer.status_code, "You get no more mails about what is escalated" in answer.text) == (200, True)
    after = mailbox.rules(company.amir)
    assert modes(after) == {**modes(before), "escalated": ("never", True)}
    for field in ("your_day", "quiet_hours", "breaches_pass"):
        assert after[field] == before[field]
    assert modes(mailbox.rules(company.mia))["escalated"] == ("at_once", False)


def test_a_second_click_changes_nothing_and_settings_take_it_back(mailbox: Mailbox) -> None:
    company, amir = mailbox.company, mailbox.company.amir
    token = mailbox.link(amir, "breach")
    mailbox.click(token)
    before = everything(mailbox.world)
    again = mailbox.click(token)
    assert (again.status_code, "gets none of them already" in again.text) == (200, True)
    assert "gets none of them already" in mailbox.look(token).text
    assert everything(mailbox.world) == before
    used = {"act": "unsubscribe", "mails": ["breach"]}
    assert mailbox.audit() == [("action-link.used", amir.id, f"users/{amir.id}", used)]
    [change] = company.get(company.ada, "/ops/audit-log", action="notification-rules.changed")["items"]
    assert (change["target"], list(change["details"]["changes"])) == (f"users/{amir.id}", ["email.breach"])
    put(company, amir, MINE, {"rules": []})
    assert modes(mailbox.rules(amir))["breach"] == ("at_once", False)


def test_what_an_admin_has_locked_stays_and_the_page_says_so(mailbox: Mailbox) -> None:
    company = mailbox.company
    put(company, company.ada, ALL, company_rules(company, overdue={"locked": True}))
    token = mailbox.link(company.amir, "overdue")
    before = everything(mailbox.world)[:2]
    for answer, status in ((mailbox.look(token), 200), (mailbox.click(token), 409)):
        assert (answer.status_code, "an admin has set them for everybody" in answer.text) == (status, True)
        assert "Nothing was changed." in answer.text
    assert everything(mailbox.world)[:2] == before
    [entry] = mailbox.audit()
    assert entry[0] == "action-link.refused"
    assert entry[3] == {"act": "unsubscribe", "category": "overdue", "reason": "kept"}


def test_an_admin_goes_on_to_get_breaches(mailbox: Mailbox) -> None:
    ada = mailbox.company.ada
    answer = mailbox.click(mailbox.link(ada, "breach"))
    assert (answer.status_code, "admins are the last who hear of them" in answer.text) == (409, True)
    assert modes(mailbox.rules(ada))["breach"] == ("at_once", False)


def test_the_link_of_a_digest_ends_all_that_comes_in_digests(mailbox: Mailbox) -> None:
    company = mailbox.company
    hourly = {"mode": "hourly"}
    put(company, company.ada, ALL, company_rules(company, overdue=hourly, breach={**hourly, "locked": True}))
    put(company, company.amir, MINE, {"rules": [{"severity": "escalated", "mode": "daily", "at": "08:30"}]})
    token = mailbox.link(company.amir, "digest")
    assert "Get no more digests by mail?" in mailbox.look(token).text
    answer = mailbox.click(token)
    assert answer.status_code == 200
    assert (
        "also what is given to you, mentions you, or is no longer on hold) and what is escalated."
        in answer.text
    )
    assert "Mails about SLA breaches go on: an admin has set them for everybody." in answer.text
    assert modes(mailbox.rules(company.amir)) == {
        "reminder": ("never", False),
        "overdue": ("never", True),
        "escalated": ("never", True),
        "breach": ("hourly", False),
    }


def test_the_link_of_a_day_ends_it_unless_it_is_locked(mailbox: Mailbox) -> None:
    company = mailbox.company
    daily = {"mode": "daily", "at": "08:30"}
    put(company, company.ada, ALL, {**company_rules(company), "your_day": {**daily, "locked": True}})
    token = mailbox.link(company.amir, "day")
    assert mailbox.click(token).status_code == 409
    assert mailbox.rules(company.amir)["your_day"]["mode"] == "daily"
    put(company, company.ada, ALL, {**company_rules(company), "your_day": daily})
    assert mailbox.click(token).status_code == 200
    day = mailbox.rules(company.amir)["your_day"]
    assert (day["mode"], day["own"]) == ("never", True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {"List-Unsubscribe": "Two-Clicks"}},
        {"content": b"List-Unsubscribe=One-Click&" + b"x" * 5000},
        {"content": b"\xff", "headers": {"Content-Type": "multipart/form-data; boundary=a"}},
        {"content": b"--a\r\n" * 500, "headers": {"Content-Type": "multipart/form-data; boundary=a"}},
    ],
)
def test_a_post_that_does_not_say_that_it_is_wanted_changes_nothing(
    mailbox: Mailbox, body: dict[str, Any]
) -> None:
    token = mailbox.link(mailbox.company.amir, "overdue")
    before = everything(mailbox.world)
    assert mailbox.client().post(f"/a/off/{token}", **body).status_code == 422
    assert everything(mailbox.world) == before


def test_a_forged_link_and_one_of_somebody_inactive_do_nothing_and_say_so(mailbox: Mailbox) -> None:
    amir = mailbox.company.amir
    forged = mailbox.click(secrets.token_urlsafe(32))
    assert (forged.status_code, "This link does not work" in forged.text) == (404, True)
    token = mailbox.link(amir, "overdue")
    mailbox.world.execute("UPDATE users SET active = false WHERE id = :id", id=amir.id)
    for answer in (mailbox.look(token), mailbox.click(token)):
        assert (answer.status_code, "Amir Patel is not active" in answer.text) == (410, True)
    assert mailbox.world.execute("SELECT * FROM notification_rules WHERE user_id IS NOT NULL") == []
    assert [(action, details["reason"]) for action, _, _, details in mailbox.audit()] == [
        ("action-link.refused", "unknown"),
        ("action-link.refused", "inactive"),
    ]


def test_a_link_to_act_does_not_unsubscribe_and_none_to_unsubscribe_acts(mailbox: Mailbox) -> None:
    """Each is for its purpose alone."""
    token = mailbox.link(mailbox.company.amir, "overdue")
    assert mailbox.client().post(f"/a/{token}", data=ONE_CLICK).status_code == 404
    assert modes(mailbox.rules(mailbox.company.amir))["overdue"] == ("at_once", False)


def test_who_guesses_has_to_wait(build: Callable[..., World]) -> None:
    world = build(log_in_failures_per_address=3)
    mailbox = Mailbox(Company(world))
    token = mailbox.link(mailbox.company.amir, "overdue")
    guesses = [mailbox.click(secrets.token_urlsafe(32)).status_code for _ in range(3)]
    assert guesses == [404] * 3
    assert mailbox.click(token).status_code == mailbox.look(token).status_code == 429


def test_a_link_that_is_used_in_vain_over_and_over_does_not_fill_the_audit_log(mailbox: Mailbox) -> None:
    token = mailbox.link(mailbox.company.amir, "overdue")
    mailbox.world.execute("UPDATE users SET active = false WHERE id = :id", id=mailbox.company.amir.id)
    assert [mailbox.click(token).status_code for _ in range(8)] == [*[410] * 5, *[429] * 3]
    assert len(mailbox.audit()) == 5


def test_no_log_has_what_a_link_carries(mailbox: Mailbox) -> None:
    token = mailbox.link(mailbox.company.amir, "overdue")
    with capture_logs() as logs:
        mailbox.look(token)
        mailbox.click(token)
    assert [line["path"] for line in logs if line["event"] == "request"] == ["/a/..."] * 2
    assert token not in str(logs)
    assert token not in str(everything(mailbox.world))
