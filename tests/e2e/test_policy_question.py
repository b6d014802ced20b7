"""A change that brings another policy asks whether the clock goes on or starts over, of one and of many."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, said
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import DESK, violations_at_each_size

TITLE = "Another policy applies"
REASON = "It is a call now"


@pytest.fixture(scope="session")
def dana(product: Product) -> Person:
    """The manager of those whose visits have a policy of their own."""
    steps = [{"after": "PT0S", "audience": ["assignee"], "label": "due", "severity": "overdue"}]
    conditions = {"all": [{"field": "tags", "is": "has_any", "value": ["of the question"]}]}
    body = {"name": "Of the question", "conditions": conditions, "steps": steps}
    made = product.call("POST", "/policies", json=body)
    product.call("POST", f"/policies/{made['id']}/publish", json={})
    return product.person("Dana Question", "manager")


def tag(page: Page, title: str) -> None:
    """Give one the tag that brings it the other policy, by its form."""
    page.get_by_role("button", name=f"Edit {title}").click()
    form = dialog(page, "Edit follow-up")
    form.get_by_role("combobox", name="Tags").press_sequentially("of the question,")
    form.get_by_role("button", name="Save").click()


def shown(product: Product, planned: dict[str, Any]) -> tuple[str, list[str]]:
    """The policy of a follow-up, and what its history says, latest first."""
    policy = product.call("GET", f"/follow-ups/{planned['id']}")["policy"]["name"]
    entries = product.call("GET", f"/follow-ups/{planned['id']}/activities")["items"]
    return policy, [entry["summary"] for entry in entries]


def test_an_edit_asks_and_the_clock_goes_on(product: Product, visit: Visit, dana: Person) -> None:
    amir = product.person("Amir Goes", manager=dana)
    planned = product.follow_up(amir, "Goes on", due=hours(-5))
    page = visit(amir, "/followups", viewport=DESK)
    tag(page, "Goes on")
    question = dialog(page, TITLE)
    expect(question).to_contain_text("it moves from standard (version 1) to Of the question (version 1).")
    assert violations_at_each_size(page) == []
    question.get_by_role("button", name="Back").click()
    expect(question).to_be_hidden()
    assert shown(product, planned)[0] == "standard"
    dialog(page, "Edit follow-up").get_by_role("button", name="Save").click()
    expect(question.get_by_role("radio", name="The clock goes on")).to_be_checked()
    question.get_by_role("button", name="Save").click()
    expect(said(page, "Saved “Goes on”")).to_be_visible()
    policy, history = shown(product, planned)
    assert policy == "Of the question"
    assert history[1].startswith("Amir Goes moved it from the policy “standard” (version 1) to")


def test_what_others_were_told_of_starts_over_with_a_reason(
    product: Product, visit: Visit, dana: Person
) -> None:
    amir = product.person("Amir Over", manager=dana)
    planned = product.follow_up(amir, "Starts over", due=hours(-60))
    product.sweep()
    page = visit(amir, "/followups", viewport=DESK)
    tag(page, "Starts over")
    question = dialog(page, TITLE)
    question.get_by_role("radio", name="The clock starts over").check()
    question.get_by_role("button", name="Save").click()
    expect(question.get_by_text("Say why the clock starts over.")).to_be_visible()
    expect(question.get_by_label("Why the clock starts over")).to_be_focused()
    page.keyboard.type(REASON)
    question.get_by_role("button", name="Save").click()
    expect(said(page, "Saved “Starts over”")).to_be_visible()
    policy, history = shown(product, planned)
    assert policy == "Of the question"
    assert history[0].endswith(f": “{REASON}”")
    assert history[1].endswith("and started its clock again")


def test_a_reason_that_the_form_did_not_know_of_is_asked_for(
    product: Product, visit: Visit, dana: Person
) -> None:
    amir = product.person("Amir Late", manager=dana)
    product.follow_up(amir, "Escalated meanwhile", due=hours(-60))
    page = visit(amir, "/followups", viewport=DESK)
    page.get_by_role("button", name="Edit Escalated meanwhile").click()
    form = dialog(page, "Edit follow-up")
    form.get_by_role("combobox", name="Tags").press_sequentially("of the question,")
    product.sweep()
    form.get_by_role("button", name="Save").click()
    question = dialog(page, TITLE)
    question.get_by_role("radio", name="The clock starts over").check()
    question.get_by_role("button", name="Save").click()
    question.get_by_label("Why the clock starts over").fill(REASON)
    question.get_by_role("button", name="Save").click()
    expect(said(page, "Saved “Escalated meanwhile”")).to_be_visible()


def test_what_is_not_due_yet_is_not_asked_about(product: Product, visit: Visit, dana: Person) -> None:
    amir = product.person("Amir Early", manager=dana)
    planned = product.follow_up(amir, "Not due yet", due=hours(30))
    page = visit(amir, "/followups", viewport=DESK)
    tag(page, "Not due yet")
    expect(said(page, "Saved “Not due yet”")).to_be_visible()
    assert shown(product, planned)[0] == "Of the question"


def test_many_are_asked_about_at_once(product: Product, visit: Visit, dana: Person) -> None:
    amir = product.person("Amir Many", manager=dana)
    planned = [product.follow_up(amir, f"Many {number}", due=hours(-5)) for number in (1, 2)]
    page = visit(amir, "/followups", viewport=DESK)
    page.get_by_role("checkbox", name="Select all under Overdue").check()
    page.get_by_role("toolbar").get_by_role("button", name="Edit").click()
    form = dialog(page, "Edit 2 follow-ups")
    form.get_by_role("combobox", name="Add tags").press_sequentially("of the question,")
    form.get_by_role("button", name="Change").click()
    question = dialog(page, TITLE)
    expect(question).to_contain_text("2 follow-ups move from standard (version 1) to Of the question")
    question.get_by_role("radio", name="The clock starts over").check()
    question.get_by_role("button", name="Save").click()
    expect(said(page, "Changed 2 follow-ups")).to_be_visible()
    expect(form).to_be_hidden()
    for one in planned:
        policy, history = shown(product, one)
        assert policy == "Of the question"
        assert history[1].endswith("and started its clock again")
