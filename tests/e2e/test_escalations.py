"""The dashboard of escalations: its numbers, its bars and its lists tell of the same."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import pick, row, tab_to
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import DESK, violations, violations_at_each_size

DASHBOARD = "/dashboard/escalations"


@pytest.fixture(scope="session")
def dana(product: Product) -> Person:
    """A manager of nine: Mia with a line of her own, and eight more, each with one escalation at least."""
    dana = product.person("Dana Reyes", "manager")
    mia = product.person("Mia Middle", "manager", manager=dana)
    amir = product.person("Amir Patel", manager=mia)
    for person, title, late in (
        (dana, "Dana's own", 50),
        (mia, "Mia's own", 50),
        (amir, "Amir's breach", 100),
        (amir, "Amir's other", 60),
    ):
        product.follow_up(person, title, due=hours(-late))
    for number in range(8):
        report = product.person(f"Report {number}", manager=dana)
        product.follow_up(report, f"Call of {number}", due=hours(-50 - number))
    product.sweep()
    return dana


def chart(page: Page) -> Locator:
    return page.get_by_role("table", name="by direct report")


def bars(page: Page) -> dict[str, list[int]]:
    """All, admin, manager: what each bar says."""
    told = [line.all_inner_texts() for line in _cells(page)]
    return {name.replace(" and their line", "+"): [int(number) for number in more] for name, *more in told}


def _cells(page: Page) -> list[Locator]:
    rows = chart(page).locator("tbody tr")
    return [rows.nth(n).locator("th, td") for n in range(rows.count())]


def listed(page: Page) -> int:
    """How many rows both lists show; so few that all are drawn."""
    lists = [page.get_by_role("list", name=level) for level in ("SLA breach", "With manager")]
    return sum(each.get_by_role("listitem").count() for each in lists)


def test_each_bar_is_a_direct_report_and_leads_to_as_many_rows(visit: Visit, dana: Person) -> None:
    page = visit(dana, DASHBOARD, viewport={"width": 1440, "height": 1600})
    expect(chart(page).get_by_role("row")).to_have_count(9)  # its head and eight
    assert next(iter(bars(page).items())) == ("Mia Middle+", [3, 1, 2])
    help_of = page.get_by_role("button", name="What does “SLA breach” mean?")
    help_of.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("what was agreed counts as broken")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("what was agreed counts as broken")).to_be_hidden()
    expect(help_of).to_be_focused()
    page.get_by_role("button", name="and 2 more").click()
    told = bars(page)
    assert len(told) == 10
    assert told["Dana Reyes"] == [1, 0, 1]
    assert sum(number for number, *_ in told.values()) == listed(page) == 12
    for name, (number, *_) in told.items():
        page.goto(DASHBOARD)
        if not chart(page).get_by_role("link", name=name.strip("+")).is_visible():
            page.get_by_role("button", name="and 2 more").click()
        chart(page).get_by_role("link", name=name.strip("+")).click()
        page.wait_for_url(re.compile(r"who="))
        expect(page.get_by_role("listitem").filter(has=page.locator("[data-row]"))).to_have_count(number)
        assert listed(page) == number


def test_a_bar_opens_the_level_below_by_keyboard_and_there_is_a_way_back(visit: Visit, dana: Person) -> None:
    page = visit(dana, DASHBOARD)
    mia = chart(page).get_by_role("link", name="Mia Middle and their line")
    mia.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mia Middle: by direct report")).to_be_visible()
    assert bars(page) == {"Amir Patel": [2, 1, 1], "Mia Middle": [1, 0, 1]}
    expect(page.get_by_role("combobox", name="Whose follow-ups")).to_have_value("Mia Middle and their line")
    expect(page.get_by_role("heading", name="With manager")).to_contain_text("2")
    page.get_by_role("button", name="Show everyone").click()
    expect(page.get_by_role("heading", name="By direct report", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="With manager")).to_contain_text("11")


def test_numbers_and_bars_follow_search_and_person(visit: Visit, dana: Person) -> None:
    page = visit(dana, DASHBOARD)
    page.get_by_label("Search escalations").fill("Amir")
    expect(chart(page).get_by_role("row")).to_have_count(2)
    assert bars(page) == {"Mia Middle+": [2, 1, 1]}
    expect(page.get_by_role("heading", name="SLA breach")).to_contain_text("1")
    expect(page.get_by_role("term").filter(has_text="With manager").locator("..")).to_contain_text("1")
    page.get_by_role("combobox", name="Whose follow-ups").click()
    page.get_by_role("option", name="Report 3", exact=True).click()
    expect(page.get_by_text("Nothing found for “Amir”")).to_have_count(1)
    expect(page.get_by_role("heading", name="With manager")).to_be_hidden()
    page.get_by_role("button", name="Clear the search").click()
    expect(row(page, "Call of 3")).to_be_visible()
    page.get_by_label("Search escalations").fill("Amir")
    page.get_by_role("button", name="Clear all filters").click()
    expect(row(page, "Amir's breach")).to_be_visible()


def test_the_chart_is_readable_at_every_width(visit: Visit, dana: Person) -> None:
    page = visit(dana, DASHBOARD, reduced_motion="reduce")
    for width in (320, 390, 820, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        expect(chart(page).get_by_role("row")).to_have_count(9)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for bar in chart(page).locator("tbody tr").all():
            whole = bar.bounding_box()
            track = bar.locator("[aria-hidden]").bounding_box()
            assert whole
            assert track
            assert whole["x"] >= 0
            assert whole["x"] + whole["width"] <= width
            assert track["width"] >= 90
        assert violations(page) == []


WORTH = {"amount": "1200.00", "currency": "EUR"}


def test_the_dashboard_is_narrowed_by_policy_kind_priority_tag_and_value(
    product: Product, visit: Visit
) -> None:
    dana = product.person("Dana Filters", "manager")
    amir = product.person("Amir Filters", manager=dana)
    product.follow_up(
        amir, "A tagged call", due=hours(-60), kind="call", priority="high", tags=["vip"], value=WORTH
    )
    product.follow_up(amir, "A plain task", due=hours(-60))
    product.sweep()
    page = visit(dana, "/dashboard/escalations", viewport=DESK, reduced_motion="reduce")
    expect(row(page, "A plain task")).to_be_visible()
    tab_to(page.get_by_role("button", name="Filter", exact=True)).press("Enter")
    narrow = page.get_by_role("dialog", name="Filter")
    pick(narrow.get_by_role("combobox", name="Kind"), "Call")
    expect(row(page, "A plain task")).to_have_count(0)
    expect(row(page, "A tagged call")).to_be_visible()
    pick(narrow.get_by_role("combobox", name="Policy"), "standard")
    pick(narrow.get_by_role("combobox", name="Priority"), "High")
    tab_to(narrow.get_by_role("textbox", name="Tag"))
    page.keyboard.type("vip")
    expect(page).to_have_url(re.compile("kind=call.*policy=1.*priority=high.*tag=vip"))
    tab_to(narrow.get_by_role("textbox", name="At least"))
    page.keyboard.type("1000")
    expect(page).to_have_url(re.compile("(?=.*currency=EUR)(?=.*from=1000)"))
    expect(row(page, "A tagged call")).to_be_visible()
    assert violations_at_each_size(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Filter, 5 set")).to_be_focused()
    page.goto("/dashboard/escalations?priority=low")
    page.get_by_role("button", name="Clear all filters").click()
    expect(row(page, "A plain task")).to_be_visible()
