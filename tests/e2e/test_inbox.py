"""The bell and the inbox: what a sweep raises arrives live, once, and leads to its follow-up."""

from __future__ import annotations

import re
from functools import partial

from playwright.sync_api import Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import bell, dialog, expect_unread, row
from tests.e2e.product import Product, hours

TAKEN_OVER_MS = 30_000
"""15 s, on a machine that others use too."""
STOP = """() => setTimeout(() => {
    const request = new XMLHttpRequest();
    request.open("GET", "/hold", false);
    request.send();
}, 0)"""
"""Holds the page's renderer until `/hold` is answered: it answers nobody."""


def test_an_escalation_arrives_in_the_bell_without_a_reload(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/followups")
    with page.expect_response("**/notifications/stream?*"):
        page.reload()
    expect_unread(page, 0)
    product.follow_up(amir, "Call Acme", due=hours(-2))
    product.sweep()
    expect_unread(page, 1)
    bell(page).click()
    page.get_by_role("link", name="Call Acme is 2 h overdue").click()
    expect(page.get_by_role("heading", name="Call Acme")).to_be_visible()
    expect_unread(page, 0)


def test_what_comes_while_the_line_is_down_is_there_after_it(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/inbox")
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    product.follow_up(amir, "Call Acme", due=hours(-2))
    product.follow_up(amir, "Call Globex", due=hours(-3))
    product.sweep()
    page.context.set_offline(False)
    expect_unread(page, 1)  # what one sweep tells is one
    few = page.get_by_role("list", name="2 of your follow-ups are overdue")
    expect(few.get_by_role("listitem")).to_have_text(["Call Globex", "Call Acme"])
    few.get_by_role("link", name="Call Acme").click()
    expect(page.get_by_role("heading", name="Call Acme")).to_be_visible()
    expect_unread(page, 0)


def test_two_tabs_of_a_person_share_one_stream(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    first = visit(amir, "/inbox")
    expect(first.get_by_text("Nothing has come yet")).to_be_visible()
    second = first.context.new_page()
    second.goto("/followups")
    expect_unread(second, 0)
    product.follow_up(amir, "Call Acme", due=hours(-2))
    product.sweep()
    expect_unread(first, 1)
    expect_unread(second, 1)
    first.close()  # the other tab takes over
    product.follow_up(amir, "Call Globex", due=hours(-2))
    product.sweep()
    expect_unread(second, 2)


def hold(held: list[Route], route: Route) -> None:
    """Answer a request later."""
    held.append(route)


def test_another_tab_takes_over_from_one_that_does_not_answer_any_more(
    product: Product, visit: Visit
) -> None:
    amir = product.person("Amir Patel")
    leading = visit(amir, "/inbox")
    expect(leading.get_by_text("Nothing has come yet")).to_be_visible()
    held: list[Route] = []
    leading.route("**/hold", partial(hold, held))
    other = leading.context.new_page()
    with other.expect_response("**/notifications/stream?*", timeout=TAKEN_OVER_MS):
        other.goto("/followups")
        expect_unread(other, 0)
        leading.evaluate(STOP)  # it keeps the lock
    product.follow_up(amir, "Call Acme", due=hours(-2))
    product.sweep()
    expect_unread(other, 1)
    held[0].fulfill(status=204)
    expect_unread(leading, 1)  # now that it goes on
    product.follow_up(amir, "Call Globex", due=hours(-2))
    product.sweep()
    expect_unread(leading, 2)  # told by the other
    expect_unread(other, 2)


def test_reading_one_and_reading_all(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    for number in (1, 2, 3):
        product.follow_up(amir, f"Call {number}", due=hours(-number))
        product.sweep()
    page = visit(amir, "/inbox")
    page.get_by_role("button", name="Mark “Call 2” as read").click()
    expect_unread(page, 2)
    page.get_by_text("Unread (2)").click()
    expect(page.get_by_role("listitem").filter(has_text="overdue")).to_have_count(2)
    page.get_by_role("button", name="Mark all as read").click()
    expect_unread(page, 0)
    page.reload()  # the address keeps what is shown
    expect(page.get_by_text("Everything is read")).to_be_visible()


def test_a_delete_reaches_bell_and_inbox_at_once_and_keeps_the_focus_in_the_list(
    product: Product, visit: Visit
) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    for number in (1, 2, 3):
        product.follow_up(amir, f"Call {number}", due=hours(-53 + number))
        product.sweep()
    inbox = visit(amir, "/inbox")
    expect(inbox.get_by_role("listitem").filter(has_text="overdue")).to_have_count(3)
    page = visit(dana, "/followups")
    expect_unread(page, 3)
    page.get_by_role("button", name="More about Call 2").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Delete").click()
    dialog(page, "Delete “Call 2”?").get_by_role("button", name="Delete").click()
    expect(row(page, "Call 2")).to_be_hidden()
    expect(page.get_by_role("link", name="Call 3", exact=True)).to_be_focused()
    expect_unread(page, 2)
    expect_unread(inbox, 2)
    expect(inbox.get_by_role("listitem").filter(has_text="overdue")).to_have_count(2)


def test_a_new_title_shows_in_an_open_inbox_and_what_was_handed_on_shows_none(
    product: Product, visit: Visit
) -> None:
    amir, otto = product.person("Amir Patel"), product.person("Otto Other")
    call = product.follow_up(amir, "Call Acme", due=hours(-2))
    product.sweep()
    page = visit(amir, "/inbox")
    expect(page.get_by_role("link", name="Call Acme is 2 h overdue")).to_be_visible()
    product.call("PATCH", f"/follow-ups/{call['id']}", json={"title": "Call Globex"})
    expect(page.get_by_role("link", name="Call Globex is 2 h overdue")).to_be_visible()
    product.call("PATCH", f"/follow-ups/{call['id']}", json={"title": "Secret", "assignee_id": otto.id})
    entry = page.get_by_role("listitem").filter(has_text="A follow-up you were told about was handed on")
    expect(entry).to_be_visible()
    expect(entry.get_by_role("link")).to_have_count(0)
    expect(page.get_by_text("Secret")).to_be_hidden()
    expect_unread(page, 1)
    entry.get_by_role("button", name="as read").click()
    expect_unread(page, 0)


def test_what_came_after_what_is_shown_stays_unread(product: Product, visit: Visit) -> None:
    """The list is an old one: its line to the server was cut when more came."""
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-2))
    product.sweep()
    page = visit(amir, "/inbox")
    expect_unread(page, 1)
    expect(page.get_by_role("link", name="Call Acme")).to_be_visible()
    page.route("**/notifications?**", lambda route: route.abort())  # what comes is not shown
    product.follow_up(amir, "Call Globex", due=hours(-2))
    product.sweep()
    expect_unread(page, 2)
    page.get_by_role("button", name="Mark all as read").click()
    expect_unread(page, 1)
    page.unroute("**/notifications?**")
    page.reload()
    expect(page.get_by_role("button", name="Mark “Call Globex” as read")).to_be_visible()
    expect(page.get_by_role("button", name="Mark “Call Acme” as read")).to_be_hidden()


def test_the_history_says_who_was_told_and_why(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    planned = product.follow_up(amir, "Call Acme", due=hours(-50))
    product.sweep()
    page = visit(dana, f"/followups/{planned['id']}")
    told = page.get_by_role("listitem").filter(has_text="Told")
    told.get_by_text("Why", exact=True).click()
    expect(told.first).to_contain_text("Step 2 (manager) of policy “standard”")
    expect(told.first).to_contain_text("Dana Reyes, manager of Amir Patel")
    expect(page.get_by_text(re.compile("Step .*admin.* of its policy comes in"))).to_be_visible()
