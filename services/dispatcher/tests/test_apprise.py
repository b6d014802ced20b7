"""Services are told by Apprise, and what some of several may have taken is not repeated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from followup_common.egress import Egress
from followup_common.sealing import Seal
from followup_dispatcher.channels.apprise import AppriseChannel, Told
from followup_dispatcher.chats import Chats
from followup_dispatcher.destinations import switch
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep
from tests.support.receiver import Receiver, answering

from .test_chat_webhooks import TOLD

SEAL = Seal("k" * 32)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        receiver.respond = answering(200)
        yield receiver


def channel(seal: Seal = SEAL) -> AppriseChannel:
    here = Egress([ip_network("127.0.0.0/8")])
    return AppriseChannel(seal=seal, chats=Chats("https://followup.example.com"), egress=here, patience=2)


def sealed(url: str, *, private: bool = False) -> bytes:
    return SEAL.sealed(json.dumps({"url": url, "private": private}))


def told(url: str, *, private: bool = False, by: AppriseChannel | None = None) -> Outcome:
    by = by or channel()
    return by.open().send(by.write(replace(TOLD, sealed=sealed(url, private=private))))


def test_a_service_is_told_what_the_inbox_says(receiver: Receiver) -> None:
    url = f"json://127.0.0.1:{receiver.port}/x"
    assert told(url) == Outcome(Result.SENT, "told")
    assert told(url, private=True).result is Result.SENT
    others, alone = (json.loads(each.body) for each in receiver.received)
    assert others["title"].startswith("SLA breach: Call Ada & Söhne <now>")
    assert "Open: https://followup.example.com/followups/7" in others["message"]
    assert "For Eve Okafor: You manage Amir Patel." in others["message"]
    assert ("/a/t1" in others["message"], "/a/t1" in alone["message"]) == (False, True)


def test_what_cannot_be_told_says_why(receiver: Receiver) -> None:
    url = f"json://127.0.0.1:{receiver.port}/x"
    for broken, result in (
        (told("json://10.1.2.3/x"), Result.PUT_OFF),
        (told("ntfys://nowhere.invalid/x"), Result.PUT_OFF),
        (told("syslog://"), Result.REFUSED),
        (told(url, by=channel(Seal("j" * 32))), Result.PUT_OFF),
    ):
        assert broken.result is result
    receiver.respond = answering(500)
    assert told(url) == Told(Result.UNKNOWN, "Apprise: failure (500)", once=False)


@pytest.mark.parametrize(("topics", "state"), [("one", "unknown"), ("one/two", "failed")])
def test_what_some_of_several_may_have_taken_is_not_repeated(
    company: Company, run: Run, receiver: Receiver, topics: str, state: str
) -> None:
    by = channel()
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, [by])
    eve = company.person("Eve")
    company.follow_up(eve, overdue=timedelta(hours=1))
    company.tx.execute(
        text("""
            INSERT INTO destinations (user_id, channel, address, sealed, verified_at)
            VALUES (:eve, 'apprise', 'ntfy', :sealed, now())
        """),
        {"eve": eve, "sealed": sealed(f"ntfy://127.0.0.1:{receiver.port}/{topics}")},
    )
    sweep(company, run)
    receiver.respond = answering(500)
    with acting_as(company.tx, "followup_dispatcher"):
        delivery = by.queue.take(company.tx)
        assert isinstance(delivery, Delivery)
        by.queue.record(company.tx, delivery, by.open().send(by.write(delivery)))
    [(kept,)] = company.tx.execute(text("SELECT state FROM deliveries")).all()
    assert kept == state
