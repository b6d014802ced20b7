"""Logging in and out, and a session that ends under an open page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, log_in, row, said
from tests.e2e.product import PASSWORD, Person, Product, hours
from tests.e2e.test_accessibility import violations


def test_a_wrong_password_is_told_clearly_and_the_address_stays(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(None)
    log_in(page, amir, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("The e-mail address or the password is wrong")
    expect(page.get_by_label("E-mail")).to_have_value(amir.email)


def test_log_in_leads_back_to_where_one_wanted_to_go(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    planned = product.follow_up(amir, "Call Acme", due=hours(30))
    page = visit(None, f"/followups/{planned['id']}")
    log_in(page, amir)
    expect(page.get_by_role("heading", name="Call Acme")).to_be_visible()


def test_log_out_ends_the_session_for_every_page(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir)
    page.get_by_role("button", name="Account of Amir Patel").click()
    page.get_by_role("menuitem", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in to Followup")).to_be_visible()
    page.goto("/inbox")
    expect(page.get_by_role("heading", name="Log in to Followup")).to_be_visible()
    assert page.context.request.get("/api/v1/me").status == 401


def test_a_session_that_ends_loses_nothing_that_was_typed(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir)
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Call about the tender")
    product.call("PATCH", f"/users/{amir.id}", json={"password": PASSWORD})  # ends their sessions
    form.get_by_role("button", name="Create follow-up").click()

    ended = dialog(page, "Your session has ended")
    expect(ended.get_by_label("E-mail")).to_have_value(amir.email)
    expect(ended.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(PASSWORD)
    ended.get_by_role("button", name="Log in").click()
    expect(ended).to_be_hidden()
    expect(form.get_by_role("alert")).to_have_count(0)
    form.get_by_role("button", name="Create follow-up").click()
    expect(said(page, "Planned “Call about the tender”")).to_be_visible()
    expect(row(page, "Call about the tender")).to_be_visible()


def first_call(product: Product, person: Person) -> Any:
    [planned] = product.call("GET", "/follow-ups", params={"assignee": person.id, "view": "all"})["items"]
    return planned


def another_logs_in(page: Page, person: Person) -> Page:
    """Log out and in as somebody else, in another tab of the same browser."""
    tab = page.context.new_page()
    tab.goto("/")
    tab.get_by_role("button", name="Account of").first.click()
    tab.get_by_role("menuitem", name="Log out").click()
    log_in(tab, person)
    expect(tab.get_by_role("button", name=f"Account of {person.name}")).to_be_visible()
    return tab


def test_two_people_in_two_tabs_are_told_apart_at_once(product: Product, visit: Visit) -> None:
    amir, mia = product.person("Amir Patel"), product.person("Mia Middle")
    product.follow_up(amir, "Call Acme", due=hours(30))
    page = visit(amir, "/followups")
    expect(row(page, "Call Acme")).to_be_visible()
    another_logs_in(page, mia)
    told = dialog(page, "You are now logged in as Mia Middle in another tab")
    expect(told).to_contain_text("Amir Patel")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("button", name="Account of Mia Middle")).to_be_visible()
    expect(row(page, "Call Acme")).to_have_count(0)


def test_a_page_never_acts_as_somebody_else(product: Product, visit: Visit) -> None:
    """Where tabs do not hear of each other, the API refuses what is asked for another person."""
    amir, ada = product.person("Amir Patel"), product.person("Ada Okafor", "admin")
    product.follow_up(amir, "Call Acme", due=hours(30))
    page = visit(amir, "/login", once=True)
    page.context.add_init_script("delete window.BroadcastChannel")
    page.goto("/followups")
    expect(row(page, "Call Acme")).to_be_visible()
    another_logs_in(page, ada)  # who may complete it as well
    row(page, "Call Acme").get_by_role("button", name="Complete Call Acme").click()
    expect(dialog(page, "You are now logged in as Ada Okafor in another tab")).to_be_visible()
    assert first_call(product, amir)["completed_at"] is None


def test_a_page_downloads_nothing_of_somebody_else(product: Product, visit: Visit) -> None:
    amir, ada = product.person("Amir Patel"), product.person("Ada Okafor", "admin")
    page = visit(amir, "/login", once=True)
    page.context.add_init_script("delete window.BroadcastChannel")
    page.goto("/followups")
    page.get_by_role("button", name="Export").click()
    another_logs_in(page, ada)  # who may see everybody's
    export = page.get_by_role("menuitem", name="CSV")
    address = export.get_attribute("href")
    assert address
    assert page.request.get(address).status == 409
    export.click()  # no failed download: it says why
    expect(said(page, "Nothing was exported")).to_be_visible()
    expect(dialog(page, "You are now logged in as Ada Okafor in another tab")).to_be_visible()


def test_a_log_out_shows_in_every_tab_and_a_log_in_brings_them_back(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/inbox")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    tab = page.context.new_page()
    tab.goto("/")
    tab.get_by_role("button", name="Account of Amir Patel").click()
    tab.get_by_role("menuitem", name="Log out").click()
    expect(dialog(page, "Your session has ended")).to_be_visible()
    log_in(tab, amir)
    expect(dialog(page, "Your session has ended")).to_be_hidden()


def test_the_session_is_out_of_reach_for_scripts(product: Product, visit: Visit) -> None:
    page = visit(product.person("Amir Patel"), "/followups")
    expect(page.get_by_role("heading", name="Follow-ups")).to_be_visible()
    [cookie] = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert page.evaluate("Object.keys(localStorage).filter((key) => !key.startsWith('followup-'))") == []
    assert "unsafe-inline" not in str(policy_of(page.request.get("/").headers)["script-src"])


def policy_of(headers: dict[str, str]) -> dict[str, list[str]]:
    """The directives of a Content-Security-Policy."""
    directives = headers["content-security-policy"].split(";")
    return {name: values for name, *values in (directive.split() for directive in directives)}
