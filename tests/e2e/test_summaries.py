"""Many follow-ups that one sweep tells somebody of are one entry of the inbox, which opens their list."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import bell, expect_unread, row
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import DESK, violations_at_each_size

MANY = 7


def test_one_entry_opens_the_list_of_exactly_those(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    for number in range(MANY):
        product.follow_up(amir, f"Call {number}", due=hours(-50 - number))
    product.follow_up(amir, "Not among them", due=hours(-2))
    page = visit(dana, "/followups?who=me", viewport=DESK, reduced_motion="reduce")
    with page.expect_response("**/notifications/stream?*"):
        page.reload()
    expect_unread(page, 0)
    product.sweep()
    expect_unread(page, 1)
    bell(page).click()
    entry = page.get_by_role("link", name="7 follow-ups were escalated to you You manage the assignees.")
    expect(entry).to_be_visible()
    assert not violations_at_each_size(page)
    entry.click()
    expect_unread(page, 0)
    narrowed = page.get_by_role("list", name="Filters")
    expect(narrowed).to_have_text("those in your notification")
    for number in range(MANY):
        expect(row(page, f"Call {number}")).to_be_visible()
    expect(row(page, "Not among them")).to_have_count(0)
    expect(page.locator("[data-row]").first.get_by_role("link").first).to_be_focused()
    page.keyboard.press("j")  # keys work at once
    expect(page.locator("[data-row]").nth(1).get_by_role("link").first).to_be_focused()
    assert not violations_at_each_size(page)
    page.get_by_role("button", name="Complete Call 3").click()
    expect(row(page, "Call 3")).to_have_count(0)
    page.goto("/inbox")
    expect(page.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_text("You manage the assignees. 1 is completed by now.")).to_be_visible()
    assert not violations_at_each_size(page)
    page.get_by_role("link", name=re.compile("7 follow-ups")).click()
    page.get_by_role("button", name="Show all again, not only those in your notification").click()
    expect(row(page, "Not among them")).to_be_visible()
