"""A list worked by keys alone: what one key does, where the focus goes, and how many keys a task takes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Person, Product, hours
from tests.support.waiting import eventually

BERLIN = ZoneInfo("Europe/Berlin")


def pressed(page: Page, *keys: str) -> int:
    """Press keys, one after the other; returns how many."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


THRICE = """() => {
    for (let time = 0; time < 3; time++)
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "d", bubbles: true }));
}"""
"""As fast as a machine types: nothing is drawn in between."""
HELD = """() => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key: "d", bubbles: true, repeat: true }))"""
"""What a browser says of a key that is held down."""


def calls(product: Product, assignee: Person, amount: int) -> None:
    for number in range(amount):
        product.follow_up(assignee, f"Call {number}", due=hours(-20 + number))


def due(product: Product, person: Person, title: str) -> datetime:
    """When a person's follow-up is due, on the clock of Berlin."""
    items = product.call("GET", "/follow-ups", params={"view": "all", "assignee": str(person.id)})["items"]
    [found] = [each for each in items if each["title"] == title]
    return datetime.fromisoformat(found["due_at"]).astimezone(BERLIN)


def upcoming(product: Product, person: Person) -> int:
    query = {"view": "upcoming", "assignee": str(person.id)}
    return len(product.call("GET", "/follow-ups", params=query)["items"])


def test_to_tomorrow_takes_two_keys_and_to_a_typed_time_one_and_the_text(
    product: Product, visit: Visit
) -> None:
    amir = product.person("Amir Patel")
    calls(product, amir, 3)
    page = visit(amir, "/followups", viewport={"width": 1440, "height": 900}, locale="en-GB")
    page.get_by_role("link", name="Call 0").focus()
    assert pressed(page, "r", "t") == 2  # no pause between them
    expect(said(page, "Moved “")).to_be_visible()
    expect(page.get_by_role("link", name="Call 1")).to_be_focused()
    moved = due(product, amir, "Call 0")
    assert (moved.hour, moved.minute) == (9, 0)
    assert (moved.date() - datetime.now(BERLIN).date()).days == 1

    keys = pressed(page, "R")
    page.keyboard.type("4.3.2031 15:30")  # no pause either
    expect(dialog(page, "Reschedule “Call 1”").get_by_role("status")).to_contain_text("Tue 4 Mar 2031, 15:30")
    page.keyboard.press("Enter")  # ends the text
    assert keys == 1
    expect(page.get_by_role("link", name="Call 2")).to_be_focused()
    expect(said(page, "Moved “Call 1”, due on Tue 4 Mar 2031")).to_be_visible()
    assert due(product, amir, "Call 1") == datetime(2031, 3, 4, 14, 30, tzinfo=UTC)


