"""A mail is sent by Postfix, answered by Postfix, read from Dovecot, and done by the API."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest
from sqlalchemy import TextClause, text

from tests.support.imap_server import ADDRESS, Postfix, serving, shared_folder
from tests.support.mail_server import MailServer
from tests.support.pipeline import Pipeline
from tests.support.system import HOUR, System
from tests.support.waiting import eventually

DESTINATIONS = text("""
    INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
    SELECT id, 'email', lower(name) || '@example.com', true, now() FROM users
""")
DONE = text("""
    SELECT u.name, a.kind, a.details ->> 'note' FROM activities a JOIN users u ON u.id = a.actor_id
    WHERE a.kind IN ('completed', 'logged') ORDER BY a.id
""")
COMPLETED = text("SELECT count(*) FROM follow_ups WHERE completed_at IS NOT NULL")
TOLD = text("SELECT details ->> 'but' FROM notifications WHERE audience = 'answer' ORDER BY id")


@pytest.mark.long
def test_a_person_completes_by_answering_a_mail(pipeline: Pipeline, system: System) -> None:
    with pipeline.company() as company:
        company.follow_up(company.person("Eve"), overdue=HOUR, title="Call of Eve")
    with pipeline.owner.transaction() as tx:
        tx.execute(text("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)"))
        tx.execute(DESTINATIONS)
    pipeline.request_sweep()
    pipeline.work()
    with serving() as mailbox, shared_folder() as folder, MailServer() as elsewhere:
        relay = Postfix(folder, mailbox.maildir, elsewhere.port)
        relay.start()
        try:
            settings = {"FOLLOWUP_SMTP_URL": relay.url, "FOLLOWUP_MAIL_FROM": f"Followup <{ADDRESS}>"}
            answers = {"FOLLOWUP_ANSWERS_TO": ADDRESS, "FOLLOWUP_ANSWERS_URL": mailbox.url}
            system.start("api", "dispatcher", **settings, **answers)
            [mail] = eventually(lambda: elsewhere.taken, 60, what="the mail")
            reply(relay, mail.message, "On holiday until Monday", Auto_Submitted="auto-replied")
            reply(relay, mail.message, "They call back.")
            reply(relay, mail.message, "Done.\n\nOn Tue, 3 Nov 2026, Followup wrote:\n> Call of Eve")
            reply(relay, mail.message, "done", From="mallory@example.net")
            eventually(lambda: len([*(mailbox.maildir / "new").iterdir()]) == 4, 60, what="the answers")
            dispatcher = system.services["dispatcher"]
            assert dispatcher.terminate(30) == 0
            reading = system.start_another("dispatcher", **settings, **answers)
            reading.wait_until(lambda: one(pipeline, COMPLETED) == 1, 60, what="it is done")
            eventually(lambda: told(pipeline), 60, what="the one who is somebody else")
        finally:
            relay.stop()
    with pipeline.owner.transaction() as tx:
        done = {tuple(row) for row in tx.execute(DONE)}
        assert tx.execute(text("SELECT count(*) FROM mail_answers WHERE handled_at IS NULL")).scalar() == 0
    assert ("Eve", "completed", None) in done
    assert done <= {("Eve", "completed", None), ("Eve", "logged", "They call back.")}


def reply(relay: Postfix, mail: EmailMessage, said: str, **headers: str) -> None:
    """Answer a mail as a mail program does."""
    answer = EmailMessage()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    heads = {"From": mail["To"], "To": mail["Reply-To"], "Subject": f"Re: {mail['Subject']}", **given}
    for name, value in heads.items():
        answer[name] = str(value)
    answer["In-Reply-To"] = str(mail["Message-ID"])
    answer.set_content(said)
    with smtplib.SMTP("127.0.0.1", relay.port) as client:
        client.send_message(answer)


def one(pipeline: Pipeline, statement: TextClause) -> object:
    with pipeline.owner.transaction() as tx:
        return tx.execute(statement).scalar()


def told(pipeline: Pipeline) -> list[str]:
    with pipeline.owner.transaction() as tx:
        return [row[0] for row in tx.execute(TOLD)]
