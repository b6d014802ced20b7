"""What is pushed to a browser only it can read, it is signed, and each answer of a push service counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from followup_common.egress import Egress
from followup_common.policy import Command
from followup_common.sealing import Seal
from followup_dispatcher.channels import configured
from followup_dispatcher.channels.push import WebPush, encrypted
from followup_dispatcher.circuits import Delayed
from followup_dispatcher.destinations import switch
from followup_dispatcher.ended import Stopped
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.subscriptions import PushDelivery
from followup_dispatcher.telling import (
    Delivery,
    Digest,
    Group,
    Line,
    Links,
    Message,
    Notification,
    Recipient,
    Summary,
)
from followup_dispatcher.vapid import Vapid
from pydantic import ValidationError
from sqlalchemy import text

from tests.support.browsers import PushedBrowser, decoded
from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep
from tests.support.ports import free_port
from tests.support.receiver import Receiver, Respond, answering, sending, trickling

KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
SEAL = Seal("k" * 32)
VAPID = Vapid.of(KEY, "mailto:ops@example.com")
HERE = Egress([ip_network("127.0.0.0/8")])
HOUR = timedelta(hours=1)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BROWSER = PushedBrowser()
CALL = Notification(
    follow_up_id=42, run=1, step=1, title="Call Söhne", subject=None, due_at=NOW - HOUR, told_at=NOW,
    assignee="Eve", audience="assignee", fallback=None, severity="overdue", label="employee",
    policy="Standard", actor=None, absent=None, until=None,
)  # fmt: skip
LINE = Line(42, 1, "assignee", "Call\nAda", None, NOW, "Eve")
MANY = Summary(severity="breach", number=90, own=True, lines=(LINE,) * 50, told_at=NOW)
LINKS = Links({Command.COMPLETE: "c" * 43, Command.SNOOZE: "s" * 43, Command.ACKNOWLEDGE: "a" * 43}, NOW)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def channel(egress: Egress = HERE, **more: Any) -> WebPush:
    return WebPush(SEAL, VAPID, egress, act_for=timedelta(days=7), **more)


def delivery(
    told: Message = CALL, url: str = "", seal: Seal = SEAL, links: Links | None = LINKS
) -> PushDelivery:
    """One on its way to the browser."""
    reader = Recipient("Eve", "UTC", "24h", "day-month")
    sealed = seal.sealed(json.dumps({"endpoint": url, **BROWSER.keys}))
    return PushDelivery(
        Delivery(UUID(int=9), 1, "Firefox", reader, told, {42: links} if links else {}), sealed
    )


def pushed(receiver: Receiver, taken: PushDelivery, **more: Any) -> Outcome:
    """What becomes of one."""
    by = channel(**more)
    return by.open().send(by.write(taken))


def test_the_example_of_the_standard_is_read_and_what_we_encrypt_too() -> None:
    """RFC 8291, 5: the browser of these tests reads as the standard has it."""
    browser = PushedBrowser.of(KEY, "BTBZMqHH6r4Tts7J_aSIgg")
    body = decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.opened(body) == b"When I grow up, I want to be a watermelon"
    first, second = (encrypted(b"Hello", **browser.keys) for _ in range(2))
    assert first != second
    assert browser.opened(first) == browser.opened(second) == b"Hello"


def test_only_the_browser_reads_what_comes_and_who_sends_it_is_signed(receiver: Receiver) -> None:
    assert pushed(receiver, delivery(url=receiver.url())).result is Result.SENT
    [got] = receiver.received
    said = BROWSER.read(got.body)
    assert said["title"] == "Call Söhne is 1 h overdue"
    assert said["body"] == "You are the assignee."
    assert (said["path"], said["tag"]) == ("/followups/42", got.headers["topic"])
    assert [(each["action"], each["path"]) for each in said["acts"]] == [
        *(("complete", f"/a/{'c' * 43}"), ("snooze", f"/a/{'s' * 43}")),
    ]
    assert b"Call" not in got.body
    scheme, _, parts = got.headers["authorization"].partition(" ")
    signed = dict(each.strip().split("=", 1) for each in parts.split(","))
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(signed["k"]))
    claims = jwt.decode(signed["t"], key, algorithms=["ES256"], audience=f"http://127.0.0.1:{receiver.port}")
    assert (scheme, claims["sub"]) == ("vapid", "mailto:ops@example.com")
    assert timedelta(0) < datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC) <= timedelta(days=1)


def test_a_newer_message_of_a_follow_up_replaces_the_older_and_a_breach_is_urgent() -> None:
    def headers(told: Notification | Summary) -> Any:
        push = channel().write(delivery(told, "https://push.example.com/x"))
        assert not isinstance(push, Outcome)
        assert len(push.payload) <= 4_096
        return push.headers(NOW)

    first, many = headers(CALL), headers(MANY)
    assert first["topic"] != many["topic"]
    assert {len(decoded(each["topic"])) for each in (first, many)} == {24}
    assert (first["urgency"], many["urgency"]) == ("normal", "high")
    assert 0 < int(first["ttl"]) <= 86_400
    long = Notification(**{**vars(CALL), "title": "語" * 500, "assignee": "語" * 200})
    assert headers(long)["topic"] == first["topic"]
    lines = (Line(42, 1, "assignee", "語" * 500, None, NOW, "Eve"),) * 50
    headers(Summary(severity="breach", number=90, own=True, lines=lines, told_at=NOW))


def test_a_summary_and_a_digest_say_what_the_longest_overdue_are(receiver: Receiver) -> None:
    digest = Digest(
        number=3, groups=(Group("Ada", False, (LINE,)), Group(None, False, (LINE,) * 3)), told_at=NOW
    )
    for told in (MANY, digest):
        pushed(receiver, delivery(told, receiver.url(), links=None))
    for got in receiver.received:
        said = BROWSER.read(got.body)
        assert (said["path"], said["acts"], said["body"]) == ("/inbox", [], "Call Ada\nCall Ada\nCall Ada")
    assert said["title"] == "Your digest: 3 follow-ups"


@pytest.mark.parametrize(
    ("respond", "result", "gone"),
    [
        (answering(201), Result.SENT, False),
        (answering(204), Result.SENT, False),
        (answering(302, location="http://127.0.0.1/elsewhere"), Result.PUT_OFF, False),
        (answering(400), Result.REFUSED, False),
        (answering(401), Result.PUT_OFF, False),
        (answering(403), Result.PUT_OFF, False),
        (answering(404), Result.REFUSED, True),
        (answering(410), Result.REFUSED, True),
        (answering(413), Result.REFUSED, False),
        (answering(429, retry_after="120"), Result.PUT_OFF, False),
        (answering(500), Result.PUT_OFF, False),
        (answering(503), Result.PUT_OFF, False),
        (sending(b""), Result.UNKNOWN, False),
        (sending(b"HTTP/1.1 20"), Result.UNKNOWN, False),
        (sending(b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\nhal"), Result.SENT, False),
    ],
)
def test_every_answer_is_understood(receiver: Receiver, respond: Respond, result: Result, gone: bool) -> None:
    receiver.respond = respond
    found = pushed(receiver, delivery(url=receiver.url()))
    assert (found.result, found.gone) == (result, gone)
    assert found.wait == timedelta(seconds=120 if "429" in found.answer else 0)
    assert len(receiver.received) == 1


def test_one_that_is_slow_is_cut_off_and_nobody_knows(receiver: Receiver) -> None:
    receiver.respond = trickling(receiver)
    assert pushed(receiver, delivery(url=receiver.url()), patience=0.5).result is Result.UNKNOWN


def test_nothing_goes_where_it_may_not(receiver: Receiver) -> None:
    for url, egress in ((receiver.url(), Egress()), (f"http://127.0.0.1:{free_port()}/", HERE)):
        assert pushed(receiver, delivery(url=url), egress=egress).result is Result.PUT_OFF
    assert receiver.received == []


def test_what_another_key_sealed_waits_for_its_key(receiver: Receiver) -> None:
    found = pushed(receiver, delivery(url=receiver.url(), seal=Seal("o" * 32)))
    assert found.result is Result.PUT_OFF
    assert "FOLLOWUP_SECRETS_KEY" in found.answer


def test_it_is_configured_by_both_keys_and_a_wrong_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    for secrets_key, vapid_key, there in (("", KEY, False), ("k" * 32, "", False), ("k" * 32, KEY, True)):
        monkeypatch.setenv("FOLLOWUP_SECRETS_KEY", secrets_key)
        monkeypatch.setenv("FOLLOWUP_VAPID_PRIVATE_KEY", vapid_key)
        assert ("push" in [each.name for each in configured(DispatcherSettings())]) is there
    for wrong in ("x", "A" * 43, "hunter2" * 9):
        monkeypatch.setenv("FOLLOWUP_VAPID_PRIVATE_KEY", wrong)
        with pytest.raises(ValidationError, match="openssl rand -base64 32") as refused:
            DispatcherSettings()
        assert wrong not in str(refused.value).replace("vapid_private_key", "") or wrong == "x"


def subscribe(company: Company, user_id: int, url: str) -> int:
    """A browser of somebody's; the id of its destination."""
    sealed = SEAL.sealed(json.dumps({"endpoint": url, **BROWSER.keys}))
    browser = text("""
        INSERT INTO destinations (user_id, channel, address, verified_at)
        VALUES (:user_id, 'push', 'Firefox@127.0.0.1', now()) RETURNING id
    """)
    number = int(company.tx.execute(browser, {"user_id": user_id}).scalar_one())
    company.tx.execute(
        text("INSERT INTO push_subscriptions VALUES (:id, :hash, :sealed)"),
        {"id": number, "hash": hashlib.sha256(url.encode()).digest(), "sealed": sealed},
    )
    return number


