"""The operations page beside services over a real RabbitMQ, which are broken one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from followup_api.bootstrap import first_admin
from followup_common.contracts import EscalationsRaised
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, said
from tests.e2e.product import Product
from tests.e2e.test_accessibility import PHONE, violations
from tests.faults.network import Network
from tests.integration.test_services import publish_raw
from tests.support.processes import Process
from tests.support.rabbitmq import RabbitMQ
from tests.support.system import System, populate
from tests.support.waiting import eventually


@pytest.fixture
def network() -> Iterator[Network]:
    network = Network()
    yield network
    network.close()


@pytest.fixture
def system(
    database_url: str, broker_url: str, start_service: Callable[..., Process], built_ui: None
) -> Iterator[System]:
    system = System(database_url, broker_url, start_service)
    yield system
    system.owner.close()


def product_of(system: System) -> Product:
    """The API that runs, seen by its first admin."""
    token = first_admin(system.owner, email="first@example.com", name="First")
    assert token
    api = system.services["api"]
    product = Product(f"http://localhost:{api.environment['FOLLOWUP_PORT']}", token)
    api.wait_until(lambda: product.call("GET", "/me"), what="the API answers")
    return product


def poison(system: System) -> None:
    """Let the database refuse the notifications about one follow-up."""
    with system.owner.transaction() as tx:
        worst = tx.execute(text("SELECT max(id) FROM follow_ups")).scalar_one()
        check = f"CHECK (follow_up_id <> {worst}) NOT VALID"
        tx.execute(text(f"ALTER TABLE notifications ADD CONSTRAINT poison {check}"))


def fix(system: System) -> None:
    with system.owner.transaction() as tx:
        tx.execute(text("ALTER TABLE notifications DROP CONSTRAINT poison"))


def queue(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=f"Queue {name}")


def test_an_operator_sees_what_is_broken_fixes_it_and_replays(
    system: System, network: Network, rabbitmq: RabbitMQ, visit: Visit
) -> None:
    proxy = network.proxy(rabbitmq.host, rabbitmq.port)
    proxied = urlsplit(system.broker_url)
    credentials = proxied.netloc.rpartition("@")[0]
    way = proxied._replace(netloc=f"{credentials}@127.0.0.1:{proxy.port}").geturl()
    system.start("api", FOLLOWUP_BROKER_URL=way)
    system.start("escalator", FOLLOWUP_SWEEP_BATCH_SIZE="10")
    product = product_of(system)
    ada = product.person("Ada Okafor", "admin")
    populate(system, 30, overdue=timedelta(minutes=5))
    poison(system)
    page = visit(ada, "/admin/ops", at=product, viewport=PHONE, reduced_motion="reduce")
    expect(page.get_by_text("nothing is late and nothing was given up")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()

    # Nobody runs the notifier: its queue grows.
    product.call("POST", "/sweeps")
    expect(queue(page, "notifier")).to_contain_text("Nobody consumes")
    expect(queue(page, "notifier")).to_contain_text(re.compile(r"Ready[1-9]"))
    expect(page.get_by_text("set FOLLOWUP_RABBITMQ_MANAGEMENT_URL to see it")).to_be_visible()
    expect(page.get_by_role("region", name="Outbox")).to_contain_text(re.compile(r"[1-9]\d* events? waits?"))
    assert violations(page) == []

    # It starts, and chokes on one follow-up and on junk.
    publish_raw(system, b"\x00 no message")
    system.start("notifier")
    expect(queue(page, "notifier")).to_contain_text("1 consuming", timeout=30_000)
    expect(queue(page, "notifier")).to_contain_text("notifier.XQ copies of what was given up2")
    expect(page.get_by_role("region", name="Self-audit")).to_contain_text("Dead letters2")
    of_a_type = page.get_by_role("table", name="Outbox by event type").get_by_role("row")
    of_a_type.filter(has_text=EscalationsRaised.type).get_by_role("link").click()
    letters = page.get_by_role("list", name="Dead letters").get_by_role("listitem")
    expect(letters).to_have_count(1)
    letters.get_by_role("button", name="poison").press("Enter")
    expect(letters.get_by_role("region", name="Payload")).to_contain_text('"follow_up_ids"')
    assert violations(page) == []

    # The cause is fixed, and the event sent again.
    fix(system)
    page.get_by_role("button", name="Replay all 1").click()
    expect(said(page, "1 sent again, 0 left")).to_be_visible()
    expect(page.get_by_text("Nothing found")).to_be_visible()
    eventually(lambda: system.notifications() == 30, 10, what="the replayed notification")

    # The junk is discarded, with a note.
    page.get_by_role("combobox", name="Event type").click()
    page.get_by_role("option", name="unreadable").click()
    letters.get_by_role("button", name="DecodeError").click()
    expect(letters).to_contain_text("A replay cannot help")
    letters.get_by_role("button", name="Discard…").click()
    form = dialog(page, "Discard this dead letter")
    form.get_by_label("Why").fill("A port scan")
    form.get_by_role("button", name="Discard").click()
    expect(form).to_be_hidden()
    page.get_by_text("Audit log", exact=True).click()
    expect(page.get_by_role("list", name="Audit log")).to_contain_text("Ada Okafor discarded a dead letter")
    expect(page.get_by_role("list", name="Audit log")).to_contain_text("“A port scan”")

    # RabbitMQ hangs: the page says so, and goes on.
    network.tell(proxy.stall)
    page.get_by_text("Overview", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="RabbitMQ")).to_contain_text("not answer")
    expect(queue(page, "notifier")).to_contain_text("Consumers unknown")
    expect(page.get_by_role("region", name="Outbox")).to_contain_text("0 events wait")
    assert violations(page) == []
    network.heal()
    expect(queue(page, "notifier")).to_contain_text("1 consuming")
