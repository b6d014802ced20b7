"""Chats are posted to at their URLs: each in its shape, none tells a channel what only one may have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from followup_common.egress import Egress
from followup_common.policy import Command
from followup_common.sealing import Seal
from followup_dispatcher.channels.slack_webhook import written as slack_message
from followup_dispatcher.channels.teams import card
from followup_dispatcher.channels.teams import written as teams_message
from followup_dispatcher.chat_webhooks import ChatWebhooks, Written
from followup_dispatcher.chats import Chats
from followup_dispatcher.destinations import switch
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import (
    Code,
    Day,
    Delivery,
    Digest,
    Group,
    Line,
    Links,
    Section,
    Summary,
    Trial,
)
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep
from tests.support.ports import free_port
from tests.support.receiver import Receiver, Respond, answering, hanging, sending

from .test_email import DELIVERY, NOTIFICATION
from .test_slack import fits

Name = Literal["slack_webhook", "teams"]
WRITTEN: Mapping[Name, Written] = {"slack_webhook": slack_message, "teams": teams_message}
SEAL = Seal("k" * 32)
HERE = Egress([ip_network("127.0.0.0/8")])
PAGE = "https://followup.example.com"
AT = datetime(2026, 3, 6, 10, tzinfo=UTC)
LINE = Line(7, 3, "manager", "😀" * 400, "語" * 200, AT, "語" * 200)
LINKS = Links({Command.COMPLETE: "t1", Command.SNOOZE: "t2", Command.ACKNOWLEDGE: "t3"}, AT)
TOLD = replace(DELIVERY, links={7: LINKS})
SIZES = ("small", "medium", "large", "extraLarge")
MOST_BYTES = 28_000
"""Teams takes messages of up to 28 kB."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        receiver.respond = answering(202)
        yield receiver


def channel(name: Name, seal: Seal = SEAL, egress: Egress = HERE, **more: Any) -> ChatWebhooks:
    return ChatWebhooks(name, WRITTEN[name], seal=seal, chats=Chats(f"{PAGE}/"), egress=egress, **more)


def posted(name: Name, url: str, told: Delivery = TOLD, *, private: bool = False, **more: Any) -> Outcome:
    """What becomes of one."""
    by = channel(name, **more)
    sealed = SEAL.sealed(json.dumps({"url": url, "private": private}))
    return by.open().send(by.write(replace(told, sealed=sealed)))


def is_card(found: Mapping[str, Any]) -> None:
    """As https://adaptivecards.io/schemas/adaptive-card.json has it in 1.4: of that, what ours consist of."""
    one_of(found, {"$schema", "type", "version", "fallbackText", "body", "actions"})
    assert (found["type"], found["version"]) == ("AdaptiveCard", "1.4")
    for block in found["body"]:
        one_of(block, {"type", "inlines", "spacing"})
        assert block["type"] == "RichTextBlock"
        assert block.get("spacing", "default") in {"default", "none", *SIZES, "padding"}
        for run in block["inlines"]:
            one_of(run, {"type", "text", "size", "weight", "isSubtle"})
            assert run["type"] == "TextRun"
            assert isinstance(run["text"], str)
            assert run.get("size", "default") in {"default", *SIZES}
            assert run.get("weight", "default") in {"default", "lighter", "bolder"}
            assert isinstance(run.get("isSubtle", False), bool)
    assert len(found["actions"]) <= 6  # so many Teams shows
    for action in found["actions"]:
        one_of(action, {"type", "title", "url"})
        assert action["type"] == "Action.OpenUrl"
        assert urlsplit(action["url"]).scheme == "https"


def one_of(found: Mapping[str, Any], names: set[str]) -> None:
    """The schema allows no other property."""
    assert {*found} <= names


def words_of(block: Mapping[str, Any]) -> str:
    return "".join(each["text"] for each in block["inlines"])


