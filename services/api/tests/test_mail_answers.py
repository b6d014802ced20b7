"""Answers to mails act once, as the one who was told, by the rules of links; else they say why not."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from followup_api.auth.secrets import digest
from followup_api.dependencies import AppContext
from followup_api.mail_answers import commands, worker
from followup_api.mail_answers.commands import Done, Noted, Snoozed
from followup_api.mail_answers.service import handle_next
from followup_common.policy.presets import Preset

from tests.support.waiting import eventually

from .companies import Company
from .conftest import Person
from .pipelines import swept

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINK = """
    INSERT INTO action_links
        (token_hash, act, delivery_id, user_id, follow_up_id, run, assignee_id, expires_at)
    SELECT :hash, 'answer', :delivery, :user, s.follow_up_id, s.run, s.assignee_id, now() + interval '7 days'
    FROM escalation_states s WHERE s.follow_up_id = :follow_up
"""
DELIVERY = """
    INSERT INTO deliveries (id, notification_id, user_id, follow_up_id, destination_id, channel)
    VALUES (:id, :number, :user, :follow_up, 1, 'email')
"""
ARRIVED = """
    INSERT INTO mail_answers (token_hash, mail_hash, sender, said, refused)
    VALUES (:token_hash, :mail_hash, :sender, :said, :refused)
