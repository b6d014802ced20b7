"""Publisher confirms: what the network swallowed is noticed, and sent again at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from followup_common.contracts import SweepTick, wrap
from followup_common.db import Database
from followup_common.messaging import rabbitmq_broker
from followup_common.messaging.broker import message_of
from sqlalchemy import text

from tests.faults.network import Network
from tests.support.company import Company
from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.waiting import eventually

pytestmark = pytest.mark.serial

FOLLOW_UPS = 2_000
SWALLOWED_FOR = 2.0


@pytest.fixture
def network() -> Iterator[Network]:
    """A network that fails on request."""
    network = Network()
    yield network
    network.close()


def test_messages_swallowed_on_their_way_to_rabbitmq_are_sent_again_at_once(
    database_url: str, broker_url: str, start_service: Callable[..., Process], network: Network
) -> None:
    owner = Database(database_url)
    with owner.transaction() as tx:
        company = Company(tx)
        company.follow_ups(company.person("Eve"), FOLLOW_UPS, overdue=timedelta(hours=1))
    address = urlsplit(broker_url)
    way = network.proxy(address.hostname or "", address.port or 0)
    login = address.netloc.rpartition("@")[0]
    through_the_way = address._replace(netloc=f"{login}@127.0.0.1:{way.port}").geturl()
    for name, url in (("escalator", through_the_way), ("notifier", broker_url)):
        start_service(
            name,
            FOLLOWUP_BROKER_URL=url,
            FOLLOWUP_DATABASE_URL=role_url(database_url, f"followup_{name}"),
            FOLLOWUP_SWEEP_BATCH_SIZE="20",
            FOLLOWUP_REDRIVE_AFTER_SECONDS="3600",  # nothing in this test is mended by it
        )
    broker = rabbitmq_broker(broker_url)
    broker.enqueue(message_of(wrap(SweepTick(), source="followup/test")))

    def count(table: str) -> int:
        with owner.transaction() as tx:
            return int(tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    eventually(lambda: count("escalations") > 0, 30, interval=0.01, what="the first batch")
    network.tell(way.drop)
    time.sleep(SWALLOWED_FOR)
    network.tell(way.heal)
    eventually(lambda: count("notifications") == FOLLOW_UPS, 60, interval=0.5, what="everybody was told")
    broker.close()
    owner.close()