def test_teams_shows_a_card_that_says_what_the_inbox_says(receiver: Receiver) -> None:
    assert posted("teams", receiver.url(), private=True) == Outcome(Result.SENT, "202 Accepted")
    [got] = receiver.received
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert got.headers["idempotency-key"] == str(DELIVERY.id)
    message = json.loads(got.body)
    [attachment] = message["attachments"]
    assert (message["type"], attachment["contentType"]) == (
        *("message", "application/vnd.microsoft.card.adaptive"),
    )
    shown = attachment["content"]
    is_card(shown)
    said = [words_of(each) for each in shown["body"]]
    assert said[0].startswith("SLA breach: Call Ada & Söhne <now>")
    assert {"Due: Mon 2 Mar 2026, 10:00 (Europe/Berlin)", "Lead or client: Acme GmbH"} <= {*said}
    assert said[-2] == "You manage Amir Patel."
    assert "do not pass this message on" in said[-1]
    assert {each["title"]: each["url"] for each in shown["actions"]} == {
        "Open": f"{PAGE}/followups/7",
        "Complete": f"{PAGE}/a/t1",
        "Snooze": f"{PAGE}/a/t2",
        "I have it": f"{PAGE}/a/t3",
    }


def test_other_chats_show_a_text_that_says_what_the_blocks_do_and_calls_nobody(receiver: Receiver) -> None:
    told = replace(NOTIFICATION, title="@channel <!here> mail ada@example.com", subject="@all")
    posted("slack_webhook", receiver.url(), replace(TOLD, notification=told), private=True)
    message = json.loads(receiver.received[0].body)
    assert {*message} == {"text", "blocks", "unfurl_links", "unfurl_media"}
    header, facts, buttons, *_ = message["blocks"]
    assert header["text"]["type"] == "plain_text"
    assert "@channel <!here>" in header["text"]["text"]
    assert len(buttons["elements"]) == 4
    lines = message["text"].splitlines()
    assert lines[0].startswith("SLA breach: @\u200bchannel &lt;!here&gt; mail ada@example.com is ")
    assert {"Lead or client: @\u200ball", f"Complete: {PAGE}/a/t1", "You manage Amir Patel."} <= {*lines}
    assert len(facts["fields"]) == sum(line.partition(": ")[0] in NAMED for line in lines)


NAMED = ("Due", "Lead or client", "Assignee", "Step")


@pytest.mark.parametrize("name", WRITTEN)
def test_where_others_read_nobody_gets_a_link_to_act_as_somebody_else(name: Name, receiver: Receiver) -> None:
    many = Summary("breach", 312, False, (LINE,), AT)
    for told in (TOLD, replace(TOLD, notification=many)):
        posted(name, receiver.url(), told)
    one, summed_up = (each.body.decode() for each in receiver.received)
    assert "/a/" not in one + summed_up
    assert f"{PAGE}/followups/7" in one
    assert "For Eve Okafor: You manage Amir Patel." in one
    assert "For Eve Okafor." in summed_up


@pytest.mark.parametrize(
    "told",
    [
        replace(NOTIFICATION, title="語" * 5000, subject="語" * 5000, label=None),
        Summary("breach", 312, False, (LINE,) * 50, AT),
        Digest(60, (Group("Ada", True, (LINE,) * 50),), AT),
        Day((Section("overdue", 20, (LINE,) * 20), Section("today", 1, (LINE,))), AT),
        Code("12345678", AT, AT),
        Trial(AT),
    ],
    ids=("long", "many", "digest", "day", "code", "test"),
)
def test_whatever_is_told_fits(receiver: Receiver, told: Any) -> None:
    for name in WRITTEN:
        posted(name, receiver.url(), replace(TOLD, notification=told), private=True)
    slack, teams = receiver.received
    blocks = json.loads(slack.body)
    fits({**blocks, "text": ""})
    assert len(blocks["text"]) <= 16_383
    assert len(teams.body) <= MOST_BYTES
    is_card(json.loads(teams.body)["attachments"][0]["content"])


