"""Completing as a two-second loop: what came of it, and what comes next, by a few keys or clicks."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, pick, row, said
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import violations
from tests.support.waiting import eventually


def pressed(page: Page, *keys: str) -> int:
    """Press keys, one after the other; returns how many."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def listed(product: Product, person: Person, view: str) -> list[dict[str, Any]]:
    """A person's follow-ups of a view, as the API has them."""
    query = {"view": view, "assignee": str(person.id)}
    items: list[dict[str, Any]] = product.call("GET", "/follow-ups", params=query)["items"]
    return items


def test_ten_completes_in_a_row_take_ten_keys(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    for number in range(10):
        product.follow_up(amir, f"Call {number}", due=hours(-20 + number))
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call 0").focus()
    keys = 0
    for number in range(10):
        expect(page.get_by_role("link", name=f"Call {number}")).to_be_focused()
        keys += pressed(page, "d")
        expect(row(page, f"Call {number}")).to_be_hidden()
    assert keys == 10

    def outcomes() -> list[str]:
        return [each["outcome"] for each in listed(product, amir, "completed")]

    eventually(lambda: outcomes() == ["done"] * 10, what="the last completion")


def test_no_answer_and_again_on_monday_takes_three_keys_and_one_undo(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call Acme").focus()
    keys = pressed(page, "o", "3", "m")  # no pause between them
    assert keys == 3
    expect(said(page, "Completed “Call Acme”, next ")).to_be_visible()
    [planned] = listed(product, amir, "upcoming")
    [done] = listed(product, amir, "completed")
    assert (done["outcome"], planned["title"]) == ("no answer", "Call Acme")
    said(page, "Completed “Call Acme”, next ").get_by_role("button", name="Undo").click()
    expect(row(page, "Call Acme").filter(has_text="overdue")).to_have_count(1)
    expect(row(page, "Call Acme")).to_have_count(1)  # the next one is gone
    eventually(lambda: not listed(product, amir, "upcoming"), what="the undo")


@pytest.mark.parametrize("waits", [True, False])
def test_the_first_enter_takes_the_suggestion(product: Product, visit: Visit, waits: bool) -> None:
    """What there is to choose from comes later than the dialog then."""
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call Acme").focus()
    pressed(page, "o")
    if waits:
        expect(dialog(page, "Complete").get_by_role("radio", name="Done")).to_be_focused()
    pressed(page, "Enter")
    expect(said(page, "Completed “Call Acme”")).to_be_visible()


def test_another_time_is_typed_where_what_came_of_it_is_asked(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call Acme").focus()
    page.keyboard.type("o3a4/3/2031 3pm")  # no pause between the keys
    form = dialog(page, "Complete “Call Acme”")
    expect(form.get_by_role("status")).to_contain_text("Tue 4 Mar 2031, 15:00")
    page.keyboard.type("n")
    expect(form.get_by_role("status")).to_contain_text("“3pmn” is not understood")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(said(page, "Completed “Call Acme”, next ")).to_be_visible()
    [planned] = listed(product, amir, "upcoming")
    assert planned["due_at"] == "2031-03-04T14:00:00Z"


def test_a_note_and_another_title_are_told_in_the_history(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    planned = product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    page.get_by_role("button", name="More about Call Acme").click()
    page.get_by_role("menuitem", name="Complete with outcome").click()
    form = dialog(page, "Complete “Call Acme”")
    form.get_by_text("Reached").click()
    form.get_by_label("Note").fill("Wants an offer")
    form.get_by_text("In a week").click()
    form.get_by_label("The next follow-up").fill("Send the offer")
    form.get_by_role("button", name="Complete").click()
    expect(row(page, "Send the offer")).to_be_visible()
    page.goto(f"{page.url.split('/followups')[0]}/followups/{planned['id']}")
    expect(page.get_by_text("planned the next one: Reached. “Wants an offer”")).to_be_visible()


def test_what_needs_a_note_is_not_completed_without_one(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    step = {"after": "PT0S", "audience": ["assignee"], "label": "late", "severity": "overdue"}
    tagged = {"all": [{"field": "tags", "is": "has_any", "value": ["explained"]}]}
    body = {"name": "Explained", "conditions": tagged, "steps": [{**step, "require": "closing_note"}]}
    policy = product.call("POST", "/policies", json=body)
    product.call("POST", f"/policies/{policy['id']}/publish", json={})
    for title in ("One", "Two", "Three"):
        product.follow_up(amir, title, due=hours(-3), tags=["explained"])
    product.sweep()
    page = visit(amir, "/followups")
    page.get_by_role("link", name="One").focus()
    page.keyboard.type("dThey moved")  # no pause: what is typed is the note
    form = dialog(page, "Complete “One”")
    expect(form.get_by_label("Note")).to_be_focused()
    expect(form.get_by_label("Note")).to_have_value("They moved")
    form.get_by_label("Note").fill("")
    page.keyboard.press("Control+Enter")
    expect(form.get_by_text("Its policy asks for a note")).to_be_visible()
    assert violations(page) == []
    form.get_by_label("Note").fill("They moved")
    page.keyboard.press("Control+Enter")
    expect(said(page, "Completed “One”")).to_be_visible()
    for title in ("Two", "Three"):
        page.get_by_role("checkbox", name=f"Select {title}").check()
    page.get_by_role("toolbar").get_by_role("button", name="Complete", exact=True).click()
    form = dialog(page, "Complete 2 follow-ups")
    form.get_by_role("button", name="Complete 2").click()
    expect(form.get_by_text("Its policy asks for a note")).to_be_visible()
    form.get_by_label("Note").fill("Merged")
    form.get_by_role("button", name="Complete 2").click()
    eventually(lambda: len(listed(product, amir, "completed")) == 3, what="the completion of all")
    product.call("DELETE", f"/policies/{policy['id']}")


def test_a_lead_tells_its_story_and_calls_are_logged_there(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    client = {"kind": "client", "name": "Story Works"}
    planned = product.follow_up(amir, "Call Story Works", due=hours(3), subject=client)
    body = {"outcome": "no answer", "note": "Voicemail is full", "next": {"preset": "tomorrow"}}
    product.call("POST", f"/follow-ups/{planned['id']}/complete", json=body)
    page = visit(amir, f"/subjects/{planned['subject']['id']}")
    story = page.get_by_role("region", name="History")
    expect(story).to_contain_text("Voicemail is full")
    story.get_by_role("button", name="Log a call or a note").click()
    form = dialog(page, "Log a call or a note")
    form.get_by_label("Note").fill("Prefers mail")
    form.get_by_role("button", name="Log", exact=True).click()
    expect(story).to_contain_text("noted: “Prefers mail”")
    other = product.follow_up(amir, "Call others", due=hours(3))
    product.call("POST", f"/follow-ups/{other['id']}/complete", json={"outcome": "reached"})
    page.goto("/followups?view=completed")
    expect(row(page, "Call Story Works")).to_contain_text("No answer")
    page.get_by_role("button", name="Filter", exact=True).click()
    pick(page.get_by_role("combobox", name="What came of it"), "No answer")
    expect(row(page, "Call others")).to_be_hidden()
    expect(row(page, "Call Story Works")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show all again, not only No answer").click()
    expect(row(page, "Call others")).to_be_visible()


def test_admins_add_outcomes(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Outcomes", "admin"), "/admin/outcomes")
    page.get_by_role("button", name="Outcome", exact=True).click()
    dialog(page, "New outcome").get_by_label("Name").fill("Sent to a colleague")
    page.keyboard.press("Enter")
    expect(said(page, "Saved Sent to a colleague")).to_be_visible()
    expect(page.get_by_role("list", name="Outcomes of follow-ups")).to_contain_text("Sent to a colleague")
    outcomes = product.call("GET", "/outcomes")["items"]
    [made] = [one for one in outcomes if one["name"] == "sent to a colleague"]
    product.call("PATCH", f"/outcomes/{made['id']}", json={"archived": True})
