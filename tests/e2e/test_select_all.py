"""Selecting all of a section, also what is not loaded yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Person, Product, hours

NUMBER = 102


@pytest.fixture
def amir(product: Product) -> Iterator[Person]:
    """Somebody with more than a list loads at once. They are completed afterwards: others' tests share it."""
    amir = product.person("Amir Patel")
    for n in range(NUMBER):
        product.follow_up(amir, f"Call {n}", due=hours(-1 - n / 100))
    yield amir
    open_ones = product.call(
        "GET", "/follow-ups", params={"assignee": amir.id, "view": "overdue", "limit": 200}
    )
    ids = [entry["id"] for entry in open_ones["items"]]
    product.call("POST", "/follow-ups/bulk", json={"ids": ids, "action": "complete"})


def select_all(page: Page) -> None:
    page.get_by_role("checkbox", name="Select all under Overdue").click()
    expect(page.get_by_role("toolbar")).to_contain_text("100 selected")
    page.get_by_role("button", name="Select all 102 that match").click()
    expect(page.get_by_role("toolbar")).to_contain_text("102 selected")


def complete(page: Page) -> None:
    """Say yes to the question that comes first, since most of them are out of sight."""
    page.get_by_role("button", name="Complete", exact=True).click()
    question = dialog(page, "Complete 102 follow-ups?")
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(page.get_by_role("toolbar")).to_contain_text("102 selected")
    page.get_by_role("button", name="Complete", exact=True).click()
    question.get_by_role("button", name="Complete 102").click()


def open_of(product: Product, person: Person) -> int:
    counts: dict[str, int] = product.call("GET", "/follow-ups/counts", params={"assignee": person.id})
    return counts["overdue"]


def test_all_that_match_are_offered_completed_and_undone(
    product: Product, amir: Person, visit: Visit
) -> None:
    page = visit(amir, "/followups")
    select_all(page)
    expect(page.get_by_role("checkbox", name="Select all under Overdue")).to_be_checked()
    complete(page)
    done = said(page, "Completed 102 follow-ups")
    expect(done).to_be_visible()
    assert open_of(product, amir) == 0
    done.get_by_role("button", name="Undo").click()
    expect(row(page, "Call 101")).to_be_visible()
    assert open_of(product, amir) == NUMBER


def test_nothing_is_done_when_there_are_more_by_then(product: Product, amir: Person, visit: Visit) -> None:
    page = visit(amir, "/followups")
    select_all(page)
    product.follow_up(amir, "One more", due=hours(-200))
    complete(page)
    expect(said(page, "They are no longer 102")).to_be_visible()
    assert open_of(product, amir) == NUMBER + 1


def test_unticking_one_takes_all_back_to_what_is_loaded(product: Product, amir: Person, visit: Visit) -> None:
    page = visit(amir, "/followups")
    select_all(page)
    row(page, "Call 101").get_by_role("checkbox").click()
    expect(page.get_by_role("toolbar")).to_contain_text("99 selected")
