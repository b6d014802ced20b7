"""The bell and the inbox: what a sweep raises arrives live, once, and leads to its follow-up."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import bell, expect_unread
from tests.e2e.product import Product, hours


def test_an_escalation_arrives_in_the_bell_without_a_reload(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/followups")
    with page.expect_response("**/notifications/stream"):
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
    expect_unread(page, 2)
    expect(page.get_by_role("listitem").filter(has_text="overdue")).to_have_count(2)


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


def test_the_history_says_who_was_told_and_why(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    planned = product.follow_up(amir, "Call Acme", due=hours(-50))
    product.sweep()
    page = visit(dana, f"/followups/{planned['id']}")
    told = page.get_by_role("listitem").filter(has_text="Told")
    told.get_by_text("Why", exact=True).click()
    expect(told.first).to_contain_text("Step 2 (manager) of policy “standard”")
    expect(told.first).to_contain_text("Dana Reyes, as the assignee’s manager")
    expect(page.get_by_text("Step 3 of its policy comes in")).to_be_visible()