def set_up(company: Company, run: Run, url: str = "https://push.example.com/x") -> tuple[WebPush, int]:
    """Somebody whose browser is told of one follow-up: the channel, and its id."""
    by = channel()
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, [by])
        by.queue.bring_back(company.tx)
    eve = company.person("Eve")
    subscribe(company, eve, url)
    call = company.follow_up(eve, overdue=HOUR, title="Call Ada")
    sweep(company, run)
    return by, call


def taken(company: Company, by: WebPush) -> PushDelivery | Stopped | Delayed | None:
    with acting_as(company.tx, "followup_dispatcher"):
        return by.queue.take(company.tx)


def sent(company: Company, by: WebPush) -> Outcome:
    """Take one, send it, and record what became of it, with the rights of the dispatcher."""
    found = taken(company, by)
    assert isinstance(found, PushDelivery)
    outcome = by.open().send(by.write(found))
    with acting_as(company.tx, "followup_dispatcher"):
        by.queue.record(company.tx, found, outcome)
    return outcome


def states(company: Company) -> list[str]:
    return list(company.tx.execute(text("SELECT state FROM deliveries ORDER BY notification_id")).scalars())


def test_an_escalation_is_planned_taken_and_sent_once(company: Company, run: Run, receiver: Receiver) -> None:
    by, call = set_up(company, run, receiver.url())
    assert sent(company, by).result is Result.SENT
    assert states(company) == ["sent"]
    assert taken(company, by) is None
    said = BROWSER.read(receiver.received[0].body)
    assert said["path"] == f"/followups/{call}"
    kept = company.tx.execute(text("SELECT encode(token_hash, 'hex') FROM action_links")).scalars().all()
    assert {
        hashlib.sha256(each["path"].removeprefix("/a/").encode()).hexdigest() for each in said["acts"]
    } <= {*kept}
    assert company.tx.execute(text("SELECT public_key FROM channels")).scalar() == VAPID.public_key


