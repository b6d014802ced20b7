"""Calendar feeds on the settings page: made, read by a program, given another address and revoked."""

from __future__ import annotations

from datetime import timedelta

import httpx
import icalendar
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, said, tab_to
from tests.e2e.product import Product
from tests.e2e.test_accessibility import violations

PHONE = {"width": 390, "height": 844}


def titles(url: str) -> list[str]:
    """What a calendar program reads."""
    answer = httpx.get(url)
    assert answer.status_code == 200, answer.text
    return [str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")]


def address(page: Page) -> str:
    return dialog(page, "Subscribe to it now").get_by_label("Secret address").input_value()


def test_a_rep_subscribes_and_ends_it_by_keyboard(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=timedelta(days=1))
    page = visit(amir, "/settings#calendar")
    tab_to(page.get_by_role("button", name="Add a calendar feed")).press("Enter")
    form = dialog(page, "New calendar feed")
    expect(form.get_by_label("Which program reads it")).to_be_focused()
    expect(form.get_by_text("It shows", exact=True)).to_have_count(0)
    assert violations(page) == []
    page.keyboard.type("Laptop")
    page.keyboard.press("Enter")
    first = address(page)
    assert violations(page) == []
    assert titles(first) == ["Call Acme"]
    page.keyboard.press("Escape")
    tab_to(page.get_by_role("button", name="New address: Laptop")).press("Enter")
    tab_to(dialog(page, "Give “Laptop” a new address?").get_by_role("button", name="New address")).press(
        "Enter"
    )
    second = address(page)
    assert titles(second) == ["Call Acme"]
    assert httpx.get(first).status_code == 404
    page.keyboard.press("Escape")
    tab_to(page.get_by_role("button", name="Revoke: Laptop")).press("Enter")
    tab_to(dialog(page, "Revoke “Laptop”?").get_by_role("button", name="Revoke")).press("Enter")
    expect(said(page, "“Laptop” is revoked")).to_be_visible()
    expect(page.get_by_role("button", name="Revoke: Laptop")).to_have_count(0)
    assert httpx.get(second).status_code == 404


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_who_leads_others_subscribes_to_their_work_by_touch(
    product: Product, visit: Visit, role: str
) -> None:
    boss = product.person("Mia Middle", role)
    rep = product.person("Amir Patel", manager=boss)
    product.follow_up(rep, "Call Acme", due=timedelta(days=1))
    page = visit(boss, "/settings#calendar", viewport=PHONE, has_touch=True)
    page.get_by_role("button", name="Add a calendar feed").tap()
    form = dialog(page, "New calendar feed")
    form.get_by_label("Which program reads it").fill("Team board")
    form.get_by_text("My team’s", exact=True).tap()
    form.get_by_role("combobox", name="Alarm").tap()
    page.get_by_role("option", name="15 minutes before").tap()
    assert violations(page) == []
    form.get_by_role("button", name="Add").tap()
    assert titles(address(page)) == ["Call Acme (Amir Patel)"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []
    dialog(page, "Subscribe to it now").get_by_role("button", name="Done").tap()
    page.reload()
    expect(page.get_by_text("My team’s · Read")).to_be_visible()
