"""Webhooks are called, signed, tried again and given up as Standard Webhooks has it, and lead only there."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from followup_common.egress import Egress
from followup_common.sealing import Seal
from followup_dispatcher.attempts import LEFT
from followup_dispatcher.channels import configured
from followup_dispatcher.channels.webhook import Webhooks
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.webhooks import WAITS, Call, Calls
from sqlalchemy import text
from standardwebhooks.webhooks import WebhookVerificationError

from tests.support.certificates import make_certificate
from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep
from tests.support.ports import free_port
from tests.support.receiver import Receiver, Respond, answering, hanging, sending, trickling

SEAL = Seal("k" * 32)
SECRET, OLDER, OTHER = ("whsec_" + letter * 43 + "=" for letter in "ABC")
HERE = Egress([ip_network("127.0.0.0/8"), ip_network("::1/128")])
CALLS = Calls()
HOUR = timedelta(hours=1)
SENT = Outcome(Result.SENT, "204")
PUT_OFF = Outcome(Result.PUT_OFF, "503 busy")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


def call(url: str, *secrets: str) -> Call:
    sealed = [SEAL.sealed(each) for each in secrets or (SECRET,)]
    body = '{"type":"follow_up.completed","timestamp":"2026-03-02T09:00:00Z","data":{"title":"Söhne"}}'
    return Call(UUID(int=1), 1, 7, UUID(int=9), url, sealed, body.encode())


def outcome(url: str, *secrets: str, egress: Egress = HERE, patience: float = 10, **more: Any) -> Outcome:
    """What becomes of one call."""
    channel = Webhooks(SEAL, egress, patience=patience, **more)
    return channel.open().send(channel.write(call(url, *secrets)))


def test_what_comes_is_verified_by_the_standards_own_library(receiver: Receiver) -> None:
    assert outcome(receiver.url()).result is Result.SENT
    [got] = receiver.received
    assert got.verified(SECRET)["data"] == {"title": "Söhne"}
    assert got.headers["webhook-id"] == str(UUID(int=9))
    assert got.headers["content-type"] == "application/json"
    assert (got.headers["host"], got.path) == (f"127.0.0.1:{receiver.port}", "/hooks?of=followup")
    with pytest.raises(WebhookVerificationError):
        got.verified(OTHER)


def test_while_secrets_change_over_both_verify(receiver: Receiver) -> None:
    outcome(receiver.url(), SECRET, OLDER)
    [got] = receiver.received
    assert got.verified(SECRET) == got.verified(OLDER)
    with pytest.raises(WebhookVerificationError):
        got.verified(OTHER)


@pytest.mark.parametrize(
    ("respond", "result", "said"),
    [
        (answering(200), Result.SENT, "200 OK"),
        (answering(400), Result.PUT_OFF, "400 Bad Request"),
        (answering(404), Result.PUT_OFF, "404 Not Found"),
        (answering(500), Result.PUT_OFF, "500"),
        (answering(302, location="http://127.0.0.1/elsewhere"), Result.PUT_OFF, "redirects are not followed"),
        (answering(410), Result.REFUSED, "410 Gone"),
        (sending(b""), Result.UNKNOWN, "no answer"),
        (sending(b"HTTP/1.1 20"), Result.UNKNOWN, "no answer"),
        (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), Result.UNKNOWN, "no answer"),
        (sending(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhal"), Result.SENT, "200 OK"),
    ],
)
def test_every_answer_is_understood(receiver: Receiver, respond: Respond, result: Result, said: str) -> None:
    receiver.respond = respond
    found = outcome(receiver.url())
    assert (found.result, found.gone) == (result, said.startswith("410"))
    assert said in found.answer
    assert len(receiver.received) == 1


def test_a_redirect_leads_nowhere(receiver: Receiver) -> None:
    with Receiver() as elsewhere:
        receiver.respond = answering(307, location=elsewhere.url())
        assert outcome(receiver.url()).result is Result.PUT_OFF
        assert elsewhere.received == []


@pytest.mark.parametrize("slow", [hanging, trickling])
def test_one_that_is_slow_is_cut_off_and_nobody_knows(receiver: Receiver, slow: Any) -> None:
    receiver.respond = slow(receiver)
    found = outcome(receiver.url(), patience=0.5)
    assert found.result is Result.UNKNOWN


def test_one_that_asks_to_be_left_alone_says_how_long(receiver: Receiver) -> None:
    receiver.respond = answering(429, retry_after="120")
    assert outcome(receiver.url()).wait == timedelta(seconds=120)
    receiver.respond = answering(503, retry_after=format_datetime(datetime.now(UTC) + HOUR, usegmt=True))
    assert timedelta(minutes=58) < outcome(receiver.url()).wait <= HOUR
    for nonsense in ("soon", "-5", "9" * 400, "Mon, 99 Foo 2026"):
        receiver.respond = answering(429, retry_after=nonsense)
        assert outcome(receiver.url()).result is Result.PUT_OFF


def test_one_that_is_not_there_has_not_got_it(receiver: Receiver) -> None:
    assert outcome(f"http://127.0.0.1:{free_port()}/").result is Result.PUT_OFF
    assert "cannot be resolved" in outcome("https://nowhere.invalid/").answer


def test_tls_is_for_the_name_and_checked(certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    names: list[str | None] = []
    tls.sni_callback = lambda _, name, __: names.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with Receiver(tls) as receiver:
        assert outcome(receiver.url("localhost"), context=trusting).result is Result.SENT
        assert names[-1] == "localhost"
        [got] = receiver.received
        assert got.headers["host"] == f"localhost:{receiver.port}"
        for found in (outcome(receiver.url("localhost")), outcome(receiver.url(), context=trusting)):
            assert found.result is Result.PUT_OFF
            assert "CERTIFICATE_VERIFY_FAILED" in found.answer
        assert len(receiver.received) == 1


def test_what_became_private_since_it_was_saved_is_not_called(receiver: Receiver) -> None:
    found = outcome(receiver.url("localhost"), egress=Egress())
    assert found.result is Result.PUT_OFF
    assert "not a public address" in found.answer
    assert receiver.received == []


def test_the_address_that_was_checked_is_the_one_that_is_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name whose DNS answers otherwise the second time leads nowhere else."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host: Any, *more: Any, **named: Any) -> Any:
        if host != "rebinding.example.com":
            return real(host, *more, **named)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert outcome(receiver.url("rebinding.example.com")).result is Result.SENT
    assert asked == ["rebinding.example.com"]
    assert receiver.received[0].headers["host"] == f"rebinding.example.com:{receiver.port}"


def test_a_secret_that_another_key_sealed_waits_for_its_key() -> None:
    channel = Webhooks(Seal("o" * 32), HERE)
    found = channel.open().send(channel.write(call("http://127.0.0.1/")))
    assert found.result is Result.PUT_OFF
    assert "FOLLOWUP_SECRETS_KEY" in found.answer
    assert Seal("n" * 32, "k" * 32).opened(SEAL.sealed(SECRET)) == SECRET


def test_without_a_key_there_is_no_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("FOLLOWUP_SECRETS_KEY", "")
    assert configured(DispatcherSettings()) == []
    monkeypatch.setenv("FOLLOWUP_SECRETS_KEY", "k" * 32)
    names = [channel.name for channel in configured(DispatcherSettings())]
    assert names == ["slack_webhook", "teams", "apprise", "webhook"]


def listen(company: Company, *event_types: str) -> int:
    """A webhook of an admin's; its id."""
    owner = company.person("Ada", role="admin")
    statement = text("""
        INSERT INTO webhooks (url, event_types, owner_id, secret)
        VALUES ('https://93.184.215.14/', :types, :owner, :secret) RETURNING id
    """)
    types = list(event_types or ("escalation.announced",))
    values = {"types": types, "owner": owner, "secret": SEAL.sealed(SECRET)}
    return int(company.tx.execute(statement, values).scalar_one())


