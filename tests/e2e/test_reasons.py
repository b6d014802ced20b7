"""The reason for moving what was escalated: asked for also where the page could not know of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Person, Product, hours

WHY = "Why it is moved"
ASKED = "was escalated beyond the assignee"


@pytest.fixture
def amir(product: Product) -> Person:
    """Somebody with a manager, who is told of what is late."""
    return product.person("Amir Patel", manager=product.person("Dana Reyes", "manager"))


def escalate(product: Product, follow_up: dict[str, Any]) -> None:
    """Let it be a breach of which others are told, under the eyes of anyone who looks at it as it was."""
    product.call("PATCH", f"/follow-ups/{follow_up['id']}", json={"due_at": "2026-01-05T09:00:00Z"})
    product.sweep()


def moved(product: Product, follow_up: dict[str, Any], reason: str) -> None:
    """Make sure that it was moved, with this reason."""
    history = product.call("GET", f"/follow-ups/{follow_up['id']}/activities")["items"]
    assert history[0]["kind"] == "rescheduled"
    assert history[0]["details"]["reason"] == reason


def completed_and_reopened(product: Product, assignee: Person) -> dict[str, Any]:
    """A follow-up that looks as if nobody had been told of it."""
    planned = product.follow_up(assignee, "Call Acme", due=hours(-100))
    product.sweep()
    for step in ("complete", "reopen"):
        product.call("POST", f"/follow-ups/{planned['id']}/{step}")
    return planned


def move_by_menu(page: Page) -> None:
    page.get_by_role("button", name="More about Call Acme").click()
    page.get_by_role("menuitem", name="In a week").click()


def test_the_form_asks_when_the_api_does(product: Product, visit: Visit, amir: Person) -> None:
    planned = completed_and_reopened(product, amir)
    page = visit(amir, "/followups")
    page.get_by_role("button", name="Edit Call Acme").click()
    form = dialog(page, "Edit follow-up")
    form.get_by_role("button", name="In a week").click()
    expect(form.get_by_label(WHY)).to_be_hidden()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label(WHY)).to_be_visible()
    expect(form.get_by_text(ASKED).last).to_be_visible()
    form.get_by_label(WHY).fill("The client is away")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    moved(product, planned, "The client is away")


def test_a_form_from_before_the_escalation_asks_after_both_versions_were_shown(
    product: Product, visit: Visit, amir: Person
) -> None:
    planned = product.follow_up(amir, "Call Acme", due=hours(30))
    page = visit(amir, "/followups")
    page.get_by_role("button", name="Edit Call Acme").click()
    form = dialog(page, "Edit follow-up")
    form.get_by_role("button", name="In a week").click()
    escalate(product, planned)
    form.get_by_role("button", name="Save").click()
    both = dialog(page, "Somebody changed this while you were editing")
    both.get_by_role("button", name="Save mine").click()
    expect(both).to_be_hidden()
    form.get_by_label(WHY).fill("The client is away")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    moved(product, planned, "The client is away")


def test_the_menu_asks_when_the_api_does(product: Product, visit: Visit, amir: Person) -> None:
    planned = completed_and_reopened(product, amir)
    page = visit(amir, "/followups")
    move_by_menu(page)
    question = dialog(page, "Move “Call Acme”?")
    expect(question).to_contain_text(ASKED)
    question.get_by_label(WHY).fill("The client is away")
    question.get_by_role("button", name="Move").click()
    expect(said(page, "Moved “")).to_be_visible()
    expect(question).to_be_hidden()
    moved(product, planned, "The client is away")


def test_a_key_for_the_time_leads_to_the_reason(product: Product, visit: Visit, amir: Person) -> None:
    call = product.follow_up(amir, "Call Acme", due=hours(-3))
    escalate(product, call)
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call Acme").focus()
    for key in "rt":
        page.keyboard.press(key)
    expect(dialog(page, "Call Acme").get_by_label(WHY)).to_be_focused()
    page.keyboard.type("They asked for it")
    page.keyboard.press("Control+Enter")
    expect(said(page, "Moved")).to_be_visible()
    moved(product, call, "They asked for it")


def test_a_key_for_the_time_of_many_leads_to_the_reason(product: Product, visit: Visit, amir: Person) -> None:
    """A reason may begin with a letter that is a key, and one that is missing is asked for in words."""
    calls = [product.follow_up(amir, f"Call {name}", due=hours(-100)) for name in ("Acme", "Globex")]
    product.sweep()
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call Acme").focus()
    for key in ("x", "j", "x", "r"):
        page.keyboard.press(key)
    form = dialog(page, "Reschedule 2 follow-ups")
    expect(form.get_by_role("button", name="In a week")).to_be_visible()
    page.keyboard.press("Control+Enter")
    why = form.get_by_label(WHY)
    expect(why).to_be_focused()
    expect(form.get_by_text("Say why it is moved.")).to_be_visible()
    form.get_by_role("button", name="Cancel").focus()
    page.keyboard.press("w")
    expect(why).to_be_focused()
    page.keyboard.type("to meet on Monday")
    page.keyboard.press("Control+Enter")
    expect(said(page, "Rescheduled 2 follow-ups")).to_be_visible()
    for call in calls:
        moved(product, call, "to meet on Monday")


def test_many_are_asked_about_when_the_api_does(product: Product, visit: Visit, amir: Person) -> None:
    planned = completed_and_reopened(product, amir)
    page = visit(amir, "/followups")
    page.get_by_role("checkbox", name="Select Call Acme").check()
    page.get_by_role("toolbar").get_by_role("button", name="Reschedule").click()
    form = dialog(page, "Reschedule 1 follow-up")
    form.get_by_role("button", name="Reschedule").click()
    expect(form).to_contain_text(ASKED)
    form.get_by_label(WHY).fill("The client is away")
    form.get_by_role("button", name="Reschedule").click()
    expect(form).to_be_hidden()
    moved(product, planned, "The client is away")


def test_a_reason_outlives_a_failure(product: Product, visit: Visit, amir: Person) -> None:
    planned = product.follow_up(amir, "Call Acme", due=hours(-100))
    product.sweep()
    page = visit(amir, "/followups")
    move_by_menu(page)
    question = dialog(page, "Move “Call Acme”?")
    question.get_by_label(WHY).fill("The client is away")

    def fail(route: Route) -> None:
        if route.request.method == "PATCH":
            route.abort()
        else:
            route.fallback()

    page.route("**/api/v1/follow-ups/*", fail)
    question.get_by_role("button", name="Move").click()
    expect(question.get_by_role("alert")).to_contain_text("What you typed is kept")
    expect(question.get_by_label(WHY)).to_have_value("The client is away")
    page.unroute("**/api/v1/follow-ups/*")
    product.call("PATCH", f"/follow-ups/{planned['id']}", json={"title": "Call Acme today"})
    question.get_by_role("button", name="Move").click()
    expect(question.get_by_role("alert")).to_contain_text("has changed since you read it")
    question.get_by_role("button", name="Move").click()
    expect(question).to_be_hidden()
    expect(row(page, "Call Acme today")).to_be_visible()
    moved(product, planned, "The client is away")
