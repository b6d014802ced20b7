"""Open work goes from one person to another: counted first, in four clicks, undone for a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, pick, row, said, tab_to
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import PHONE, violations_at_each_size

COUNT_CLICKS = "window.clicks = 0; addEventListener('click', (e) => { if (e.isTrusted) clicks += 1 }, true)"


@pytest.fixture
def dana(product: Product) -> Person:
    """A manager with two reports."""
    return product.person("Dana Reyes", "manager")


@pytest.fixture
def anna(product: Product, dana: Person) -> Person:
    """Who is to hand over three follow-ups, one of them overdue and one of them a call."""
    anna = product.person("Anna Berg", manager=dana)
    product.follow_up(anna, "Send the offer", due=hours(-3))
    product.follow_up(anna, "Call the lawyer", due=hours(30), kind="call")
    product.follow_up(anna, "Ask for the plan", due=hours(60))
    return anna


@pytest.fixture
def ben(product: Product, dana: Person) -> Person:
    """Who gets them; an admin sees those of other tests too."""
    return product.person(f"Ben Ode {dana.id}", manager=dana)


def open_work(product: Product, *people: Person) -> Sequence[int]:
    """How many open follow-ups each has."""
    found: list[dict[str, Any]] = [
        product.call("GET", "/follow-ups/counts", params={"assignee": person.id}) for person in people
    ]
    return [each["overdue"] + each["today"] + each["upcoming"] for each in found]


def choose_ben(page: Page, ben: Person) -> None:
    page.get_by_role("option", name=ben.name, exact=True).click()


def test_a_manager_hands_over_a_person_in_four_clicks_and_takes_it_back(
    product: Product, visit: Visit, dana: Person, anna: Person, ben: Person
) -> None:
    page = visit(dana, f"/followups?who={anna.id}")
    expect(row(page, "Send the offer")).to_be_visible()
    page.evaluate(COUNT_CLICKS)
    page.get_by_role("button", name="Hand over the work of Anna Berg").click()
    form = dialog(page, "Hand over the open work of Anna Berg")
    expect(form.get_by_text("Choose who takes it over to see how much it is.")).to_be_visible()
    choose_ben(page, ben)
    expect(form.get_by_text("3 follow-ups, 1 of them overdue.")).to_be_visible()
    found = violations_at_each_size(page)
    form.get_by_role("button", name="Hand over 3 follow-ups").click()
    expect(said(page, f"Handed 3 follow-ups to {ben.name}")).to_be_visible()
    assert page.evaluate("clicks") <= 4
    assert open_work(product, anna, ben) == [0, 3]
    expect(row(page, "Send the offer")).to_be_hidden()
    said(page, "Handed 3 follow-ups").get_by_role("button", name="Undo").click()
    expect(said(page, "3 follow-ups went back")).to_be_visible()
    expect(row(page, "Send the offer")).to_be_visible()
    assert open_work(product, anna, ben) == [3, 0]
    assert found == []


def test_by_keyboard_some_of_it_goes_until_a_day_and_comes_back_from_the_persons_page(
    product: Product, visit: Visit, anna: Person, ben: Person
) -> None:
    ada = product.person("Ada Okafor", "admin")
    page = visit(ada, "/admin/people")
    page.get_by_label("Search people").fill(anna.email)
    line = page.get_by_role("row").filter(has_text=anna.email)  # others may have the same name
    tab_to(line.get_by_role("button", name="Hand over the work of Anna Berg")).press("Enter")
    form = dialog(page, "Hand over the open work of Anna Berg")
    expect(form.get_by_label("Who takes it over")).to_be_focused()
    page.keyboard.type(ben.name)
    page.keyboard.press("Enter")
    expect(form.get_by_text("3 follow-ups, 1 of them overdue.")).to_be_visible()
    tab_to(form.get_by_role("button", name="Only some of it")).press("Enter")
    pick(form.get_by_label("Kind"), "Call")
    expect(form.get_by_text("1 follow-up, none overdue.")).to_be_visible()
    last = datetime.now(UTC).date() + timedelta(days=30)
    form.get_by_label("Until").fill("someday")
    expect(form.get_by_role("button", name="Hand over 1 follow-up")).to_be_disabled()  # not for good
    form.get_by_label("Until").fill(last.isoformat())
    tab_to(form.get_by_label("Reason")).fill("Parental leave")
    expect(form.get_by_role("button", name="Hand over 1 follow-up")).to_be_enabled()
    assert violations_at_each_size(page) == []
    form.get_by_label("Reason").press("Enter")
    expect(said(page, f"Handed 1 follow-up to {ben.name}")).to_be_visible()
    assert open_work(product, anna, ben) == [2, 1]
    tab_to(line.get_by_role("button", name="Edit Anna Berg")).press("Enter")
    person = dialog(page, "Edit Anna Berg")
    lately = person.get_by_role("group", name="Handed over lately")
    expect(lately).to_contain_text("by Ada Okafor")
    assert violations_at_each_size(page) == []
    tab_to(lately.get_by_role("button", name=f"Undo: 1 follow-up to {ben.name}")).press("Enter")
    expect(said(page, "1 follow-up went back")).to_be_visible()
    expect(lately).to_be_hidden()
    assert open_work(product, anna, ben) == [3, 0]


def test_on_a_phone_what_was_counted_has_changed_and_is_counted_again(
    product: Product, visit: Visit, dana: Person, anna: Person, ben: Person
) -> None:
    page = visit(dana, f"/followups?who={anna.id}", viewport=PHONE, has_touch=True)
    page.get_by_role("button", name="Hand over the work of Anna Berg").tap()
    form = dialog(page, "Hand over the open work of Anna Berg")
    page.get_by_role("option", name=ben.name, exact=True).tap()
    expect(form.get_by_text("3 follow-ups, 1 of them overdue.")).to_be_visible()
    product.follow_up(anna, "Just planned", due=hours(5))
    form.get_by_role("button", name="Hand over 3 follow-ups").tap()
    expect(form.get_by_role("alert")).to_contain_text("there are 4 now and not 3")
    form.get_by_role("button", name="Hand over 4 follow-ups").tap()
    expect(said(page, f"Handed 4 follow-ups to {ben.name}")).to_be_visible()
    assert open_work(product, anna, ben) == [0, 4]
    for person, heard in (
        (anna, f"4 of your follow-ups went to {ben.name} for good"),
        (ben, "4 follow-ups came to you from Anna Berg"),
    ):
        page = visit(person, "/inbox", viewport=PHONE, has_touch=True)
        entry = page.get_by_role("link", name=heard)
        expect(entry).to_contain_text("Dana Reyes handed work over.")
        expect(
            page.locator("[data-row]").filter(has=entry).locator(".tabler-icon-user-share")
        ).to_be_visible()
        assert violations_at_each_size(page) == []
        entry.tap()
        expect(row(page, "Send the offer")).to_be_visible()
        expect(row(page, "Just planned")).to_be_visible()
        actions = row(page, "Just planned").get_by_role("button", name="Just planned")
        expect(actions).to_have_count(3 if person is ben else 0)
    reads_what_went(page_of(visit, anna), ben)


def page_of(visit: Visit, person: Person) -> Page:
    """The list that what they were told of a hand-over opens."""
    page = visit(person, "/inbox")
    page.get_by_role("link", name="went to").click()
    expect(row(page, "Send the offer")).to_be_visible()
    return page


def reads_what_went(page: Page, owner: Person) -> None:
    """Nothing in the list acts, no key does; and a follow-up's own page says why."""
    why = f"You may only read this one, because you were told of it. {owner.name}, their managers and admins"
    offer = row(page, "Send the offer")
    expect(offer.get_by_role("img", name=why)).to_be_visible()
    expect(page.get_by_role("button", name="Complete Send the offer")).to_have_count(0)
    expect(page.get_by_label("Select Send the offer")).to_have_count(0)
    boxes = page.get_by_label("Select all").all()
    assert boxes
    for box in boxes:
        expect(box).to_be_disabled()
    assert violations_at_each_size(page) == []
    expect(offer.get_by_role("link", name="Send the offer")).to_be_focused()
    for key in "dorahwexi":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_text(why)).to_be_visible()
    for key in "dorahwei":
        page.keyboard.press(key)
    page.keyboard.press("Control+k")
    found = dialog(page, "Find or do anything")
    expect(found.get_by_role("option", name="New follow-up")).to_be_visible()
    expect(found.get_by_role("option", name="Send the offer")).to_have_count(0)


