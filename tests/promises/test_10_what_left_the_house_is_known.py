"""Promise 10: a delivery to the outside is at least once under one id, and what became of it is known.

What else stops a delivery, and what each answer of a mail server means, is tested beside the dispatcher.
"""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

import pytest
from followup_common.db import Database
from followup_common.sealing import Seal
from followup_dispatcher.attempts import NOT_TRIED
from followup_dispatcher.deliveries import take
from followup_dispatcher.ended import Stopped
from followup_dispatcher.mail_deliveries import ForMail
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from tests.support.mail_server import MailServer, Taken
from tests.support.pipeline import Pipeline
from tests.support.postgres import Postgres, role_url
from tests.support.processes import Process
from tests.support.receiver import Receiver, answering
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)
SENDER = "Followup <followup@example.com>"

Start = Callable[..., Process]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def dispatch(
    database_url: str, mail_server: MailServer, start_service: Start, tmp_path: Path
) -> Callable[[], Process]:
    """Start one more dispatcher that sends to the mail server."""
    numbers = count(1)

    def start() -> Process:
        return start_service(
            "dispatcher",
            folder=tmp_path / str(next(numbers)),
            FOLLOWUP_DATABASE_URL=role_url(database_url, "followup_dispatcher"),
            FOLLOWUP_SMTP_URL=mail_server.url,
            FOLLOWUP_MAIL_FROM=SENDER,
        )

    return start


def switch_on(pipeline: Pipeline) -> None:
    """As a dispatcher does that has a mail server."""
    with pipeline.owner.transaction() as tx:
        tx.execute(text("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)"))


def announce(pipeline: Pipeline, number: int) -> None:
    """Let so many follow-ups be announced, each of somebody else: several of one would be told once."""
    with pipeline.company() as company:
        for _ in range(number):
            company.follow_up(company.person("Eve"), overdue=HOUR, title="Call Ada")
    pipeline.request_sweep()
    pipeline.work()


def states(pipeline: Pipeline) -> Counter[str]:
    with pipeline.owner.transaction() as tx:
        return Counter(tx.execute(text("SELECT state FROM deliveries")).scalars())


def outcomes(pipeline: Pipeline) -> list[tuple[int, str | None]]:
    with pipeline.owner.transaction() as tx:
        rows = tx.execute(text("SELECT number, outcome FROM delivery_attempts ORDER BY number"))
        return [tuple(row) for row in rows]


