"""The palette finds anything and does anything by a few letters, by keys and by touch."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Product, hours

PALETTE = "Find or do anything"


def test_a_client_and_its_history_take_one_key_and_the_text(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    client = {"kind": "client", "name": "Umbrella Palette"}
    planned = product.follow_up(amir, "Send the offer", due=hours(-3), subject=client)
    page = visit(amir, "/followups", viewport={"width": 1440, "height": 900})
    expect(row(page, "Send the offer")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("umbrella pal")  # no pause between the keys
    page.keyboard.press("Enter")  # ends the text
    expect(page).to_have_url(f"{product.url}/subjects/{planned['subject']['id']}")
    expect(page.get_by_role("heading", name="Umbrella Palette")).to_be_visible()


def test_it_does_what_can_be_done_with_the_row_in_focus(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    product.follow_up(amir, "Call Hooli", due=hours(-2))
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call Acme").focus()
    page.keyboard.press("Control+k")
    palette = dialog(page, PALETTE)
    expect(palette.get_by_role("option", name="Complete Call Acme", exact=True)).to_be_visible()
    expect(palette.get_by_role("option", name="Reassign")).to_have_count(0)  # they have nobody to give it to
    expect(palette.get_by_role("option", name="Import")).to_have_count(0)
    search = palette.get_by_role("combobox")
    search.fill("log a note")
    expect(palette.get_by_role("option", name="Log a call or a note about Call Acme")).to_be_visible()
    search.fill("absence")
    expect(palette.get_by_role("option", name="Away: plan an absence")).to_be_visible()
    search.fill("hand over")
    expect(palette.get_by_role("option", name="Hand over")).to_have_count(0)  # of nobody
    search.fill("")
    page.keyboard.type("resch")
    page.keyboard.press("Enter")
    expect(dialog(page, "Reschedule “Call Acme”")).to_be_visible()
    page.keyboard.press("t")
    expect(said(page, "Moved “")).to_be_visible()
    expect(page.get_by_role("link", name="Call Hooli")).to_be_focused()


def test_by_touch_on_a_phone(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Weber", role="manager")
    amir = product.person("Amir Touch", manager=dana)
    product.follow_up(amir, "Call Acme", due=hours(-3))
    product.follow_up(dana, "Call Hooli", due=hours(-3))
    page = visit(dana, "/inbox", viewport={"width": 390, "height": 844}, has_touch=True)
    page.get_by_role("button", name="Find or do anything").tap()
    palette = dialog(page, PALETTE)
    palette.get_by_role("combobox").fill("amir to")
    palette.get_by_role("option", name="Amir Touch").tap()
    expect(row(page, "Call Acme")).to_be_visible()
    expect(row(page, "Call Hooli")).to_be_hidden()
    reschedule_by_touch(page)


def reschedule_by_touch(page: Page) -> None:
    page.get_by_role("button", name="More about Call Acme").tap()
    page.get_by_role("menuitem", name="Another time…").tap()
    asked = dialog(page, "Reschedule “Call Acme”")
    asked.get_by_role("button", name="In a week").tap()
    asked.get_by_role("button", name="Reschedule").tap()
    expect(said(page, "Moved “")).to_be_visible()


def test_a_saved_view_is_found_by_its_name_and_shown_by_its_address_alone(
    product: Product, visit: Visit
) -> None:
    ira = product.person("Ira Palette")
    for title, priority in (("Palette high", "high"), ("Palette low", "low")):
        product.follow_up(ira, title, due=hours(-3), priority=priority)
    filters = {"view": "overdue", "priority": "high"}
    body = {"name": "Hottest ones", "shared": True, "filters": filters}
    view = product.call("POST", "/saved-views", json=body)
    page = visit(ira, "/followups", viewport={"width": 1440, "height": 900})
    expect(row(page, "Palette low")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("hottest")
    expect(dialog(page, PALETTE).get_by_role("option", name="Hottest ones")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="View: Hottest ones", exact=True)).to_be_visible()
    expect(row(page, "Palette high")).to_be_visible()
    expect(row(page, "Palette low")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"view=overdue.*priority=high|priority=high.*view=overdue"))
    product.call("DELETE", f"/saved-views/{view['id']}")