def test_without_an_address_of_the_page_there_are_no_buttons() -> None:
    said = Chats(None).said(TOLD)
    assert (card(said)["actions"], len(slack_message(said)["blocks"])) == ([], 3)


@pytest.mark.parametrize(
    ("respond", "result", "said"),
    [
        (answering(200), Result.SENT, "200 OK"),
        (answering(204), Result.SENT, "204"),
        (answering(302, location="http://127.0.0.1/elsewhere"), Result.PUT_OFF, "redirects are not followed"),
        (answering(400), Result.REFUSED, "400 Bad Request"),
        (answering(403), Result.REFUSED, "403"),
        (answering(404), Result.REFUSED, "404 Not Found"),
        (answering(410), Result.REFUSED, "410 Gone"),
        (answering(408), Result.PUT_OFF, "408"),
        (answering(429, retry_after="120"), Result.PUT_OFF, "429"),
        (answering(500), Result.UNKNOWN, "500"),
        (answering(503, retry_after="120"), Result.UNKNOWN, "503"),
        (sending(b""), Result.UNKNOWN, "no answer"),
        (sending(b"HTTP/1.1 20"), Result.UNKNOWN, "no answer"),
        (sending(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\no"), Result.SENT, "200 OK"),
    ],
)
def test_every_answer_is_understood(receiver: Receiver, respond: Respond, result: Result, said: str) -> None:
    receiver.respond = respond
    found = posted("teams", receiver.url())
    assert found.result is result
    assert said in found.answer
    assert found.wait == timedelta(seconds=120 if said in ("429", "503") else 0)
    assert len(receiver.received) == 1


def test_one_that_hangs_is_cut_off_and_nobody_knows(receiver: Receiver) -> None:
    receiver.respond = hanging(receiver)
    assert posted("slack_webhook", receiver.url(), patience=0.5).result is Result.UNKNOWN


def test_nothing_goes_where_it_may_not_and_no_url_is_told(receiver: Receiver) -> None:
    for url, egress in ((receiver.url(), Egress()), (f"http://127.0.0.1:{free_port()}/secret", HERE)):
        found = posted("teams", url, egress=egress)
        assert found.result is Result.PUT_OFF
        assert "secret" not in found.answer
    assert receiver.received == []
    by = channel("teams")
    sealed = SEAL.sealed(json.dumps({"url": receiver.url(), "private": False}))
    assert "hooks" not in repr(by.write(replace(TOLD, sealed=sealed)))


def test_what_another_key_sealed_waits_for_its_key(receiver: Receiver) -> None:
    found = posted("teams", receiver.url(), seal=Seal("o" * 32))
    assert found.result is Result.PUT_OFF
    assert "FOLLOWUP_SECRETS_KEY" in found.answer
    assert receiver.received == []


def add(company: Company, user_id: int, url: str) -> None:
    """A chat of somebody's."""
    destination = text("""
        INSERT INTO destinations (user_id, channel, address, sealed, verified_at)
        VALUES (:user_id, 'teams', '127.0.0.1 (0a1b2c3d)', :sealed, now())
    """)
    sealed = SEAL.sealed(json.dumps({"url": url, "private": False}))
    company.tx.execute(destination, {"user_id": user_id, "sealed": sealed})


def test_an_escalation_is_posted_once_also_where_the_key_before_has_sealed(
    company: Company, run: Run, receiver: Receiver
) -> None:
    by = channel("teams", Seal("n" * 32, "k" * 32))
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, [by])
    eve = company.person("Eve")
    add(company, eve, receiver.url())
    call = company.follow_up(eve, overdue=timedelta(hours=1), title="Call Ada")
    sweep(company, run)
    with acting_as(company.tx, "followup_dispatcher"):
        by.queue.bring_back(company.tx)
        taken = by.queue.take(company.tx)
        assert isinstance(taken, Delivery)
        by.queue.record(company.tx, taken, by.open().send(by.write(taken)))
        assert by.queue.take(company.tx) is None
    assert company.tx.execute(text("SELECT state FROM deliveries")).scalar() == "sent"
    [got] = receiver.received
    assert f"{PAGE}/followups/{call}" in got.body.decode()


def test_one_that_hangs_keeps_no_other_waiting(company: Company, run: Run) -> None:
    by = channel("teams")
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, [by])
    eve, ada = company.person("Eve"), company.person("Ada")
    for person in (eve, ada):
        add(company, person, f"https://chat.example.com/{person}")
    for people in ((eve, ada), (eve,)):
        for person in people:
            company.follow_up(person, overdue=timedelta(hours=1))
        sweep(company, run)
    with acting_as(company.tx, "followup_dispatcher"):
        under_way: list[Delivery] = []
        while by.queue.waited(company.tx, [each.id for each in under_way]) is not None:
            taken = by.queue.take(company.tx, [each.id for each in under_way])
            assert isinstance(taken, Delivery)
            under_way.append(taken)
        assert sorted(each.recipient.name for each in under_way) == ["Ada", "Eve"]
        assert by.queue.take(company.tx, [each.id for each in under_way]) is None
        assert isinstance(by.queue.take(company.tx), Delivery)