"""


class Answers:
    """Answers as the dispatcher keeps them.

    Args:
        company: whose follow-ups they are about.
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        self.world = company.world
        self._number = 0

    def mail(self, person: Person, follow_up: int) -> bytes:
        """What an answer to a mail to somebody carries, as it is kept."""
        token_hash, delivery = digest(secrets.token_urlsafe(32)), uuid4()
        self._number += 1
        keys = {"user": person.id, "follow_up": follow_up}
        self.world.execute(DELIVERY, id=delivery, number=self._number, **keys)
        self.world.execute(LINK, hash=token_hash, delivery=delivery, **keys)
        return token_hash

    def arrives(self, mail: bytes, said: str | None, sender: str, refused: str | None = None) -> None:
        """An answer is in the mailbox, and was read."""
        values = {"said": said, "sender": sender, "refused": refused, "mail_hash": secrets.token_bytes(32)}
        self.world.execute(ARRIVED, token_hash=mail, **values)

    def answer(self, person: Person, follow_up: int, said: str) -> None:
        """Somebody answers a mail, and what they say is done."""
        self.arrives(self.mail(person, follow_up), said, person.email)
        self.handle()

    def handle(self) -> None:
        """Do what waits."""
        context: AppContext = self.world.app.state.context
        while handle_next(context):
            pass

    def inbox(self, person: Person) -> list[tuple[str, str, int]]:
        """What somebody is told of their answers: message, reason and follow-up."""
        items = self.company.get(person, "/notifications")["items"]
        return [(i["message"], i["reason"], i["answered_id"]) for i in items if i["kind"] == "answer"]

    def audit(self) -> list[tuple[str, int, dict[str, Any]]]:
        """What the audit log has of answers: action, who, and details."""
        rows = self.world.execute(
            "SELECT action, actor_id, details FROM audit_log WHERE action LIKE 'mail-answer%' ORDER BY id"
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def answers(company: Company) -> Answers:
    return Answers(company)


@pytest.fixture
def call(company: Company) -> int:
    """A follow-up of Amir's of which he was told."""
    number = company.follow_up(company.amir, "Call <Acme>", overdue=HOUR)
    swept(company.world)
    return number


def history(answers: Answers, call: int) -> str:
    items = answers.company.get(answers.company.ada, f"/follow-ups/{call}/activities")["items"]
    return str(items[0]["summary"])


def test_done_completes_with_what_else_it_says_once(answers: Answers, call: int) -> None:
    amir = answers.company.amir
    answers.answer(amir, call, "Done.\n\nThey sign on Monday.")
    assert history(answers, call) == "Amir Patel completed it: “They sign on Monday.”"
    answers.handle()
    assert answers.company.activities(call).count("completed") == 1
    assert answers.audit() == [("mail-answer.followed", amir.id, {"act": "complete"})]
    [row] = answers.world.execute("SELECT said, outcome, handled_at FROM mail_answers")
    assert (row.said, row.outcome) == (None, "acted")
    undone = answers.company.ask(amir, "POST", f"/follow-ups/{call}/undo")
    assert undone.status_code == 200, undone.text


def test_snooze_snoozes_for_as_long_as_it_says(answers: Answers, call: int) -> None:
    amir = answers.company.amir
    answers.answer(amir, call, "snooze 2d\nThey are away.")
    [hold] = answers.company.get(amir, f"/follow-ups/{call}")["holds"]
    [now] = answers.world.execute("SELECT now() AS now")
    until = datetime.fromisoformat(hold["until"])
    assert hold["kind"] == "snooze"
    assert history(answers, call).endswith(": “They are away.”")
    assert now.now + 2 * DAY - HOUR < until < now.now + 6 * DAY  # moved to the next opening
    assert answers.inbox(amir) == []


def test_anything_else_is_a_note(answers: Answers, call: int) -> None:
    answers.answer(answers.company.amir, call, "They call back.\nOn Friday.")
    assert history(answers, call) == "Amir Patel noted: “They call back.\nOn Friday.”"
    assert answers.audit() == [("mail-answer.followed", answers.company.amir.id, {"act": "note"})]


def test_a_snooze_that_names_no_time_is_a_note_and_its_person_is_told_how(
    answers: Answers, call: int
) -> None:
    amir = answers.company.amir
    answers.answer(amir, call, "snooze banana")
    assert history(answers, call) == "Amir Patel noted: “snooze banana”"
    [(message, reason, about)] = answers.inbox(amir)
    assert message == "Your answer “snooze banana” to a mail: it names no time, and was kept as a note"
    assert "snooze 2d" in reason
    assert about == call


def complete(answers: Answers, call: int) -> None:
    answers.company.ask(answers.company.amir, "POST", f"/follow-ups/{call}/complete", json={})


def reschedule(answers: Answers, call: int) -> None:
    body = {"due_at": "2031-03-03T10:00:00Z"}
    answers.company.ask(answers.company.amir, "PATCH", f"/follow-ups/{call}", json=body)


def reassign(answers: Answers, call: int) -> None:
    body = {"assignee_id": answers.company.mia.id}
    answers.company.ask(answers.company.mia, "PATCH", f"/follow-ups/{call}", json=body)


def delete(answers: Answers, call: int) -> None:
    answers.company.ask(answers.company.ada, "DELETE", f"/follow-ups/{call}")


@pytest.mark.parametrize(
    ("change", "reason", "said"),
    [
        (complete, "completed", "it is completed already"),
        (reschedule, "restarted", "it has changed since this mail"),
        (reassign, "reassigned", "it was handed on meanwhile"),
        (delete, "deleted", "it was deleted meanwhile"),
    ],
)
@pytest.mark.parametrize("wish", ["done", "snooze 2d", "They call back."])
def test_what_has_changed_meanwhile_is_left_alone_and_its_person_is_told_why(
    answers: Answers, call: int, change: Callable[[Answers, int], None], reason: str, said: str, wish: str
) -> None:
    amir = answers.company.amir
    mail = answers.mail(amir, call)
    change(answers, call)
    before = answers.world.execute("SELECT * FROM activities ORDER BY id")
    holds = answers.world.execute("SELECT * FROM holds ORDER BY id")
    answers.arrives(mail, wish, amir.email)
    answers.handle()
    assert answers.world.execute("SELECT * FROM activities ORDER BY id") == before
    assert answers.world.execute("SELECT * FROM holds ORDER BY id") == holds
    [(message, _, _)] = answers.inbox(amir)
    assert message == f"Your answer “{wish}” to a mail: {said}"
    [(action, actor, details)] = answers.audit()
    assert (action, actor, details["reason"]) == ("mail-answer.refused", amir.id, reason)


def test_an_address_that_is_not_theirs_does_nothing(answers: Answers, call: int) -> None:
    amir, mia = answers.company.amir, answers.company.mia
    mail = answers.mail(amir, call)
    answers.world.execute(
        "INSERT INTO destinations (user_id, channel, address) VALUES (:id, 'email', 'new@example.com')",
        id=amir.id,
    )
    for sender in (mia.email, "", "new@example.com"):
        answers.arrives(mail, "done", sender)
        answers.handle()
    assert answers.company.get(amir, f"/follow-ups/{call}")["status"] == "open"
    assert [details for _, _, details in answers.audit()] == [{"act": "complete", "reason": "sender"}] * 3
    assert len(answers.inbox(amir)) == 3


def test_another_verified_address_of_theirs_does(answers: Answers, call: int) -> None:
    amir = answers.company.amir
    answers.world.execute(
        "INSERT INTO destinations (user_id, channel, address, verified_at) "
        "VALUES (:id, 'email', 'Amir@Home.example', now())",
        id=amir.id,
    )
    answers.arrives(answers.mail(amir, call), "done", "amir@home.example")
    answers.handle()
    assert answers.company.get(amir, f"/follow-ups/{call}")["status"] == "completed"


def test_what_a_machine_wrote_is_in_the_audit_log_and_tells_nobody(answers: Answers, call: int) -> None:
    amir = answers.company.amir
    answers.arrives(answers.mail(amir, call), None, amir.email, "automatic")
    answers.handle()
    assert answers.audit() == [("mail-answer.refused", amir.id, {"reason": "automatic"})]
    assert answers.inbox(amir) == []


def test_too_late_or_of_somebody_inactive_does_nothing(answers: Answers, call: int) -> None:
    amir = answers.company.amir
    answers.arrives(answers.mail(amir, call), "done", amir.email)
    answers.world.execute("UPDATE action_links SET expires_at = now()")
    answers.handle()
    answers.world.execute("UPDATE users SET active = false WHERE id = :id", id=amir.id)
    answers.arrives(answers.mail(amir, call), "done", amir.email)
    answers.handle()
    assert [details["reason"] for _, _, details in answers.audit()] == ["expired", "inactive"]
    assert answers.company.get(answers.company.ada, f"/follow-ups/{call}")["status"] == "open"


def test_what_the_rules_refuse_is_told_as_the_api_says_it(answers: Answers, call: int) -> None:
    amir = answers.company.amir
    for _ in range(2):
        answers.answer(amir, call, "snooze 1d")
    answers.answer(amir, call, "snooze 9000w")
    reasons = [reason for _, reason, _ in answers.inbox(amir)]
    assert any("Say why" in reason for reason in reasons), reasons
    answers.answer(answers.company.mia, call, "done")  # who manages him may
    assert answers.company.get(amir, f"/follow-ups/{call}")["status"] == "completed"


def test_one_that_fails_keeps_no_other_waiting(
    answers: Answers, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    amir = answers.company.amir
    answers.arrives(answers.mail(amir, call), "snooze 2d", amir.email)
    answers.arrives(answers.mail(amir, call), "done", amir.email)
    monkeypatch.setattr(Snoozed, "until", lambda *_: 1 // 0)
    answers.handle()
    assert answers.company.get(amir, f"/follow-ups/{call}")["status"] == "completed"
    [(message, _, _)] = answers.inbox(amir)
    assert message == "Your answer “snooze 2d” to a mail: it could not be done"


def test_several_processes_do_each_answer_once(answers: Answers, call: int) -> None:
    mail = answers.mail(answers.company.amir, call)
    for number in range(8):
        answers.arrives(mail, f"Call {number}", answers.company.amir.email)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: answers.handle(), range(4)))
    rows = answers.world.execute("SELECT details ->> 'note' FROM activities WHERE kind = 'logged'")
    assert sorted(row[0] for row in rows) == [f"Call {number}" for number in range(8)]


def test_what_an_answer_carries_opens_no_link(answers: Answers, call: int) -> None:
    token = secrets.token_urlsafe(32)
    answers.mail(answers.company.amir, call)
    answers.world.execute("UPDATE action_links SET token_hash = :hash", hash=digest(token))
    client = answers.world.client(base_url="http://localhost:8000")
    assert (client.get(f"/a/{token}").status_code, client.post(f"/a/{token}").status_code) == (404, 404)


def test_an_application_that_is_served_does_what_waits(
    answers: Answers, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK_EVERY_SECONDS", 0.05)
    answers.arrives(answers.mail(answers.company.amir, call), "done", answers.company.amir.email)
    with answers.world.client():
        eventually(answers.audit, 30, what="it is done")


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("done", Done(None)),
        ("  DONE!\n\nCalled them.", Done("Called them.")),
        ("Completed", Done(None)),
        ("snooze", Snoozed(None, Preset.TOMORROW, None)),
        ("Snooze tomorrow\nwhy not", Snoozed(None, Preset.TOMORROW, "why not")),
        ("snooze until Monday", Snoozed(None, Preset.MONDAY, None)),
        ("snooze in a week", Snoozed(None, Preset.IN_A_WEEK, None)),
        ("snooze 3h", Snoozed(3 * HOUR, None, None)),
        ("snooze for 2 days.", Snoozed(2 * DAY, None, None)),
        ("snooze  1 week", Snoozed(7 * DAY, None, None)),
        ("snooze banana", Noted("snooze banana", misread=True)),
        ("snooze 0d", Noted("snooze 0d", misread=True)),
        ("snooze 99999d", Noted("snooze 99999d", misread=True)),
        ("done with the first part", Noted("done with the first part")),
        ("Snoozed it", Noted("Snoozed it")),
        ("x" * 2_001, Noted("x" * 1_999 + "…")),
    ],
    ids=lambda each: str(each)[:30],
)
def test_commands(said: str, wish: object) -> None:
    assert commands.read(said) == wish


def test_days_are_those_of_their_clock() -> None:
    berlin, before = ZoneInfo("Europe/Berlin"), datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert Snoozed(2 * DAY, None, None).until(berlin, before) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert Snoozed(23 * HOUR, None, None).until(berlin, before) == before + 23 * HOUR
