"""A scanner that follows every link of every mail, as many mail servers do, changes nothing."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from hashlib import sha256

import httpx
import pytest
from sqlalchemy import text

from tests.support.mail_server import MailServer
from tests.support.pipeline import Pipeline
from tests.support.system import HOUR, System, ask

MAILS = 1_000
LINK = re.compile(r"https?://[^\s\"<>)]+")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def contents(pipeline: Pipeline) -> dict[str, str]:
    """What is in each table."""
    with pipeline.owner.transaction() as tx:
        return {
            name: sha256(
                str(sorted(tx.execute(text(f'SELECT t::text FROM "{name}" t')).scalars())).encode()
            ).hexdigest()
            for name in tx.execute(text(TABLES)).scalars()
        }


def announce(pipeline: Pipeline, number: int) -> None:
    """Let so many follow-ups be announced, each of somebody else: several of one would be told once."""
    with pipeline.company() as company:
        for each in range(number):
            company.follow_up(company.person(f"Eve {each}"), overdue=HOUR, title=f"Call client {each}")
    pipeline.request_sweep()
    pipeline.work()


@pytest.mark.long
def test_a_scanner_that_gets_every_link_of_a_thousand_mails_changes_nothing(
    pipeline: Pipeline, system: System
) -> None:
    with pipeline.owner.transaction() as tx:
        tx.execute(text("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)"))
    system.start("api")
    api = system.services["api"]
    api.wait_until(lambda: ask(api, "/readyz").status_code == 200, what="the API is ready")
    address = f"http://127.0.0.1:{api.environment['FOLLOWUP_PORT']}"
    announce(pipeline, MAILS)
    with MailServer() as server:
        mail = {"FOLLOWUP_SMTP_URL": server.url, "FOLLOWUP_MAIL_FROM": "Followup <followup@example.com>"}
        system.start("dispatcher", **mail, FOLLOWUP_PUBLIC_URL=address)
        dispatcher = system.services["dispatcher"]
        dispatcher.wait_until(lambda: len(server.taken) == MAILS, 300, what="all mails are there")
        assert dispatcher.terminate(30) == 0
    links = {link for each in server.taken for part in each.message.walk() for link in links_of(part)}
    unsubscribing = {str(each.message["List-Unsubscribe"]).strip("<>") for each in server.taken}
    assert len(unsubscribing) == MAILS
    assert unsubscribing <= links
    assert len([link for link in links if link.startswith(f"{address}/a/")]) == 4 * MAILS
    before = contents(pipeline)
    client = httpx.Client(timeout=60, trust_env=False, follow_redirects=True)
    with client as scanner, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(scanner.get, sorted(links)))
    assert Counter(answer.status_code for answer in answers) == {200: len(links)}
    assert contents(pipeline) == before


def links_of(part: EmailMessage) -> list[str]:
    """The addresses in a part of a mail, as text or as HTML."""
    if part.get_content_maintype() != "text":
        return []
    return LINK.findall(part.get_content().replace("&amp;", "&"))