def test_who_is_deactivated_leaves_no_open_work_behind_unasked(
    product: Product, visit: Visit, dana: Person, anna: Person, ben: Person
) -> None:
    ada = product.person("Ada Okafor", "admin")
    page = visit(ada, "/admin/people")
    page.get_by_label("Search people").fill(anna.email)
    line = page.get_by_role("row").filter(has_text=anna.email)
    tab_to(line.get_by_role("button", name="Edit Anna Berg")).press("Enter")
    form = dialog(page, "Edit Anna Berg")
    tab_to(form.get_by_role("switch", name="Active")).press("Space")
    tab_to(form.get_by_role("button", name="Save")).press("Enter")
    asked = dialog(page, "What becomes of Anna Berg’s work?")
    expect(asked.get_by_text("Anna Berg has 3 open follow-ups.")).to_be_visible()
    expect(asked.get_by_label("Who takes it over")).to_have_value(dana.name)
    assert violations_at_each_size(page) == []
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    tab_to(form.get_by_role("button", name="Save")).press("Enter")
    pick(asked.get_by_label("Who takes it over"), ben.name, ben.name)
    tab_to(asked.get_by_role("button", name="Deactivate")).press("Enter")
    expect(said(page, "Saved Anna Berg")).to_be_visible()
    assert open_work(product, anna, ben) == [0, 3]
    assert not product.call("GET", f"/users/{anna.id}")["active"]
