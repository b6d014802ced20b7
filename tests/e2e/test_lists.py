"""The list of follow-ups in other orders and in groups, and narrowed by when things are due, by keys too."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, pick, row, said, tab_to
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size


def titles(page: Page) -> list[str]:
    """What the list shows, in its order."""
    lines = page.get_by_role("list", name="Follow-ups").locator("[data-line=followUp] [data-title]")
    return lines.all_inner_texts()


def test_a_list_is_narrowed_grouped_and_acted_on_by_keys(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Orders")
    client = {"kind": "client", "name": "Orders of Acme"}
    product.follow_up(amir, "Ordered low", due=hours(-60), priority="low", subject=client)
    product.follow_up(amir, "Ordered high", due=hours(-30), priority="high")
    product.follow_up(amir, "Ordered later", due=hours(24 * 200), priority="high")
    page = visit(amir, "/followups", viewport=DESK)
    expect(row(page, "Ordered low")).to_be_visible()
    tab_to(page.get_by_role("button", name="Order", exact=True)).press("Enter")
    pick(page.get_by_role("combobox", name="Group by"), "Priority")
    page.keyboard.press("Escape")
    headings = page.get_by_role("list", name="Follow-ups").get_by_role("heading", level=3)
    expect(headings).to_have_text(["High2", "Low1"])
    assert titles(page) == ["Ordered high", "Ordered later", "Ordered low"]
    expect(page).to_have_url(re.compile("group=priority"))
    page.reload()
    expect(headings).to_have_count(2)

    page.goto("/followups?group=priority&about=nobody")
    expect(row(page, "Ordered low")).to_have_count(0)
    page.get_by_role("button", name="Filter, 1 set").click()
    fields = page.get_by_role("dialog")
    fields.get_by_label("Due to").fill("tomorrow")
    fields.get_by_role("button", name="Show", exact=True).click()
    expect(row(page, "Ordered later")).to_have_count(0)
    expect(page.get_by_role("list", name="Filters").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("checkbox", name="Select all under All open").check()
    page.get_by_role("toolbar").get_by_role("button", name="Edit").click()
    form = dialog(page, "Edit 1 follow-up")
    form.get_by_role("combobox", name="Add tags").press_sequentially("seen,")
    form.get_by_role("button", name="Change").click()
    expect(said(page, "Changed 1 follow-up")).to_be_visible()
    found = product.call("GET", "/follow-ups", params={"q": "Ordered", "tag": "seen"})["items"]
    assert [one["title"] for one in found] == ["Ordered high"]


def test_a_manager_sees_whose_work_it_is_on_a_phone_without_a_violation(
    product: Product, visit: Visit
) -> None:
    dana = product.person("Dana Orders", "manager")
    for name in ("Zoe Orders", "Bea Orders"):
        person = product.person(name, manager=dana)
        product.follow_up(person, f"Work of {name}", due=hours(-30))
    page = visit(dana, "/followups?group=assignee", viewport=PHONE, reduced_motion="reduce")
    headings = page.get_by_role("list", name="Follow-ups").get_by_role("heading", level=3)
    expect(headings).to_have_text(["Bea Orders1", "Zoe Orders1"])
    assert titles(page) == ["Work of Bea Orders", "Work of Zoe Orders"]
    found = {"grouped": violations_at_each_size(page)}
    page.get_by_role("button", name="Order: grouped by person").click()
    expect(page.get_by_role("combobox", name="Sort by")).to_be_visible()
    found["order"] = violations_at_each_size(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_label("Due from")).to_be_visible()
    found["filter"] = violations_at_each_size(page)
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_label("Due from")).to_be_hidden()
    assert not {step: problems for step, problems in found.items() if problems}


def test_what_is_loaded_of_a_list_is_printed_and_nothing_else(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Prints")
    for number in range(30):
        product.follow_up(amir, f"Printed {number}", due=hours(number - 90))
    page = visit(amir, "/followups?group=priority", viewport={"width": 1000, "height": 400})
    expect(page.get_by_role("heading", level=3)).to_have_text(["Normal30"])
    assert len(titles(page)) < 30
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert titles(page) == [f"Printed {number}" for number in range(30)]
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert len(titles(page)) < 30