def test_nothing_begins_once_it_was_completed(company: Company, run: Run) -> None:
    by, call = set_up(company, run)
    company.set(call, completed_at=NOW)
    assert taken(company, by) == Stopped("completed")
    assert states(company) == ["suppressed"]


def test_a_browser_that_is_gone_is_told_nothing_more(company: Company, run: Run, receiver: Receiver) -> None:
    by, _ = set_up(company, run, receiver.url())
    eve = company.tx.execute(text("SELECT assignee_id FROM follow_ups")).scalar_one()
    company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    receiver.respond = answering(410)
    assert sent(company, by).gone
    assert taken(company, by) == Stopped("deleted")
    assert company.count("destinations") == company.count("push_subscriptions") == 0
    assert sorted(states(company)) == ["failed", "suppressed"]
    assert len(receiver.received) == 1


def test_one_that_asks_to_be_left_alone_is(company: Company, run: Run, receiver: Receiver) -> None:
    by, _ = set_up(company, run, receiver.url())
    for asked, least in (("1800", 30), ("999999", 60)):
        receiver.respond = answering(429, retry_after=asked)
        sent(company, by)
        wait = company.tx.execute(text("SELECT next_at - now() FROM deliveries")).scalar_one()
        assert wait == timedelta(minutes=least)
        company.tx.execute(text("UPDATE deliveries SET next_at = now()"))


def test_a_browser_that_was_removed_is_told_nothing(company: Company, run: Run) -> None:
    by, _ = set_up(company, run)
    company.tx.execute(text("DELETE FROM destinations"))
    assert taken(company, by) == Stopped("deleted")
