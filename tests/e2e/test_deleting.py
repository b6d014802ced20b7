"""Deleting and moving, with what the page says before and what it keeps for afterwards."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Person, Product, hours


def team(product: Product) -> tuple[Person, Person]:
    """A manager and somebody who reports to them."""
    dana = product.person("Dana Reyes", "manager")
    return dana, product.person("Amir Patel", manager=dana)


def delete_from_menu(page: Page, title: str) -> None:
    """Choose Delete in a row's menu."""
    page.get_by_role("button", name=f"More about {title}").click()
    page.get_by_role("menuitem", name="Delete").click()


def test_delete_asks_first_and_can_be_undone(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    planned = product.follow_up(amir, "Call Acme", due=hours(-100))
    product.sweep()
    before = product.call("GET", f"/follow-ups/{planned['id']}")
    page = visit(dana, "/followups")
    delete_from_menu(page, "Call Acme")
    dialog(page, "Delete “Call Acme”?").get_by_role("button", name="Cancel").click()
    expect(row(page, "Call Acme")).to_be_visible()
    delete_from_menu(page, "Call Acme")
    question = dialog(page, "Delete “Call Acme”?")
    expect(question).to_contain_text("For 30 days it can be restored.")
    question.get_by_role("button", name="Delete").click()
    expect(row(page, "Call Acme")).to_be_hidden()
    said(page, "Deleted “Call Acme”").get_by_role("button", name="Undo").click()
    expect(row(page, "Call Acme")).to_be_visible()
    product.sweep()
    after = product.call("GET", f"/follow-ups/{planned['id']}")
    assert {**after, "hours_overdue": 0} == {**before, "hours_overdue": 0}


def test_what_was_deleted_is_listed_and_restored(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    planned = product.follow_up(amir, "Call Initech", due=hours(-3))
    page = visit(dana, f"/followups/{planned['id']}")
    delete_from_menu(page, "Call Initech")
    dialog(page, "Delete “Call Initech”?").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Follow-ups")).to_be_visible()
    page.get_by_role("link", name="Deleted").click()
    expect(page.get_by_role("heading", name="Deleted follow-ups")).to_be_visible()
    line = page.get_by_role("row").filter(has_text="Call Initech")
    expect(line).to_contain_text("by Dana Reyes")
    line.get_by_role("button", name="Restore Call Initech").click()
    expect(said(page, "Restored “Call Initech”")).to_be_visible()
    expect(line).to_be_hidden()
    page.get_by_role("link", name="Back").click()
    expect(row(page, "Call Initech")).to_be_visible()


def test_restoring_to_somebody_who_has_left_says_so(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    planned = product.follow_up(amir, "Call Globex", due=hours(3))
    product.call("DELETE", f"/follow-ups/{planned['id']}")
    product.call("PATCH", f"/users/{amir.id}", json={"active": False})
    page = visit(dana, "/followups/deleted")
    page.get_by_role("button", name="Restore Call Globex").click()
    expect(said(page, "Amir Patel is inactive: reassign it.")).to_be_visible()


def test_who_may_not_delete_is_not_offered_it(product: Product, visit: Visit) -> None:
    _, amir = team(product)
    product.follow_up(amir, "Call Acme", due=hours(3))
    page = visit(amir, "/followups")
    page.get_by_role("button", name="More about Call Acme").click()
    expect(page.get_by_role("menuitem", name="History")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Delete")).to_be_hidden()
    expect(page.get_by_role("link", name="Deleted")).to_be_hidden()
    page.goto("/followups/deleted")
    expect(page.get_by_role("heading", name="Deleted follow-ups")).to_be_hidden()


def test_moving_what_is_escalated_asks_why_and_shows_how_often(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    planned = product.follow_up(amir, "Call Acme", due=hours(-50))
    product.sweep()
    page = visit(dana, "/followups")
    page.get_by_role("button", name="Edit Call Acme").click()
    form = dialog(page, "Edit follow-up")
    expect(form.get_by_label("Why it is moved")).to_be_hidden()
    form.get_by_role("button", name="In a week").click()
    expect(form.get_by_text("Escalation starts over")).to_be_visible()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Say why it is moved.")).to_be_visible()
    form.get_by_label("Why it is moved").fill("The client is on holiday")
    form.get_by_role("button", name="Save").click()
    expect(row(page, "Call Acme")).to_contain_text("moved once, first due")
    product.call("PATCH", f"/follow-ups/{planned['id']}", json={"due_at": "2031-03-03T09:00:00Z"})
    page.goto(f"/followups/{planned['id']}")
    expect(page.get_by_label("Details")).to_contain_text("oved 2 times, first due")
    expect(page.get_by_label("History")).to_contain_text("“The client is on holiday”")
