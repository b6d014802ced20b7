"""Publisher confirms: what the network swallowed is noticed, and sent again at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from followup_common.contracts import EscalationsRaised, SweepRequested
from followup_common.db import Database
from followup_common.messaging import outbox, rabbitmq_broker
from followup_common.messaging.publisher import publish
from sqlalchemy import text

from tests.faults.network import Network, Proxy
from tests.support.company import Company
from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.waiting import eventually

FOLLOW_UPS = 100
SETTINGS = {
    "FOLLOWUP_SWEEP_BATCH_SIZE": "20",
    "FOLLOWUP_WORKER_THREADS": "1",  # with one connection for publishing, opened by the first sweep
    "FOLLOWUP_REDRIVE_AFTER_SECONDS": "3600",  # nothing here is fixed by it
}


@pytest.fixture
def network() -> Iterator[Network]:
    """A network that fails on request."""
    network = Network()
    yield network
    network.close()


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    """The database, as its owner."""
    owner = Database(database_url)
    yield owner
    owner.close()


@pytest.fixture
def way(network: Network, database_url: str, broker_url: str, start_service: Callable[..., Process]) -> Proxy:
    """Both services run; this is the escalator's way to RabbitMQ."""
    address = urlsplit(broker_url)
    way = network.proxy(address.hostname or "", address.port or 0)
    login = address.netloc.rpartition("@")[0]
    through_the_way = address._replace(netloc=f"{login}@127.0.0.1:{way.port}").geturl()
    for name, url in (("escalator", through_the_way), ("notifier", broker_url)):
        login_as = role_url(database_url, f"followup_{name}")
        start_service(name, FOLLOWUP_BROKER_URL=url, FOLLOWUP_DATABASE_URL=login_as, **SETTINGS)
    return way


def sweep(owner: Database, broker_url: str) -> None:
    """Follow-ups come due, and somebody asks for a sweep."""
    with owner.transaction() as tx:
        company = Company(tx)
        company.follow_ups(company.person("Eve"), FOLLOW_UPS, overdue=timedelta(hours=1))
        requested = [SweepRequested(sweep_id=company.new_sweep())]
        envelopes = outbox.store(tx, requested, source="followup/test")
    broker = rabbitmq_broker(broker_url)
    assert publish(broker, envelopes)
    broker.close()


def count(owner: Database, what: str) -> int:
    with owner.transaction() as tx:
        return int(tx.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def test_messages_swallowed_on_their_way_to_rabbitmq_are_sent_again_at_once(
    owner: Database, broker_url: str, network: Network, way: Proxy
) -> None:
    sweep(owner, broker_url)
    unfinished = "sweeps WHERE finished_at IS NULL"
    eventually(lambda: count(owner, unfinished) == 0, 60, what="a sweep while all is well")
    network.tell(way.drop)
    sweep(owner, broker_url)
    lost = EscalationsRaised.type.encode()
    eventually(lambda: lost in way.swallowed, 30, what="a batch was claimed, and its message is lost")
    network.tell(way.heal)
    told = "notifications WHERE follow_up_id IS NOT NULL"
    eventually(lambda: count(owner, told) == 2 * FOLLOW_UPS, 60, what="everybody was told")
