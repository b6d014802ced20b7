"""Logging in and out, and a session that ends under an open page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, log_in, row, said
from tests.e2e.product import PASSWORD, Product, hours


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
    ended.get_by_label("Password", exact=True).fill(PASSWORD)
    ended.get_by_role("button", name="Log in").click()
    expect(ended).to_be_hidden()
    form.get_by_role("button", name="Create follow-up").click()
    expect(said(page, "Planned “Call about the tender”")).to_be_visible()
    expect(row(page, "Call about the tender")).to_be_visible()


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
