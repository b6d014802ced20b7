"""Somebody is told in their browser: the switch, what is pushed, and what its buttons do."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Playwright, Worker, expect

from tests.e2e.conftest import INSTALLED, OPTIONS, Visit, running
from tests.e2e.product import hours
from tests.e2e.test_accessibility import violations_at_each_size
from tests.support.browsers import PushedBrowser
from tests.support.packages import apt_install
from tests.support.receiver import Receiver, answering
from tests.support.servers import Servers
from tests.support.waiting import eventually

# The push service of a browser's maker is not on this machine: a receiver here is in its place, whose
# messages the test hands to the browser.
SUBSCRIBES = """({ endpoint, keys }) => {
  const kept = () => localStorage.getItem("subscribed") && {
    endpoint,
    toJSON: () => ({ endpoint, expirationTime: null, keys }),
    unsubscribe: async () => (localStorage.removeItem("subscribed"), true),
  };
  PushManager.prototype.getSubscription = async () => kept() || null;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem("subscribed", applicationServerKey);
    return kept();
  };
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration.getNotifications())
    .map(({ title, tag, actions }) => ({ title, tag, actions }));
}"""
PRESS = """async (action) => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
}"""


@pytest.fixture
def browser(playwright: Playwright, servers: Servers) -> Iterator[Browser]:
    """A whole Chromium: the one without windows allows no notifications."""
    found = servers.once("whole-browser", lambda _: _installed())
    browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
    yield browser
    browser.close()


def _installed() -> str | None:
    """Where a whole Chromium is; on Debian it is installed."""
    if not any(map(shutil.which, INSTALLED[1:])):
        apt_install("chromium")
    return next(filter(None, map(shutil.which, INSTALLED[1:])), None)


@pytest.mark.long
def test_an_escalation_is_pushed_to_a_browser_and_completed_there(built_ui: None, visit: Visit) -> None:
    browser = PushedBrowser()
    with Receiver() as receiver, running(FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8") as product:
        amir = product.person("Amir Patel")
        page = visit(amir, "/settings", at=product)
        page.context.grant_permissions(["notifications"])
        subscribed = json.dumps({"endpoint": receiver.url(), "keys": browser.keys})
        page.add_init_script(f"({SUBSCRIBES})({subscribed})")
        eventually(lambda: product.call("GET", "/me/browsers")["public_key"], 90, what="the public key")
        page.reload()
        switch = page.get_by_role("switch", name="Notify me in this browser")
        expect(switch).not_to_be_checked()
        switch.click(force=True)
        expect(page.get_by_text("You are notified in this browser")).to_be_visible()
        expect(switch).to_be_checked()
        assert violations_at_each_size(page) == []
        deliver = delivering(page, product.url)
        call = product.follow_up(amir, "Call Acme", due=hours(-2))
        product.sweep()
        eventually(lambda: receiver.received, 60, what="a push")
        deliver(browser.opened(receiver.received[0].body).decode())
        [shown] = page.evaluate(SHOWN)
        assert shown["title"] == "Call Acme is 2 h overdue"
        assert [each["title"] for each in shown["actions"]] == ["Complete", "Snooze"]
        deliver(browser.opened(receiver.received[0].body).decode())
        assert len(page.evaluate(SHOWN)) == 1  # it takes the place of the one before
        worker_of(page).evaluate(PRESS, "complete")
        eventually(
            lambda: product.call("GET", f"/follow-ups/{call['id']}")["completed_at"],
            30,
            what="it is completed",
        )
        eventually(lambda: page.evaluate(SHOWN) == [], 30, what="the notification is gone")
        receiver.respond = answering(410)
        product.follow_up(amir, "Call Globex", due=hours(-2))
        product.sweep()
        eventually(lambda: len(receiver.received) > 1, 60, what="another push")
        page.goto("/inbox")
        expect(page.get_by_text("410 Gone", exact=False)).to_be_visible()
        page.goto("/settings")
        expect(switch).not_to_be_checked()
        switch.click(force=True)
        expect(page.get_by_text("You are notified in this browser")).to_be_visible()
        switch.click(force=True)
        expect(page.get_by_text("You are not notified in this browser any more")).to_be_visible()


def test_the_page_is_installable_and_a_browser_that_blocks_is_told_how(visit: Visit, product: Any) -> None:
    page = visit(product.person("Nina Berg"), "/settings")
    expect(page.get_by_role("heading", name="Notifications in browsers")).to_be_visible()
    cdp = page.context.new_cdp_session(page)
    errors = [each["errorId"] for each in cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert errors == ["in-incognito"]  # as every page of these tests is
    manifest = cdp.send("Page.getAppManifest")
    assert manifest["errors"] == []
    expect(
        page.get_by_text(re.compile("Also while no page of Followup is open.*The browser asks"))
    ).to_be_visible()
    assert page.evaluate("Notification.permission") == "default"  # nobody is asked before they press it
    page.get_by_role("switch", name="Notify me in this browser").click(force=True)
    expect(page.get_by_text("This browser blocks notifications of Followup.", exact=False)).to_be_visible()


def delivering(page: Page, origin: str) -> Any:
    """What hands a message of a push service to the page's service worker."""
    cdp: CDPSession = page.context.new_cdp_session(page)
    found: list[str] = []

    def note(event: dict[str, Any]) -> None:
        found.extend(each["registrationId"] for each in event["registrations"])

    cdp.on("ServiceWorker.workerRegistrationUpdated", note)
    cdp.send("ServiceWorker.enable")
    eventually(lambda: page.evaluate("1") and found, 30, what="the service worker")

    def deliver(data: str) -> None:
        message = {"origin": origin, "registrationId": found[0], "data": data}
        before = page.evaluate(SHOWN)
        cdp.send("ServiceWorker.deliverPushMessage", message)
        eventually(lambda: len(page.evaluate(SHOWN)) >= max(1, len(before)), 30, what="a notification")

    return deliver


def worker_of(page: Page) -> Worker:
    """The page's service worker."""
    eventually(lambda: page.context.service_workers, 30, what="the service worker")
    return page.context.service_workers[0]
