"""When the line is down: what was loaded stays, a change says that it failed, and all is well afterwards."""

from __future__ import annotations

from threading import Event

from playwright.sync_api import Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Product, hours

FORM_IS_HERE = """async () => {
    const loaded = performance.getEntriesByType("resource");
    const script = loaded.find(({ name }) => /FollowUpForm.*[.]js$/.test(name));
    if (!script) return false;
    await import(script.name);
    return [...document.querySelectorAll("link[rel=stylesheet]")].every(({ sheet }) => sheet);
}"""


def test_offline_and_back(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    expect(row(page, "Call Acme")).to_be_visible()
    page.wait_for_function(FORM_IS_HERE)

    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.keyboard.press("c")  # never opened before
    expect(dialog(page, "New follow-up").get_by_label("Due")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Completed", exact=True).click()  # never loaded
    expect(page.get_by_role("alert")).to_contain_text("You are offline")
    page.get_by_role("button", name="All open").click()
    page.get_by_role("button", name="Complete Call Acme").click()
    expect(said(page, "“Call Acme” is still open")).to_contain_text("You are offline")
    expect(row(page, "Call Acme")).to_be_visible()

    page.context.set_offline(False)
    expect(page.get_by_text("You see what was loaded before")).to_be_hidden()
    page.get_by_role("button", name="Try again").click()
    expect(said(page, "Completed “Call Acme”")).to_be_visible()
    expect(row(page, "Call Acme")).to_be_hidden()


def test_a_form_keeps_what_was_typed_when_it_cannot_be_sent(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/followups")
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Call from the train")
    page.context.set_offline(True)
    form.get_by_role("button", name="Create follow-up").click()
    expect(form.get_by_role("alert")).to_contain_text("What you typed is kept.")
    page.context.set_offline(False)
    form.get_by_role("button", name="Create follow-up").click()
    expect(row(page, "Call from the train")).to_be_visible()


def test_a_server_that_fails_is_told_and_asked_again(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/inbox")
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("link", name="Leads & clients").first.click()
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Leads & clients", level=1)).to_be_visible()  # it comes by itself
    page.get_by_role("link", name="Follow-ups").first.click()
    expect(row(page, "Call Acme")).to_be_visible()


def test_a_dialog_that_still_loads_says_so(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    held: list[Route] = []
    release = Event()

    def hold(route: Route) -> None:
        if release.is_set():
            route.continue_()
        else:
            held.append(route)

    page.route("**/HoldDialog-*.js", hold)
    page.reload()
    page.get_by_role("link", name="Call Acme", exact=True).focus()
    page.keyboard.press("h")
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    release.set()
    for route in held:  # the browser may ask twice: ahead, and for the dialog itself
        route.continue_()
    expect(dialog(page, "Snooze “Call Acme”")).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_be_hidden()
