"""What the list shows is kept under a name, for oneself or for everybody."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said, tab_to
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size


def views(page: Page, name: str = "Views") -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("menuitem", name=name, exact=True)


def choose(page: Page, name: str) -> None:
    """Go to an item of the open menu by the arrow keys, and take it."""
    expect(item(page, name)).to_be_visible()
    for _ in range(page.get_by_role("menuitem").count()):
        page.keyboard.press("ArrowDown")
        if item(page, name).evaluate("element => element === document.activeElement"):
            break
    expect(item(page, name)).to_be_focused()
    page.keyboard.press("Enter")


def test_a_view_is_saved_left_changed_and_deleted_by_keys(product: Product, visit: Visit) -> None:
    una = product.person("Una Views")
    product.follow_up(una, "Viewed high", due=hours(-60), priority="high")
    product.follow_up(una, "Viewed low", due=hours(-30), priority="low")
    page = visit(una, "/followups?priority=high&group=kind", viewport=DESK)
    expect(row(page, "Viewed high")).to_be_visible()
    tab_to(views(page)).press("Enter")
    choose(page, "Save as a view…")
    form = dialog(page, "Save a view")
    expect(form.get_by_label("Name")).to_be_focused()
    expect(form.get_by_label("Share it with everybody")).to_have_count(0)
    page.keyboard.type("Hot ones")
    page.keyboard.press("Enter")
    expect(said(page, "Saved the view “Hot ones”")).to_be_visible()
    expect(views(page, "View: Hot ones")).to_be_visible()

    views(page, "View: Hot ones").press("Enter")
    choose(page, "Show all open follow-ups")
    expect(row(page, "Viewed low")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/followups(\?who=all)?$"))
    views(page).press("Enter")
    choose(page, "Hot ones")
    expect(row(page, "Viewed low")).to_have_count(0)
    expect(page).to_have_url(re.compile("group=kind"))
    page.reload()
    expect(views(page, "View: Hot ones")).to_be_visible()

    page.get_by_role("button", name="Show all again, not only High").click()
    expect(row(page, "Viewed low")).to_be_visible()
    views(page, "View: Hot ones, changed").press("Enter")
    choose(page, "Save changes to Hot ones")
    expect(views(page, "View: Hot ones")).to_be_visible()
    page.goto("/followups")
    views(page).press("Enter")
    choose(page, "Hot ones")
    expect(page).to_have_url(re.compile(r"^[^?]*\?(?!.*priority).*group=kind"))

    views(page, "View: Hot ones").press("Enter")
    choose(page, "Delete view")
    expect(views(page)).to_be_visible()
    said(page, "Deleted the view “Hot ones”").get_by_role("button", name="Undo").click()
    expect(said(page, "Taken back: deleted the view “Hot ones”")).to_be_visible()
    views(page).press("Enter")
    expect(item(page, "Hot ones")).to_be_visible()


def test_a_manager_shares_a_view_on_a_phone_without_a_violation(product: Product, visit: Visit) -> None:
    mona = product.person("Mona Views", "manager")
    cleo = product.person("Cleo Views", manager=mona)
    product.follow_up(cleo, "Cleo's of today", due=hours(-3))
    late = "/followups?view=overdue&who=team"
    page = visit(mona, late, viewport=PHONE, has_touch=True, reduced_motion="reduce")
    expect(row(page, "Cleo's of today")).to_be_visible()
    views(page).tap()
    item(page, "Save as a view…").tap()
    form = dialog(page, "Save a view")
    form.get_by_label("Name").fill("Late in my team")
    form.get_by_label("Share it with everybody").check()
    found = {"form": violations_at_each_size(page)}
    form.get_by_role("button", name="Save").tap()
    expect(form).to_be_hidden()
    views(page, "View: Late in my team").tap()
    expect(item(page, "Rename or share…")).to_be_visible()
    found["menu"] = violations_at_each_size(page)
    assert not {part: problems for part, problems in found.items() if problems}

    hers = visit(cleo, "/followups", viewport=DESK)
    views(hers).click()
    hers.get_by_role("menuitem", name="Late in my team by Mona Views").click()
    expect(hers).to_have_url(re.compile("who=team"))  # hers has nobody
    views(hers, "View: Late in my team").click()
    expect(item(hers, "Save as a view…")).to_be_visible()
    expect(item(hers, "Delete view")).to_have_count(0)