def escalate(company: Company, run: Run) -> int:
    call = company.follow_up(company.person("Eve"), overdue=HOUR, title="Call Ada")
    sweep(company, run)
    return call


def taken(company: Company) -> Call | None:
    """What the dispatcher takes, with the rights that it has."""
    with acting_as(company.tx, "followup_dispatcher"):
        return CALLS.take(company.tx)


def ended(company: Company, of: Call, outcome: Outcome) -> None:
    with acting_as(company.tx, "followup_dispatcher"):
        CALLS.record(company.tx, of, outcome)


def waits(company: Company) -> list[timedelta]:
    rows = company.tx.execute(text("SELECT next_at - now() FROM deliveries WHERE ended_at IS NULL"))
    return [wait for (wait,) in rows]


def let_time_pass(company: Company) -> None:
    company.tx.execute(text("UPDATE deliveries SET next_at = now() WHERE ended_at IS NULL"))
    company.tx.execute(text("UPDATE webhooks SET free_at = now()"))


def states(company: Company) -> list[tuple[int, str, str | None]]:
    rows = company.tx.execute(text("SELECT attempts, state, error FROM deliveries ORDER BY webhook_id"))
    return [tuple(row) for row in rows]


def of_webhook(company: Company, column: str) -> Any:
    return company.tx.execute(text(f"SELECT {column} FROM webhooks ORDER BY id LIMIT 1")).scalar()


