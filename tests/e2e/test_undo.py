"""Undo, as people use it: what they have just done is as it was, and nobody hears of it again."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, fill_combobox, row, said
from tests.e2e.product import Person, Product, hours

BREACH = 100


def team(product: Product) -> tuple[Person, Person]:
    """A manager and somebody who reports to them, with a colleague."""
    dana = product.person("Dana Reyes", "manager")
    product.person("Lena Fischer", manager=dana)
    return dana, product.person("Amir Patel", manager=dana)


def breached(product: Product, assignee: Person, *titles: str) -> list[dict[str, Any]]:
    """Follow-ups that are an SLA breach already, and known as such to the admins."""
    planned = [product.follow_up(assignee, title, due=hours(-BREACH)) for title in titles]
    product.sweep()
    return [product.call("GET", f"/follow-ups/{entry['id']}") for entry in planned]


def expect_as_before(product: Product, before: list[dict[str, Any]]) -> None:
    """Everything is as it was, and a sweep tells nobody anything."""
    product.sweep()
    for entry in before:
        assert entry["level"] == 3
        after = product.call("GET", f"/follow-ups/{entry['id']}")
        apart = {"version", "etag", "updated_at", "hours_overdue"}
        assert {name: after[name] for name in after.keys() - apart} == {
            name: entry[name] for name in entry.keys() - apart
        }
        history = product.call("GET", f"/follow-ups/{entry['id']}/activities")["items"]
        assert [activity["kind"] for activity in history].count("escalated") == 1


def undo(page: Page, what: str) -> None:
    """Press Undo in the message that says what was done."""
    said(page, what).get_by_role("button", name="Undo").click()


def test_a_completion(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    before = breached(product, amir, "Call Acme")
    page = visit(dana, "/followups")
    page.get_by_role("button", name="Complete Call Acme").click()
    expect(row(page, "Call Acme")).to_be_hidden()
    undo(page, "Completed “Call Acme”")
    expect(row(page, "Call Acme")).to_be_visible()
    expect_as_before(product, before)


def test_a_move_from_the_menu(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    before = breached(product, amir, "Call Acme")
    page = visit(dana, "/followups")
    page.get_by_role("button", name="More about Call Acme").click()
    page.get_by_role("menuitem", name="In a week").click()
    question = dialog(page, "Move “Call Acme”?")
    expect(question).to_contain_text("Escalation starts over")
    question.get_by_label("Why it is moved").fill("The client is away")
    question.get_by_role("button", name="Move").click()
    expect(row(page, "Call Acme")).not_to_contain_text("overdue")
    undo(page, "Moved “Call Acme”")
    expect(row(page, "Call Acme")).to_contain_text("overdue")
    expect_as_before(product, before)


def test_a_reassignment_in_the_form(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    before = breached(product, amir, "Call Acme")
    page = visit(dana, "/followups")
    page.get_by_role("button", name="Edit Call Acme").click()
    form = dialog(page, "Edit follow-up")
    fill_combobox(form.get_by_role("combobox", name="Assignee"), "Lena", "Lena Fischer")
    form.get_by_role("button", name="Save").click()
    expect(row(page, "Call Acme")).to_contain_text("Lena Fischer")
    undo(page, "Saved “Call Acme”")
    expect(row(page, "Call Acme")).to_contain_text("Amir Patel")
    expect_as_before(product, before)


def test_many_at_once(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    before = breached(product, amir, "Call 1", "Call 2")
    page = visit(dana, "/followups")

    def select() -> None:
        for number in (1, 2):
            page.get_by_role("checkbox", name=f"Select Call {number}").check()

    select()
    page.get_by_role("toolbar").get_by_role("button", name="Complete").click()
    expect(row(page, "Call 1")).to_be_hidden()
    undo(page, "Completed 2 follow-ups")
    expect(row(page, "Call 1")).to_be_visible()

    select()
    page.get_by_role("toolbar").get_by_role("button", name="Reassign").click()
    form = dialog(page, "Reassign 2 follow-ups")
    fill_combobox(form.get_by_role("combobox", name="New assignee"), "Lena", "Lena Fischer")
    form.get_by_role("button", name="Reassign").click()
    expect(row(page, "Call 2")).to_contain_text("Lena Fischer")
    undo(page, "Reassigned 2 follow-ups")
    expect(row(page, "Call 2")).to_contain_text("Amir Patel")

    select()
    page.get_by_role("toolbar").get_by_role("button", name="Reschedule").click()
    form = dialog(page, "Reschedule 2 follow-ups")
    form.get_by_role("button", name="Reschedule").click()
    expect(form.get_by_text("Say why it is moved.")).to_be_visible()
    form.get_by_label("Why it is moved").fill("The client is away")
    form.get_by_role("button", name="Reschedule").click()
    expect(row(page, "Call 1")).not_to_contain_text("overdue")
    undo(page, "Rescheduled 2 follow-ups")
    expect(row(page, "Call 1")).to_contain_text("overdue")
    expect_as_before(product, before)


def test_what_somebody_moved_meanwhile_is_left_alone_and_named(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    moved, other = (product.follow_up(amir, title, due=hours(-3)) for title in ("Call Acme", "Call Initech"))
    page = visit(dana, "/followups")
    for title in ("Call Acme", "Call Initech"):
        page.get_by_role("checkbox", name=f"Select {title}").check()
    product.call("PATCH", f"/follow-ups/{moved['id']}", json={"due_at": "2030-06-03T09:00:00Z"})
    page.get_by_role("toolbar").get_by_role("button", name="Complete").click()
    expect(said(page, "1 follow-up left as before")).to_contain_text("“Call Acme”: Changed since you looked")
    expect(said(page, "Completed 1 follow-up")).to_be_visible()
    assert product.call("GET", f"/follow-ups/{moved['id']}")["status"] == "open"
    assert product.call("GET", f"/follow-ups/{other['id']}")["status"] == "completed"


def test_reopening_says_first_that_it_starts_over(product: Product, visit: Visit) -> None:
    _, amir = team(product)
    planned = product.follow_up(amir, "Call Acme", due=hours(-3))
    product.call("POST", f"/follow-ups/{planned['id']}/complete")
    page = visit(amir, f"/followups/{planned['id']}")
    page.get_by_role("button", name="Reopen").click()
    question = dialog(page, "Reopen “Call Acme”?")
    expect(question).to_contain_text("starts its escalation over")
    question.get_by_role("button", name="Cancel").click()
    assert product.call("GET", f"/follow-ups/{planned['id']}")["status"] == "completed"
    page.get_by_role("button", name="Reopen").click()
    question.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("button", name="Complete", exact=True)).to_be_visible()


def rename(page: Page, follow_up: dict[str, Any], title: str) -> None:
    """Change a title as the person of a page does in another tab."""
    same = {"Sec-Fetch-Site": "same-origin"}
    answer = page.request.patch(f"/api/v1/follow-ups/{follow_up['id']}", data={"title": title}, headers=same)
    assert answer.ok, answer.text()


def test_an_older_message_undoes_no_newer_change(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    planned = product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(dana, "/followups")
    page.get_by_role("button", name="Complete Call Acme").click()
    expect(said(page, "Completed “Call Acme”")).to_be_visible()
    rename(page, planned, "Call Acme in June")
    undo(page, "Completed “Call Acme”")
    expect(said(page, "“Call Acme” stays as it is")).to_contain_text("has changed since you read it")
    after = product.call("GET", f"/follow-ups/{planned['id']}")
    assert (after["status"], after["title"]) == ("completed", "Call Acme in June")


def test_an_older_message_about_many_undoes_no_newer_change(product: Product, visit: Visit) -> None:
    dana, amir = team(product)
    planned = [product.follow_up(amir, f"Call {number}", due=hours(-3)) for number in (1, 2)]
    page = visit(dana, "/followups")
    for number in (1, 2):
        page.get_by_role("checkbox", name=f"Select Call {number}").check()
    page.get_by_role("toolbar").get_by_role("button", name="Complete").click()
    expect(said(page, "Completed 2 follow-ups")).to_be_visible()
    rename(page, planned[1], "Call 2 in June")
    undo(page, "Completed 2 follow-ups")
    expect(said(page, "1 follow-up left as before")).to_contain_text("“Call 2”: Changed since you looked")
    expect(row(page, "Call 1")).to_be_visible()
    after = [product.call("GET", f"/follow-ups/{entry['id']}") for entry in planned]
    assert [entry["status"] for entry in after] == ["open", "completed"]
    assert after[1]["title"] == "Call 2 in June"
