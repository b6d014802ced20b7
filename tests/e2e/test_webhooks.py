"""An admin makes a webhook on the page; a program hears and verifies what happens; its answers are shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, running
from tests.e2e.pages import dialog, said
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size
from tests.support.receiver import Receiver, answering
from tests.support.waiting import eventually

HERE = "127.0.0.0/8,::1/128"


@pytest.mark.long
def test_a_program_hears_what_happens(built_ui: None, visit: Visit) -> None:
    with Receiver() as receiver, running(FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS=HERE) as product:
        ada = product.person("Ada Okafor", "admin")
        page = visit(ada, "/admin/webhooks", at=product, viewport=DESK, reduced_motion="reduce")
        expect(page.get_by_text("No webhooks")).to_be_visible()
        found = {"none": violations_at_each_size(page)}
        secret = made(page, receiver.url(), found)
        page.get_by_role("link", name=receiver.url()).click()
        page.get_by_role("button", name="Send a test").click()
        heard(receiver, 1)
        assert receiver.received[0].verified(secret)["type"] == "webhook.test"
        expect(page.get_by_role("button", name="Test Sent")).to_be_visible()

        call = product.follow_up(ada, "Call Acme", due=hours(-2))
        receiver.respond = answering(503, retry_after="3600")
        product.call("POST", f"/follow-ups/{call['id']}/complete")
        heard(receiver, 2)
        event = receiver.received[1].verified(secret)
        assert (event["type"], event["data"]["follow_ups"][0]["title"]) == (
            "follow_up.completed",
            "Call Acme",
        )
        completed = page.get_by_role("button", name="Completed Waiting")
        expect(completed).to_contain_text("503 Service Unavailable")
        expect(page.get_by_text("Failing", exact=True)).to_be_visible()
        completed.click()
        tries = page.get_by_role("list", name="Tries")
        expect(tries).to_contain_text("503 Service Unavailable")
        expect(page.get_by_role("button", name="Replay")).to_be_disabled()
        found["a webhook"] = violations_at_each_size(page)

        goes_off(page, product, receiver)
        page.goto("/inbox")
        told = page.get_by_role("link", name="was switched off: it answered 410 Gone")
        expect(told).to_be_visible()
        found["inbox"] = violations_at_each_size(page)
        told.click()
        changes(page, receiver, secret)
    assert not {what: problems for what, problems in found.items() if problems}


def made(page: Page, url: str, found: dict[str, Any]) -> str:
    """Make a webhook; one to a private address is refused. Its secret."""
    page.get_by_role("button", name="Webhook", exact=True).click()
    form = dialog(page, "New webhook")
    form.get_by_label("URL").fill("https://10.0.0.7/hooks")
    form.get_by_role("button", name="Create webhook").click()
    refused = form.get_by_text("The link leads to 10.0.0.7, which is not a public address")
    expect(form.get_by_label("URL")).to_have_accessible_description(re.compile("not a public address"))
    page.set_viewport_size(PHONE)
    assert refused.evaluate("element => element.scrollWidth <= element.clientWidth")
    page.set_viewport_size(DESK)
    found["form"] = violations_at_each_size(page)
    form.get_by_label("URL").fill(url)
    form.get_by_role("button", name="Create webhook").click()
    shown = dialog(page, "Copy the secret now")
    secret = shown.get_by_label("Secret").input_value()
    found["secret"] = violations_at_each_size(page)
    shown.get_by_role("button", name="Done").click()
    return secret


def goes_off(page: Page, product: Product, receiver: Receiver) -> None:
    """Let it answer 410: it is switched off."""
    receiver.respond = answering(410)
    [webhook] = product.call("GET", "/webhooks")["items"]
    # Its program is in order again, and somebody says so: it begins afresh.
    product.call("PATCH", f"/webhooks/{webhook['id']}", json={"state": "paused"})
    product.call("PATCH", f"/webhooks/{webhook['id']}", json={"state": "on"})
    page.reload()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("Switched off", exact=True)).to_be_visible()
    expect(page.get_by_text("it answered 410 Gone")).to_be_visible()
    expect(page.get_by_role("button", name="Send a test")).to_be_disabled()


def changes(page: Page, receiver: Receiver, old: str) -> None:
    """Switch it on again, send what failed once more, give it another secret, and delete it."""
    receiver.respond = answering(204)
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("On", exact=True)).to_be_visible()
    page.get_by_role("button", name="New secret").click()
    dialog(page, "Make a new secret?").get_by_role("button", name="Make it").click()
    shown = dialog(page, "Copy the secret now")
    secret = shown.get_by_label("Secret").input_value()
    shown.get_by_role("button", name="Done").click()
    before = len(receiver.received)
    page.get_by_role("button", name="Completed Not sent").click()
    page.get_by_role("button", name="Replay").click()
    heard(receiver, before + 1)
    again = receiver.received[-1]
    assert again.verified(old) == again.verified(secret)
    assert again.headers["webhook-id"] == receiver.received[1].headers["webhook-id"]
    expect(page.get_by_role("button", name="Completed Sent")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    dialog(page, "Delete this webhook?").get_by_role("button", name="Delete").click()
    expect(said(page, "Deleted the webhook")).to_be_visible()
    expect(page.get_by_text("No webhooks")).to_be_visible()


def heard(receiver: Receiver, number: int) -> None:
    eventually(lambda: len(receiver.received) >= number, 30, what=f"request {number}")