def test_five_rows_to_next_week_take_seven_keys_and_one_takes_it_back(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    calls(product, amir, 7)
    page = visit(amir, "/followups", viewport={"width": 1440, "height": 900})
    page.get_by_role("link", name="Call 0").focus()
    keys = pressed(page, "x", "Shift+J", "Shift+J", "Shift+ArrowDown", "Shift+ArrowDown")
    expect(page.get_by_text("5 selected")).to_be_visible()
    keys += pressed(page, "r", "w")
    assert keys == 7
    expect(said(page, "Rescheduled 5 follow-ups")).to_be_visible()
    expect(page.get_by_role("link", name="Call 5")).to_be_focused()
    assert upcoming(product, amir) == 5
    pressed(page, "z")
    expect(said(page, "Taken back: rescheduled 5 follow-ups")).to_be_visible()
    eventually(lambda: upcoming(product, amir) == 0, what="the undo")
    expect(row(page, "Call 0")).to_contain_text("overdue")


def test_a_key_takes_back_what_was_done_last_even_before_the_answer(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    calls(product, amir, 2)
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call 0").focus()
    pressed(page, "d")
    expect(said(page, "Completed “Call 0”")).to_be_visible()
    expect(page.get_by_role("link", name="Call 1")).to_be_focused()
    pressed(page, "d", "z")  # the second one, not the first
    expect(row(page, "Call 1")).to_be_visible()
    expect(row(page, "Call 0")).to_be_hidden()
    pressed(page, "z")
    expect(row(page, "Call 0")).to_be_visible()


def test_a_row_leaves_before_the_api_has_answered(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    calls(product, amir, 3)
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call 0").focus()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            held.append(route)  # no answer until it is let go
        else:
            route.fallback()

    page.route("**/api/v1/follow-ups/*", hold)
    pressed(page, "r", "w")
    expect(row(page, "Call 0")).to_be_hidden()
    expect(page.get_by_role("link", name="Call 1")).to_be_focused()
    eventually(lambda: held, what="the request")
    held[0].continue_()
    expect(said(page, "Moved “")).to_be_visible()


def test_keys_that_come_while_a_row_still_goes_are_for_the_next_row(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    calls(product, amir, 4)
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call 0").focus()
    page.evaluate(THRICE)
    for number in range(3):
        expect(page.get_by_role("link", name=f"Call {number}")).to_be_hidden()
    expect(page.get_by_role("link", name="Call 3")).to_be_focused()
    page.evaluate(HELD)
    expect(said(page, "Completed “Call 2”")).to_be_visible()
    query = {"view": "completed", "assignee": str(amir.id)}
    eventually(
        lambda: len(product.call("GET", "/follow-ups", params=query)["items"]) == 3, what="all are done"
    )
    expect(page.get_by_role("link", name="Call 3")).to_be_visible()


def test_a_manager_reassigns_by_keys(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Weber", role="manager")
    amir = product.person("Amir Patel", manager=dana)
    product.person("Lena Fischer", manager=dana)
    product.follow_up(amir, "Call Acme", due=hours(30))
    page = visit(dana, "/followups")
    page.get_by_role("link", name="Call Acme").focus()
    pressed(page, "a")
    asked = dialog(page, "Reassign “Call Acme”")
    expect(asked.get_by_role("combobox", name="New assignee")).to_be_focused()
    expect(page.get_by_role("option", name="Lena Fischer")).to_be_visible()
    page.keyboard.type("Lena")
    expect(page.get_by_role("option", name="Lena Fischer")).to_be_visible()
    pressed(page, "Enter")
    expect(asked.get_by_role("combobox", name="New assignee")).to_have_value("Lena Fischer")
    pressed(page, "Enter")
    expect(said(page, "“Call Acme” is Lena Fischer’s now")).to_be_visible()
    expect(row(page, "Call Acme")).to_contain_text("Lena Fischer")
    page = visit(amir, "/followups")
    expect(page.get_by_text("No open follow-ups")).to_be_visible()
    page.keyboard.press("?")
    expect(dialog(page, "Keyboard shortcuts")).not_to_contain_text("Reassign")


def test_many_are_completed_with_an_outcome(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    calls(product, amir, 3)
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Call 0").focus()
    pressed(page, "Shift+J", "o", "3")  # no pause between them
    expect(dialog(page, "Complete 2 follow-ups").get_by_role("radio", name="No answer")).to_be_checked()
    pressed(page, "Enter")
    expect(said(page, "Completed 2 follow-ups")).to_be_visible()
    query = {"view": "completed", "assignee": str(amir.id)}
    done = product.call("GET", "/follow-ups", params=query)["items"]
    assert [each["outcome"] for each in done] == ["no answer"] * 2
    assert upcoming(product, amir) == 0

    page.get_by_role("checkbox", name="Select Call 2").check()
    page.get_by_role("toolbar").get_by_role("button", name="Outcome").click()
    form = dialog(page, "Complete 1 follow-up")
    expect(form.get_by_role("radio", name="Nothing")).to_be_checked()
    pressed(page, "m", "Enter")
    expect(said(page, "Completed 1 follow-up")).to_be_visible()
    eventually(lambda: upcoming(product, amir) == 1, what="it comes again on Monday")
