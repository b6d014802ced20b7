"""A mail that a server takes and another one refuses comes back: Postfix sends it, and Dovecot keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.support.imap_server import ADDRESS, ImapServer, Postfix, serving, shared_folder
from tests.support.mail_server import MailServer
from tests.support.pipeline import Pipeline
from tests.support.system import HOUR, System
from tests.support.waiting import eventually

STATES = text("""
    SELECT d.state, t.state, t.problem FROM deliveries d JOIN destinations t ON t.id = d.destination_id
    JOIN users u ON u.id = d.user_id WHERE u.name = :name
""")
TOLD = text(
    "SELECT u.name FROM notifications n JOIN users u ON u.id = n.user_id WHERE audience = 'destination'"
)


@pytest.fixture
def mailbox() -> Iterator[ImapServer]:
    with serving() as server:
        yield server


@pytest.mark.long
def test_a_mail_that_comes_back_switches_its_address_off(
    pipeline: Pipeline, system: System, mailbox: ImapServer
) -> None:
    with pipeline.company() as company:
        for name in ("Eve", "Ivy"):
            company.follow_up(company.person(name), overdue=HOUR, title=f"Call of {name}")
    with pipeline.owner.transaction() as tx:
        tx.execute(text("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)"))
        tx.execute(
            text("""
                INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
                SELECT id, 'email', lower(name) || '@example.com', true, now() FROM users
            """)
        )
    pipeline.request_sweep()
    pipeline.work()
    with shared_folder() as folder, MailServer() as elsewhere:
        elsewhere.on_recipient = lambda to: "550 5.1.1 no such user" if to.startswith("eve@") else None
        relay = Postfix(folder, mailbox.maildir, elsewhere.port)
        relay.start()
        try:
            settings = {"FOLLOWUP_SMTP_URL": relay.url, "FOLLOWUP_MAIL_FROM": f"Followup <{ADDRESS}>"}
            system.start("dispatcher", **settings)
            came_back = eventually(lambda: [*(mailbox.maildir / "new").iterdir()], 90, what="what comes back")
            assert len(came_back) == 1
            eventually(lambda: elsewhere.taken, 60, what="the other mail")
            dispatcher = system.services["dispatcher"]
            assert dispatcher.terminate(30) == 0
            assert states(pipeline, "Eve") == ("sent", "ok", None)
            reading = system.start_another("dispatcher", **settings, FOLLOWUP_BOUNCES_URL=mailbox.url)
            reading.wait_until(lambda: states(pipeline, "Eve")[0] == "failed", 60, what="it is recorded")
        finally:
            relay.stop()
    state, destination, problem = states(pipeline, "Eve")
    assert (state, destination, "550 5.1.1 no such user" in str(problem)) == ("failed", "off", True)
    assert states(pipeline, "Ivy") == ("sent", "ok", None)
    with pipeline.owner.transaction() as tx:
        assert tx.execute(TOLD).scalars().all() == ["Eve"]


def states(pipeline: Pipeline, name: str) -> tuple[str, str, str | None]:
    """Of somebody's mail: its state, that of their address, and its problem."""
    with pipeline.owner.transaction() as tx:
        row = tx.execute(STATES, {"name": name}).one()
    return row[0], row[1], row[2]
