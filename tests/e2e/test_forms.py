"""Forms: what is wrong is said once, what is set is shown, and no slip of the hand loses what was typed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Dialog, Error, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row
from tests.e2e.product import Product, hours

REFUSED_MS = 5_000
"""For a reload that never comes, because somebody stays."""


def test_what_is_wrong_with_a_field_is_said_once_in_words(product: Product, visit: Visit) -> None:
    ada = product.person("Ada Okafor", "admin")
    page = visit(ada, "/admin/people")
    page.get_by_role("button", name="Person", exact=True).click()
    form = dialog(page, "New person")
    form.get_by_label("Name").fill("Zoe Short")
    form.get_by_label("E-mail").fill("zoe.short")
    form.get_by_role("textbox", name="Password").fill("short")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("E-mail").fill("zoe.short@example.com")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Password is too short: use at least 12 characters.")).to_have_count(1)
    expect(form.get_by_role("alert")).to_contain_text("Look at what is marked below.")


def test_an_inactive_manager_and_an_inactive_assignee_are_shown(product: Product, visit: Visit) -> None:
    ada, dana = product.person("Ada Okafor", "admin"), product.person("Dana Gone", "manager")
    product.person("Yana Report", manager=dana)
    product.follow_up(dana, "Call of one who left", due=hours(3))
    product.call("PATCH", f"/users/{dana.id}", json={"active": False, "open_work": {"stays": True}})
    page = visit(ada, "/admin/people?q=yana+report")
    page.get_by_role("button", name="Edit Yana Report").click()
    form = dialog(page, "Edit Yana Report")
    expect(form.get_by_role("combobox", name="Manager")).to_have_value("Dana Gone (inactive)")
    page.keyboard.press("Escape")
    page.goto("/followups?q=one+who+left")
    page.get_by_role("button", name="Edit Call of one who left").click()
    assignee = dialog(page, "Edit follow-up").get_by_role("combobox", name="Assignee")
    expect(assignee).to_have_value("Dana Gone (inactive)")


def test_a_title_takes_as_much_as_the_api_and_no_more(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/followups")
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    title = form.get_by_label("What is to be done")
    title.click()
    page.keyboard.insert_text("x" * 250)
    expect(title).to_have_value("x" * 200)
    form.get_by_role("button", name="Create follow-up").click()
    expect(row(page, "x" * 200)).to_be_visible()


def test_leaving_a_changed_form_asks_first(product: Product, visit: Visit) -> None:
    ada = product.person("Ada Okafor", "admin")
    page = visit(ada, "/admin/people?q=ada+okafor")
    page.get_by_role("button", name="Person", exact=True).click()
    form = dialog(page, "New person")
    form.get_by_label("Name").fill("Half typed")
    page.keyboard.press("Escape")
    dialog(page, "Leave without saving?").get_by_role("button", name="Keep editing").click()
    expect(form.get_by_label("Name")).to_have_value("Half typed")
    assert asked_before_reload(page)
    page.keyboard.press("Escape")
    dialog(page, "Leave without saving?").get_by_role("button", name="Leave").click()
    expect(form).to_be_hidden()
    assert not asked_before_reload(page)


def test_what_is_typed_before_many_are_moved_is_not_lost_by_a_slip(product: Product, visit: Visit) -> None:
    manager = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=manager)
    for number in (1, 2):
        product.follow_up(amir, f"Call {number}", due=hours(-60))
    product.sweep()
    page = visit(manager, "/followups")
    for number in (1, 2):
        page.get_by_role("checkbox", name=f"Select Call {number}").check()
    page.get_by_role("toolbar").get_by_role("button", name="Reschedule").click()
    many = dialog(page, "Reschedule 2 follow-ups")
    many.get_by_label("Why it is moved").fill("The client is away")
    page.keyboard.press("Escape")
    stay = dialog(page, "Leave without saving?").get_by_role("button", name="Keep editing")
    stay.click()
    many.get_by_role("button", name="Cancel").click()
    stay.click()
    expect(many.get_by_label("Why it is moved")).to_have_value("The client is away")
    page.keyboard.press("Escape")
    dialog(page, "Leave without saving?").get_by_role("button", name="Leave").click()
    expect(many).to_be_hidden()
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Half typed")
    form.get_by_role("button", name="Cancel").click()
    dialog(page, "Discard what you typed?").get_by_role("button", name="Keep editing").click()
    expect(form.get_by_label("What is to be done")).to_have_value("Half typed")


@pytest.mark.parametrize("closed", [False, True])
def test_a_reload_asks_before_it_drops_what_was_typed(product: Product, visit: Visit, closed: bool) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/followups")
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Half typed")
    if closed:
        page.keyboard.press("Escape")
        expect(form).to_be_hidden()
    assert asked_before_reload(page)
    if closed:
        page.get_by_role("button", name="New follow-up").click()
    expect(form.get_by_label("What is to be done")).to_have_value("Half typed")


def asked_before_reload(page: Page) -> bool:
    """Try to reload, stay if the browser asks, and say whether it did."""
    asked: list[str] = []

    def stay(question: Dialog) -> None:
        asked.append(question.type)
        question.dismiss()

    page.on("dialog", stay)
    with suppress(Error):  # a reload that is refused is one that failed
        page.reload(timeout=REFUSED_MS)
    page.remove_listener("dialog", stay)
    return asked == ["beforeunload"]
