"""The team view: worked by a manager with keys alone, and on a phone by touch."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import row, tab_to
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations

TODAY = datetime.now(ZoneInfo("Europe/Berlin")).date()
BACK = TODAY + timedelta(days=10)
SIZES: tuple[ViewportSize, ...] = ({"width": 1440, "height": 900}, {"width": 820, "height": 1180}, PHONE)


@pytest.fixture(scope="session")
def dana(product: Product) -> Person:
    """A manager of Mia, who has a report of her own, of Amir, who slips, and of Zoe, who does not."""
    dana = product.person("Dana Reyes", "manager")
    mia = product.person("Mia Middle", "manager", manager=dana)
    product.person("Under Mia", manager=mia)
    amir = product.person("Amir Patel", manager=dana)
    zoe = product.person("Zoe Zed", manager=dana)
    for late in (120, 60, 30):
        product.follow_up(amir, f"Late by {late}", due=hours(-late))
    product.sweep()
    moved = product.follow_up(amir, "Put off", due=hours(20))
    product.call("PATCH", f"/follow-ups/{moved['id']}", json={"due_at": "2199-01-01T09:00:00Z"})
    waits = product.follow_up(amir, "They decide", due=hours(30))
    product.call("POST", f"/follow-ups/{waits['id']}/wait", json={"preset": "tomorrow", "reason": "Board"})
    for title, due in (("Kept", 40), ("Done late", -2)):
        done = product.follow_up(zoe, title, due=hours(due))
        product.call("POST", f"/follow-ups/{done['id']}/complete")
    product.call(
        "POST",
        "/absences",
        json={"user_id": zoe.id, "from": TODAY.isoformat(), "to": BACK.isoformat()},
    )
    return dana


def table(page: Page) -> Locator:
    return page.get_by_role("table", name="Team")


def first(page: Page) -> Locator:
    """Who is at the top."""
    return table(page).get_by_role("rowheader").first


def member(page: Page, name: str) -> Locator:
    return table(page).get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def test_a_manager_finds_who_slips_and_reads_the_list_behind_each_figure_by_keyboard(
    visit: Visit, dana: Person
) -> None:
    page = visit(dana, viewport=SIZES[0])
    expect(page.get_by_role("heading", name="Follow-ups", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(member(page, "Amir Patel")).to_be_visible()
    expect(table(page).get_by_role("columnheader", name="Overdue")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(first(page)).to_contain_text("Amir Patel")
    expect(member(page, "Zoe Zed")).to_contain_text(f"Away until {BACK.day} {BACK:%b}")
    expect(member(page, "Zoe Zed").get_by_role("img")).to_have_attribute(
        # In the first two hours of a week the last one ended with what was done late.
        "aria-label",
        re.compile(r"Done a week: (0, ){11}2\. Overdue at its end: (0, ){10}[01], 0\."),
    )
    drilled = {
        "Amir Patel, overdue: 3": {"Late by 120", "Late by 60", "Late by 30"},
        "Amir Patel, escalated: 2": {"Late by 120", "Late by 60"},
        "Amir Patel, moved: 1": {"Put off"},
        "Amir Patel, waiting: 1": {"They decide"},
        "Amir Patel, open: 5": {"Late by 120", "Late by 60", "Late by 30", "Put off", "They decide"},
        "Zoe Zed, done this week: 2": {"Kept", "Done late"},
        "Zoe Zed, on time this month: 50\u00a0%, 1 of 2": {"Kept"},
        "Zoe Zed, completed this month: 1 late": {"Done late"},
    }
    for label, titles in drilled.items():
        tab_to(table(page).get_by_role("link", name=label, exact=True))
        page.keyboard.press("Enter")
        for title in titles:
            expect(row(page, title)).to_be_visible()
        listed = page.locator("main [data-row]")
        assert listed.count() == len(titles), label
        expect(listed.first.locator("[data-title]")).to_be_focused()
        page.go_back()
        expect(member(page, "Amir Patel")).to_be_visible()
    tab_to(table(page).get_by_role("button", name="Person"))
    page.keyboard.press("Enter")
    expect(table(page).get_by_role("columnheader", name="Person")).to_have_attribute("aria-sort", "ascending")
    expect(first(page)).to_contain_text("Amir Patel")
    page.keyboard.press("Enter")
    expect(first(page)).to_contain_text("Zoe Zed")
    tab_to(page.get_by_role("button", name="More about Mia Middle"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(member(page, "Under Mia")).to_be_visible()
    expect(table(page).get_by_role("rowheader")).to_have_count(1)


@pytest.mark.long
def test_a_team_is_read_on_a_phone_by_touch_and_fits_every_size(visit: Visit, dana: Person) -> None:
    page = visit(dana, viewport=PHONE, has_touch=True, reduced_motion="reduce")
    page.get_by_role("navigation", name="Tabs").get_by_role("link", name="Team").tap()
    expect(member(page, "Amir Patel")).to_be_visible()
    page.get_by_text("Everyone below", exact=True).tap()
    expect(member(page, "Under Mia")).to_be_visible()
    page.get_by_role("combobox", name="Sort by").tap()
    page.get_by_role("option", name="Done this week").tap()
    expect(first(page)).to_contain_text("Zoe Zed")
    page.get_by_role("button", name="More about Amir Patel").tap()
    page.get_by_role("menuitem", name="Hand open work over").tap()
    expect(page.get_by_role("dialog", name="Amir Patel")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").tap()
    expect(page.get_by_role("dialog")).to_have_count(0)
    found = {}
    for size in SIZES:
        page.set_viewport_size(size)
        found[size["width"]] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
    assert not {size: problems for size, problems in found.items() if problems}
    page.set_viewport_size(PHONE)
    member(page, "Amir Patel").get_by_role("link", name="Amir Patel, overdue: 3").tap()
    expect(row(page, "Late by 120")).to_be_visible()
    expect(row(page, "Put off")).to_have_count(0)
    page.goto("/followups?severity=escalated")
    expect(row(page, "Late by 60")).to_be_visible()
    page.get_by_role("button", name="Show all again, not only escalated").tap()
    expect(row(page, "Put off")).to_be_visible()


def test_who_has_no_reports_has_no_team(product: Product, visit: Visit) -> None:
    page = visit(product.person("Otto Alone"), "/team", viewport=DESK)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Team")
    expect(page.get_by_role("link", name="Team", exact=True)).to_have_count(0)