def test_an_escalation_arrives_as_a_mail(
    pipeline: Pipeline, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    dispatcher = dispatch()
    with pipeline.company() as company:
        eventually(lambda: company.count("channels"), what="mail is set up")
    announce(pipeline, 3)
    dispatcher.wait_until(lambda: len(mail_server.taken) == 3, what="three mails")
    eventually(lambda: states(pipeline) == {"sent": 3}, what="it is recorded")
    assert sorted(mail_server.subjects) == ["Call Ada is 1 h overdue"] * 3
    assert dispatcher.terminate(30) == 0


def test_a_dispatcher_killed_between_sending_and_recording_says_so_and_repeats_itself(
    pipeline: Pipeline, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    switch_on(pipeline)
    announce(pipeline, 1)
    running: list[Process] = []
    killed = threading.Event()

    def kill(_: Taken) -> None:
        if not killed.is_set():
            eventually(lambda: running, what="it is known")
            running[0].kill()
            killed.set()

    mail_server.on_text = kill
    running.append(dispatch())
    assert killed.wait(60)
    eventually(lambda: len(mail_server.taken) == 1, what="the server has it")
    assert states(pipeline) == {"sending": 1}
    assert outcomes(pipeline) == [(1, None)]
    with pipeline.owner.transaction() as tx:
        tx.execute(text("UPDATE deliveries SET next_at = now()"))  # its lease ends
    dispatch().wait_until(lambda: states(pipeline) == {"sent": 1}, what="it is sent again")
    assert outcomes(pipeline) == [(1, "unknown"), (2, "sent")]
    first, second = mail_server.taken
    assert first.content == second.content


def test_two_dispatchers_send_each_mail_once(
    pipeline: Pipeline, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    switch_on(pipeline)
    announce(pipeline, 300)
    for process in (dispatch(), dispatch()):
        process.wait_until(lambda: states(pipeline)["queued"] == 0, 60, what="all are taken")
    eventually(lambda: states(pipeline) == {"sent": 300}, what="all are sent")
    assert len({taken.message["Message-ID"] for taken in mail_server.taken}) == len(mail_server.taken) == 300
    assert {parseaddr(str(taken.message["To"]))[0] for taken in mail_server.taken} == {"Eve"}


def test_a_unique_key_says_that_a_notification_goes_to_a_destination_once(pipeline: Pipeline) -> None:
    switch_on(pipeline)
    announce(pipeline, 1)
    columns = "notification_id, user_id, follow_up_id, destination_id, channel"
    again = text(f"INSERT INTO deliveries ({columns}) SELECT {columns} FROM deliveries")
    with pytest.raises(IntegrityError, match="uq_deliveries_once"), pipeline.owner.transaction() as tx:
        tx.execute(again)
    assert states(pipeline) == {"queued": 1}


KEY = "k" * 32


def listen(pipeline: Pipeline, secret: str, *urls: str) -> None:
    """Let webhooks of an admin hear of escalations; the first has been left alone for longest."""
    with pipeline.owner.transaction() as tx:
        statement = text("""
            WITH ada AS (
                INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin')
                RETURNING id
            )
            INSERT INTO webhooks (url, event_types, owner_id, secret, free_at)
            SELECT w.url, '{escalation.announced}', ada.id, :secret, now() - interval '1 hour' / w.number
            FROM ada, unnest(CAST(:urls AS text[])) WITH ORDINALITY AS w (url, number)
        """)
        tx.execute(statement, {"urls": list(urls), "secret": Seal(KEY).sealed(secret)})


def test_a_webhook_hears_each_event_under_one_id_whatever_dispatcher_dies(
    pipeline: Pipeline, database_url: str, start_service: Start, tmp_path: Path
) -> None:
    """One of two is killed while the other side has the event and has not answered."""
    secret = "whsec_" + "A" * 43 + "="
    killed = threading.Event()
    running: list[Process] = []

    def kill(handler: BaseHTTPRequestHandler) -> None:
        if not killed.is_set():
            eventually(lambda: running, what="it is known")
            running[0].kill()
            killed.set()
        answering(204)(handler)

    def start(name: str) -> Process:
        return start_service(
            "dispatcher",
            folder=tmp_path / name,
            FOLLOWUP_DATABASE_URL=role_url(database_url, "followup_dispatcher"),
            FOLLOWUP_SECRETS_KEY=KEY,
            FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8",
        )

    with Receiver() as receiver:
        receiver.respond = kill
        listen(pipeline, secret, receiver.url())
        announce(pipeline, 1)
        running.append(start("killed"))
        assert killed.wait(60)
        running[0].wait()
        assert states(pipeline) == {"sending": 1}
        assert outcomes(pipeline) == [(1, None)]
        with pipeline.owner.transaction() as tx:
            tx.execute(text("UPDATE deliveries SET next_at = now()"))  # its lease ends
            tx.execute(text("UPDATE webhooks SET free_at = now()"))
        other = start("other")
        other.wait_until(lambda: states(pipeline) == {"sent": 1}, what="it is sent again")
        assert outcomes(pipeline) == [(1, "unknown"), (2, "sent")]
        first, second = receiver.received
        assert first.verified(secret) == second.verified(secret)
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert other.terminate(30) == 0
        assert "whsec_" not in other.output
        assert KEY not in other.output


def test_a_mail_server_and_a_webhook_that_hang_slow_no_other_webhook_and_no_inbox(
    pipeline: Pipeline, database_url: str, mail_server: MailServer, start_service: Start
) -> None:
    """Promise 6, of what leaves the house."""
    over = threading.Event()

    def hang(_: object) -> None:
        over.wait(60)

    with Receiver() as hanging, Receiver() as well:
        mail_server.on_text = hang
        hanging.respond = hang
        switch_on(pipeline)
        listen(pipeline, "whsec_" + "A" * 43 + "=", hanging.url(), well.url())
        announce(pipeline, 1)
        dispatcher = start_service(
            "dispatcher",
            FOLLOWUP_DATABASE_URL=role_url(database_url, "followup_dispatcher"),
            FOLLOWUP_SMTP_URL=mail_server.url,
            FOLLOWUP_MAIL_FROM=SENDER,
            FOLLOWUP_SECRETS_KEY=KEY,
            FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8",
        )
        expected = Counter(sending=2, sent=1)
        dispatcher.wait_until(lambda: states(pipeline) == expected, what="one is sent, two hang")
        with pipeline.owner.transaction() as tx:  # as a clock says that is an hour ahead
            for table, column in (("deliveries", "next_at"), ("webhooks", "free_at")):
                tx.execute(text(f"UPDATE {table} SET {column} = now() - interval '1 hour'"))
        announce(pipeline, 1)
        dispatcher.wait_until(lambda: len(well.received) == 2, what="the one goes on")
        assert len(hanging.received) == 1
        with pipeline.company() as company:
            assert company.count("notifications") == 2
        over.set()


def test_what_cannot_be_brought_back_for_mail_is_for_webhooks(
    pipeline: Pipeline, database_url: str, mail_server: MailServer, start_service: Start
) -> None:
    """Promise 6, of what a clock that was ahead has written: PostgreSQL refuses one change."""
    with pipeline.owner.transaction() as tx:
        tx.execute(text("ALTER TABLE circuits ADD CHECK (free_at = 'infinity')"))
        tx.execute(
            text("INSERT INTO circuits (channel, target, free_at) VALUES ('email', 'x.org', 'infinity')")
        )
    with Receiver() as receiver:
        listen(pipeline, "whsec_" + "A" * 43 + "=", receiver.url())
        announce(pipeline, 1)
        with pipeline.owner.transaction() as tx:
            tx.execute(text("UPDATE webhooks SET free_at = now() + interval '40 days'"))
        dispatcher = start_service(
            "dispatcher",
            FOLLOWUP_DATABASE_URL=role_url(database_url, "followup_dispatcher"),
            FOLLOWUP_SMTP_URL=mail_server.url,
            FOLLOWUP_MAIL_FROM=SENDER,
            FOLLOWUP_SECRETS_KEY=KEY,
            FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8",
        )
        dispatcher.wait_until(lambda: len(receiver.received) == 1, what="the webhook hears of it")
    assert "tidying_failed" in dispatcher.output


CHANGES = {
    "completed": "UPDATE follow_ups SET completed_at = now()",
    "rescheduled": "UPDATE follow_ups SET due_at = now() + interval '1 day'",
    "deleted": "DELETE FROM follow_ups",
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_delivery_begins_after_a_change_that_is_about_to_commit(
    pipeline: Pipeline, database_url: str, change: str
) -> None:
    switch_on(pipeline)
    announce(pipeline, 1)
    found: list[object] = []
    database = Database(role_url(database_url, "followup_dispatcher"))

    def dispatch() -> None:
        with database.transaction() as tx:
            found.append(take(tx, "email"))

    with pipeline.owner.transaction() as tx:
        tx.execute(text(CHANGES[change]))
        sender = threading.Thread(target=dispatch)
        sender.start()
        eventually(pipeline.somebody_waits, what="the dispatcher waits for the change")
    sender.join(60)
    database.close()
    assert found == [Stopped(change)]
    assert states(pipeline) == {"suppressed": 1}


def test_a_mail_server_that_is_away_uses_up_no_attempt_and_its_password_shows_nowhere(
    pipeline: Pipeline, database_url: str, start_service: Start
) -> None:
    switch_on(pipeline)
    announce(pipeline, 2)
    dispatcher = start_service(
        "dispatcher",
        FOLLOWUP_DATABASE_URL=role_url(database_url, "followup_dispatcher"),
        FOLLOWUP_SMTP_URL="smtp://mailer:secret-8551@127.0.0.1:1",
        FOLLOWUP_MAIL_FROM=SENDER,
        FOLLOWUP_LOG_LEVEL="DEBUG",
    )

    def problem() -> str:
        with pipeline.owner.transaction() as tx:
            return str(tx.execute(text("SELECT problem FROM channels")).scalar())

    dispatcher.wait_until(lambda: "refused" in problem(), what="it is said")
    assert outcomes(pipeline) == []
    assert states(pipeline) == {"queued": 2}
    assert dispatcher.terminate(30) == 0
    assert "channel_unreachable" in dispatcher.output
    assert "secret-8551" not in dispatcher.output + problem()


def test_a_domain_that_hangs_keeps_no_other_waiting(
    pipeline: Pipeline, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    """Nobody has given up there when all others have their mails: it is judged by that, and by no clock."""
    switch_on(pipeline)
    announce(pipeline, 12)
    with pipeline.owner.transaction() as tx:
        tx.execute(
            text("""
                UPDATE destinations SET address = 'eve' || id || '@hangs.example'
                WHERE id IN (SELECT destination_id FROM deliveries ORDER BY next_at, id LIMIT 8)
            """)
        )
        tx.execute(
            text("""
                UPDATE deliveries d SET next_at = now() - interval '1 minute' FROM destinations t
                WHERE t.id = d.destination_id AND t.address LIKE '%hangs.example'
            """)
        )
    mail_server.hangs_at = lambda address: address.endswith("@hangs.example")
    dispatcher = dispatch()
    dispatcher.wait_until(lambda: len(mail_server.taken) == 4, what="the mails to others")
    assert not any(
        mail_server.hangs_at(recipient) for mail in mail_server.taken for recipient in mail.recipients
    )
    with pipeline.owner.transaction() as tx:
        answers = tx.execute(text("SELECT answer FROM delivery_attempts WHERE outcome <> 'sent'")).scalars()
        assert set(answers) <= {NOT_TRIED}
    mail_server.hangs_at = lambda _: False
    dispatcher.wait_until(lambda: states(pipeline) == {"sent": 12}, what="the others")


def test_one_address_that_hangs_keeps_no_other_of_its_domain_waiting(
    pipeline: Pipeline, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    """The first of those that are begun together; the others are given back, and go by another connection."""
    switch_on(pipeline)
    announce(pipeline, 8)
    with pipeline.owner.transaction() as tx:
        first = tx.execute(
            text("""
                UPDATE deliveries d SET next_at = now() - interval '1 minute' FROM destinations t
                WHERE t.id = d.destination_id AND d.id = (SELECT min(id::text)::uuid FROM deliveries)
                RETURNING t.address
            """)
        ).scalar()
    mail_server.hangs_at = lambda address: address == first
    dispatcher = dispatch()
    dispatcher.wait_until(lambda: len(mail_server.taken) == 7, what="the mails to others")
    assert mail_server.hung == 1
    mail_server.hangs_at = lambda _: False
    dispatcher.wait_until(lambda: states(pipeline) == {"sent": 8}, what="the one")
    assert len(mail_server.taken) == 8


def test_what_was_sent_while_the_database_was_away_is_recorded_behind_that(
    pipeline: Pipeline, postgres: Postgres, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    """Else all that was begun together would be sent again, as nobody would know of it."""
    switch_on(pipeline)
    announce(pipeline, 5)
    name = pipeline.owner.engine.url.database
    allow = text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    forbid = text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    server = create_engine(postgres.admin_url, isolation_level="AUTOCOMMIT")

    def away(_: str) -> None:
        mail_server.on_recipient = lambda _: None
        with server.connect() as connection:
            connection.execute(forbid)
            connection.execute(end, {"name": name})

    mail_server.on_recipient = away
    dispatcher = dispatch()
    try:
        dispatcher.wait_until(lambda: "not_recorded" in dispatcher.output, what="it cannot be recorded")
    finally:
        with server.connect() as connection:
            connection.execute(allow)
        server.dispose()
    dispatcher.wait_until(lambda: states(pipeline) == {"sent": 5}, what="they are recorded")
    assert outcomes(pipeline) == [(1, "sent")] * 5
    assert len(mail_server.taken) == 5


def test_of_what_is_begun_together_few_try_a_domain_that_fails(
    pipeline: Pipeline, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    switch_on(pipeline)
    announce(pipeline, 20)
    mail_server.on_recipient = lambda _: "450 later"
    dispatcher = dispatch()

    waits = text(
        "SELECT EXISTS (SELECT FROM deliveries WHERE error LIKE 'waits, since example.com has failed%')"
    )

    def some_wait() -> bool:
        with pipeline.owner.transaction() as tx:
            return bool(tx.execute(waits).scalar())

    tries = text("SELECT count(*) FROM delivery_attempts WHERE answer LIKE '450%'")
    dispatcher.wait_until(
        lambda: some_wait() or Counter(outcome for _, outcome in outcomes(pipeline))["put_off"] == 20,
        what="the others wait",
    )
    with pipeline.owner.transaction() as tx:
        assert tx.execute(tries).scalar_one() <= 15  # five by each line but the one that is kept for others


def test_what_waits_behind_one_that_hangs_is_given_back_by_a_dispatcher_that_ends(
    pipeline: Pipeline, mail_server: MailServer, dispatch: Callable[[], Process]
) -> None:
    """Else nobody would know whether they were sent, and they would wait until their lease ends."""
    switch_on(pipeline)
    announce(pipeline, 8)
    mail_server.hangs_at = lambda _: True
    dispatcher = dispatch()
    dispatcher.wait_until(lambda: mail_server.hung > 0, what="it hangs")
    dispatcher.signal(signal.SIGTERM)

    def behind(state: str) -> dict[str, int]:
        hung = mail_server.hung  # more than one, where what waited behind the first went another way by then
        return {state: hung, "queued": 8 - hung}

    eventually(lambda: states(pipeline) == behind("sending"), what="the others are given back")
    mail_server.hangs_at = lambda _: False
    assert dispatcher.wait(60) == 0
    assert states(pipeline) == behind("sent")


@pytest.mark.parametrize("which", ["first", "last"])
def test_of_what_is_begun_together_what_is_about_to_change_does_not_begin(
    pipeline: Pipeline, database_url: str, which: str
) -> None:
    """It waits for the first one, holding nothing; of the others it leaves out what somebody holds, who may
    want what it holds itself."""
    switch_on(pipeline)
    announce(pipeline, 3)
    with pipeline.owner.transaction() as tx:
        tx.execute(text("UPDATE deliveries SET next_at = now() - follow_up_id * interval '1 second'"))
        ids = tx.execute(text("SELECT id FROM follow_ups ORDER BY id DESC")).scalars().all()
    changing, other = (ids[0], ids[-1]) if which == "first" else (ids[-1], ids[0])
    complete = text("UPDATE follow_ups SET completed_at = now() WHERE id = :id")
    found: list[object] = []
    database = Database(role_url(database_url, "followup_dispatcher"))

    def dispatch() -> None:
        with database.transaction() as tx:
            found.extend(ForMail("email").take_some(tx, {}))

    sender = threading.Thread(target=dispatch)
    with pipeline.owner.transaction() as tx:
        tx.execute(complete, {"id": changing})
        sender.start()
        if which == "first":
            eventually(pipeline.somebody_waits, what="the dispatcher waits for the change")
        else:
            sender.join(60)
        tx.execute(complete, {"id": other})
    sender.join(60)
    database.close()
    if which == "first":
        assert Counter(type(each).__name__ for each in found) == {"Stopped": 2, "Delivery": 1}
        assert states(pipeline) == {"suppressed": 2, "sending": 1}
    else:
        assert Counter(type(each).__name__ for each in found) == {"Delivery": 2}
        assert states(pipeline) == {"queued": 1, "sending": 2}
