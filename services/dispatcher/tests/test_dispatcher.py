"""A channel that cannot be reached says so, however that fails; what fails each minute delays no others."""

from __future__ import annotations

import pytest
from followup_common.db import Database, Transaction
from followup_common.metrics import Meter
from followup_common.urls import server_url
from followup_dispatcher.channels.email import Email
from followup_dispatcher.dispatcher import Dispatcher
from followup_dispatcher.mails import Mails
from sqlalchemy import text

from tests.support.ports import free_port
from tests.support.postgres import role_url
from tests.support.waiting import eventually

SENDER = "followup@example.com"
DUE = """
    INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true);
    INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin');
    INSERT INTO deliveries (user_id, destination_id, channel, notice)
    SELECT user_id, id, 'email', 'test' FROM destinations;
"""


def problem(owner: Database) -> str | None:
    with owner.transaction() as tx:
        found: str | None = tx.execute(text("SELECT problem FROM channels")).scalar()
    return found


@pytest.mark.parametrize(
    "host", ["127.0.0.1", f"{'x' * 70}.example"], ids=["nobody listens", "no name at all"]
)
def test_a_server_that_cannot_be_reached_is_said_to_be(database_url: str, host: str) -> None:
    """The name is one that Python refuses to look up, with no error of the network."""
    owner, meter = Database(database_url), Meter()
    with owner.transaction() as tx:
        tx.execute(text(DUE))
    database = Database(role_url(database_url, "followup_dispatcher"))
    channel = Email(server_url(f"smtp://{host}:{free_port()}", "smtp"), SENDER, Mails(SENDER, None))
    working = Dispatcher(database, [channel], meter)
    working.start()
    try:
        shown = 'followup_channel_unreachable{channel="email"} 1.0'
        eventually(lambda: shown in meter.exposition().decode(), 30, what="the figure")
        eventually(lambda: problem(owner), 30, what="what the page shows")
    finally:
        working.stop(10)
        database.close()
        owner.close()


class Tidied(Email):
    """A channel of which something is done each minute, in vain."""

    def __init__(self, statement: str) -> None:
        super().__init__(server_url("smtp://127.0.0.1:9", "smtp"), SENDER, Mails(SENDER, None))
        self.queue = self  # type: ignore[assignment]  # in place of the one of mails
        self.statement = statement
        self.times = 0

    def waited(self, *_: object) -> None:
        """Nothing is due."""

    def bring_back(self, tx: Transaction) -> None:
        """Count how often it is asked for."""
        self.times += 1
        tx.execute(text(self.statement))


def test_what_fails_is_tried_again_and_all_else_is_done_in_its_time(database_url: str) -> None:
    database = Database(role_url(database_url, "followup_dispatcher"))
    fails, well = Tidied("SELECT 1 / 0"), Tidied("SELECT 1")
    working = Dispatcher(database, [fails, well], Meter())
    working.start()
    try:
        eventually(lambda: fails.times > 2, 30, what="another try")
        assert well.times == 1
    finally:
        working.stop(10)
        database.close()