def test_an_escalation_is_told_once_to_each_webhook_that_listens(company: Company, run: Run) -> None:
    first, second = listen(company), listen(company)
    listen(company, "follow_up.completed")
    call_id = escalate(company, run)
    calls = [taken(company), taken(company)]
    assert taken(company) is None
    assert sorted(each.webhook_id for each in calls if each) == [first, second]
    assert len({(each.event_id, each.body) for each in calls if each}) == 1
    assert calls[0]
    assert f'"id":{call_id}'.encode() in calls[0].body
    assert b'"type":"escalation.announced"' in calls[0].body
    for each in calls:
        assert each
        ended(company, each, SENT)
    assert states(company) == [(1, "sent", None)] * 2
    assert taken(company) is None


def test_one_at_a_time_is_under_way_to_a_webhook(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    escalate(company, run)
    first = taken(company)
    assert first
    assert taken(company) is None  # though another one is due
    ended(company, first, SENT)
    second = taken(company)
    assert second
    assert second.event_id != first.event_id


def test_it_is_tried_again_as_the_standard_has_it_and_then_given_up(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    bodies = set()
    for wait in WAITS:
        call = taken(company)
        assert call
        bodies.add((call.event_id, call.body))
        ended(company, call, PUT_OFF)
        [until] = waits(company)
        assert wait <= until <= wait * 1.1 + timedelta(milliseconds=1)
        assert taken(company) is None
        let_time_pass(company)
    last = taken(company)
    assert last
    ended(company, last, PUT_OFF)
    assert states(company) == [(len(WAITS) + 1, "failed", "503 busy")]
    assert len(bodies) == 1
    company.tx.execute(
        text("UPDATE deliveries SET state = 'queued', ended_at = NULL, next_at = now(), retried_at = now()")
    )
    company.tx.execute(text("UPDATE delivery_attempts SET began_at = began_at - interval '1 second'"))
    let_time_pass(company)
    again = taken(company)
    assert again
    ended(company, again, PUT_OFF)
    assert waits(company)[0] < timedelta(minutes=1)  # it begins afresh


def test_an_unknown_outcome_says_so_and_is_repeated_under_the_same_id(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    first = taken(company)
    assert first
    ended(company, first, Outcome(Result.UNKNOWN, "no answer"))
    assert states(company) == [(1, "unknown", "no answer")]
    let_time_pass(company)
    second = taken(company)
    assert second
    assert (second.event_id, second.attempt) == (first.event_id, 2)


def test_one_that_was_taken_over_changes_its_own_record_only(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    first = taken(company)
    let_time_pass(company)  # its lease has ended
    second = taken(company)
    assert first
    assert second
    assert second.attempt == 2
    ended(company, first, Outcome(Result.REFUSED, "410 Gone", gone=True))
    assert of_webhook(company, "state") == "on"
    ended(company, second, SENT)
    assert states(company) == [(2, "sent", None)]


def test_a_wait_that_it_asks_for_is_kept(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    call = taken(company)
    assert call
    ended(company, call, Outcome(Result.PUT_OFF, "429", wait=HOUR))
    assert waits(company) == [HOUR]
    assert of_webhook(company, "free_at - now()") == HOUR
    let_time_pass(company)
    call = taken(company)
    assert call
    ended(company, call, Outcome(Result.PUT_OFF, "429", wait=timedelta(days=400)))
    assert waits(company) == [timedelta(days=1)]


def test_one_that_fails_rests_and_one_that_answers_does_not(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    for rest in (5, 10, 20):
        call = taken(company)
        assert call
        ended(company, call, PUT_OFF)
        assert of_webhook(company, "free_at - now()") == timedelta(seconds=rest)
        let_time_pass(company)
    assert of_webhook(company, "failing_since IS NOT NULL")
    call = taken(company)
    assert call
    ended(company, call, SENT)
    assert (of_webhook(company, "failures"), of_webhook(company, "failing_since")) == (0, None)


def test_410_switches_it_off_and_nothing_more_is_sent_or_planned(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    escalate(company, run)
    call = taken(company)
    assert call
    ended(company, call, Outcome(Result.REFUSED, "410 Gone", gone=True))
    assert (of_webhook(company, "state"), of_webhook(company, "off_because")) == (
        "off",
        "it answered 410 Gone",
    )
    assert sorted(state for _, state, _ in states(company)) == ["failed", "suppressed"]
    let_time_pass(company)
    escalate(company, run)
    assert taken(company) is None
    assert company.count("deliveries") == 2


def test_what_was_left_under_way_when_it_is_switched_off_may_have_arrived(company: Company, run: Run) -> None:
    """Its process was killed before it could record what became of it: that nobody knows stays on record."""
    listen(company)
    escalate(company, run)
    left = taken(company)
    company.tx.execute(text("UPDATE webhooks SET free_at = now()"))
    escalate(company, run)
    other = taken(company)
    assert left
    assert other
    ended(company, other, Outcome(Result.REFUSED, "410 Gone", gone=True))
    statement = text("SELECT outcome, answer FROM delivery_attempts WHERE delivery_id = :id")
    assert company.tx.execute(statement, {"id": left.id}).one() == ("unknown", LEFT)
    assert company.tx.execute(statement, {"id": other.id}).one() == ("refused", "410 Gone")
    ended(company, left, SENT)  # it lived, and had only lost the database
    assert company.tx.execute(statement, {"id": left.id}).one() == ("sent", "204")
    assert sorted(state for _, state, _ in states(company)) == ["failed", "suppressed"]


def test_one_that_fails_for_days_is_switched_off(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    call = taken(company)
    assert call
    company.tx.execute(text("UPDATE webhooks SET failing_since = now() - interval '119 hours'"))
    ended(company, call, PUT_OFF)
    assert of_webhook(company, "state") == "on"
    let_time_pass(company)
    company.tx.execute(text("UPDATE webhooks SET failing_since = now() - interval '120 hours'"))
    call = taken(company)
    assert call
    ended(company, call, PUT_OFF)
    assert (of_webhook(company, "state"), states(company)[0][1]) == ("off", "suppressed")


def test_a_clock_that_is_ahead_switches_nothing_off(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    company.tx.execute(text("INSERT INTO slow_clock (at) VALUES (now() - interval '40 days')"))
    company.tx.execute(text("UPDATE webhooks SET failing_since = now() - interval '40 days 1 second'"))
    call = taken(company)
    assert call
    ended(company, call, PUT_OFF)
    assert of_webhook(company, "state") == "on"


def told(company: Company) -> list[tuple[int, bool, str]]:
    rows = company.tx.execute(
        text("""
            SELECT user_id, (details ->> 'off')::boolean, details ->> 'reason' FROM notifications
            WHERE audience = 'webhook' AND read_at IS NULL ORDER BY id
        """)
    )
    return [tuple(row) for row in rows]


def test_who_made_it_is_told_that_it_fails_and_again_that_it_is_off(company: Company, run: Run) -> None:
    listen(company)
    owner = of_webhook(company, "owner_id")
    company.person("Bea", role="admin")
    escalate(company, run)
    for failing, expected in (
        (timedelta(minutes=59), []),
        (HOUR, [(owner, False, "503 busy")]),
        (HOUR * 2, [(owner, False, "503 busy")]),
    ):
        call = taken(company)
        assert call
        company.tx.execute(text("UPDATE webhooks SET failing_since = now() - :long"), {"long": failing})
        ended(company, call, PUT_OFF)
        assert told(company) == expected
        let_time_pass(company)
    call = taken(company)
    assert call
    ended(company, call, Outcome(Result.REFUSED, "410 Gone", gone=True))
    assert told(company) == [(owner, True, "it answered 410 Gone")]
    log = company.tx.execute(
        text("SELECT target, details FROM audit_log WHERE action = 'webhook.switched-off'")
    )
    [(target, details)] = log
    assert target.startswith("webhooks/")
    assert details == {"host": "93.184.215.14", "reason": "it answered 410 Gone"}


def test_who_is_no_admin_any_more_is_not_told_and_the_admins_are(company: Company, run: Run) -> None:
    listen(company)
    bea = company.person("Bea", role="admin")
    company.tx.execute(text("UPDATE users SET role = 'employee' WHERE name = 'Ada'"))
    escalate(company, run)
    call = taken(company)
    assert call
    ended(company, call, Outcome(Result.REFUSED, "410 Gone", gone=True))
    assert (bea, True, "it answered 410 Gone") in told(company)
    assert of_webhook(company, "owner_id") not in [user for user, *_ in told(company)]


def test_a_paused_one_waits(company: Company, run: Run) -> None:
    listen(company)
    company.tx.execute(text("UPDATE webhooks SET state = 'paused'"))
    escalate(company, run)
    with acting_as(company.tx, "followup_dispatcher"):
        assert CALLS.waited(company.tx) is None
    assert taken(company) is None
    company.tx.execute(text("UPDATE webhooks SET state = 'on'"))
    with acting_as(company.tx, "followup_dispatcher"):
        assert CALLS.waited(company.tx) == timedelta(0)
    assert taken(company)


def test_what_waits_for_a_time_of_a_clock_that_was_ahead_comes_back(company: Company, run: Run) -> None:
    listen(company)
    escalate(company, run)
    ahead = timedelta(days=30)
    company.tx.execute(text("UPDATE deliveries SET next_at = now() + :ahead"), {"ahead": ahead})
    company.tx.execute(text("UPDATE webhooks SET free_at = now() + :ahead"), {"ahead": ahead})
    assert taken(company) is None
    with acting_as(company.tx, "followup_dispatcher"):
        CALLS.bring_back(company.tx)
    assert taken(company)
    company.tx.execute(text("UPDATE deliveries SET next_at = now() + interval '24 hours'"))
    with acting_as(company.tx, "followup_dispatcher"):
        CALLS.bring_back(company.tx)
    assert waits(company) == [timedelta(hours=24)]