def test_what_nobody_knows_is_repeated_twice_and_then_shown_to_operators(
    company: Company, run: Run, receiver: Receiver
) -> None:
    by = channel("teams")
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, [by])
    eve = company.person("Eve")
    add(company, eve, receiver.url())
    company.follow_up(eve, overdue=timedelta(hours=1))
    sweep(company, run)
    receiver.respond = answering(502)

    def tried() -> tuple[str, str]:
        company.tx.execute(text("UPDATE deliveries SET next_at = now()"))
        with acting_as(company.tx, "followup_dispatcher"):
            taken = by.queue.take(company.tx)
            assert isinstance(taken, Delivery)
            by.queue.record(company.tx, taken, by.open().send(by.write(taken)))
        state, error = company.tx.execute(text("SELECT state, error FROM deliveries")).one()
        return state, error

    again = ("unknown", "502 Bad Gateway")
    given_up = ("failed", "nobody knows whether it was posted, after 3 tries: 502 Bad Gateway")
    assert [tried() for _ in range(3)] == [again, again, given_up]
    assert len({each.headers["idempotency-key"] for each in receiver.received}) == 1
    outcomes = company.tx.execute(text("SELECT DISTINCT outcome FROM delivery_attempts")).scalars().all()
    assert outcomes == ["unknown"]
    company.tx.execute(
        text("""
            UPDATE deliveries SET state = 'queued', ended_at = NULL, retried_at = now(),
                created_at = now() - interval '1 hour'
        """)
    )
    company.tx.execute(text("UPDATE delivery_attempts SET began_at = now() - interval '1 minute'"))
    assert tried() == again


@pytest.mark.parametrize(("status", "state"), [(404, "off"), (410, "off"), (400, "ok"), (500, "ok")])
def test_a_chat_that_is_gone_is_switched_off_and_its_person_told(
    company: Company, run: Run, receiver: Receiver, status: int, state: str
) -> None:
    by = channel("teams")
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, [by])
    eve = company.person("Eve")
    add(company, eve, receiver.url())
    company.follow_up(eve, overdue=timedelta(hours=1))
    sweep(company, run)
    receiver.respond = answering(status)
    with acting_as(company.tx, "followup_dispatcher"):
        delivery = by.queue.take(company.tx)
        assert isinstance(delivery, Delivery)
        by.queue.record(company.tx, delivery, by.open().send(by.write(delivery)))
    assert company.tx.execute(text("SELECT state FROM destinations")).scalar() == state
    said = company.tx.execute(
        text("SELECT details ->> 'reason' FROM notifications WHERE audience = 'destination'")
    ).scalars()
    assert [each[:3] for each in said] == ([str(status)] if state == "off" else [])
