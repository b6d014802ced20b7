"""An empty company leads its admin to the first escalation seen, by keyboard; reps find a friendly page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.e2e.conftest import Visit, running
from tests.e2e.pages import dialog, said
from tests.e2e.product import Product
from tests.e2e.test_accessibility import DESK, PHONE, violations

TABLET: ViewportSize = {"width": 820, "height": 1180}


@pytest.fixture(scope="module")
def empty(built_ui: None) -> Iterator[Product]:
    """A company of its own, in which there is nobody but its admin."""
    with running() as product:
        yield product


def press(steps: Locator, button: str) -> None:
    steps.get_by_role("button", name=button, exact=True).press("Enter")


def test_an_empty_company_leads_to_the_first_escalation(empty: Product, visit: Visit) -> None:
    ada = empty.person("Ada First", "admin")
    rep = empty.person("Rita Rep")
    page = visit(rep, "/followups", at=empty)
    expect(page.get_by_text("What is planned appears here")).to_be_visible()
    expect(page.get_by_role("region", name="First steps")).to_be_hidden()

    page = visit(ada, "/followups", at=empty)
    steps = page.get_by_role("region", name="First steps")
    expect(steps).to_contain_text("0 of 3 are done")
    expect(steps.get_by_role("button", name="See who would be told")).to_be_disabled()
    found = []
    for size in (PHONE, TABLET, DESK):
        page.set_viewport_size(size)
        found += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == []

    steps.get_by_role("link", name="Import people").press("Enter")
    expect(page.get_by_role("radio", name="People")).to_be_checked()
    manager = empty.person("Mona Manager", "manager")
    empty.call("PATCH", f"/users/{rep.id}", json={"manager_id": manager.id})
    page.goto("/followups")
    expect(steps).to_contain_text("1 of 3 is done")

    press(steps, "Plan a follow-up")
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Call the first client")
    page.keyboard.press("Control+Enter")
    expect(said(page, "Planned “Call the first client”")).to_be_visible()
    expect(steps).to_contain_text("2 of 3 are done")
    expect(steps.get_by_role("link", name="Import people")).to_be_hidden()  # what is done takes one line
    page.get_by_role("group", name="Show").get_by_role("button", name="Upcoming").click()
    expect(page.get_by_role("link", name="Call the first client")).to_be_visible()
    expect(steps).to_be_hidden()  # only above the plain list
    page.get_by_role("group", name="Show").get_by_role("button", name="All open").click()
    press(steps, "See who would be told")
    expect(steps).to_contain_text("3 of 3 are done")
    expect(steps.get_by_role("list", name="Notifications by person")).to_contain_text("Ada First")
    assert violations(page) == []
    page.goto("/followups?view=upcoming")
    expect(page.get_by_role("link", name="Call the first client")).to_be_visible()
    page.goto("/followups")
    expect(page.get_by_role("link", name="Call the first client")).to_be_visible()
    expect(steps).to_be_hidden()  # all that it leads to is done
