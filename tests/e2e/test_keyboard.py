"""Hands on the keys: nothing typed is lost, the focus stays in the list, keys work on every page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Person, Product, hours


def slow(page: Page) -> None:
    """A machine four times slower."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})


LARGE = {"c": "FollowUpForm", "o": "CompleteDialog", "R": "MoveDialog"}
"""Dialogs that take long to draw, by the keys that open them."""
FRAMES = """() => {
    window.frames = [];
    const shows = (selector, name) => (document.querySelector(selector) ? name : "");
    const look = () => {
        frames.push(shows("[role=dialog]", "dialog") || shows("[role=status][aria-label=Loading]", "sign"));
        requestAnimationFrame(look);
    };
    look();
}"""
"""Notes what each frame shows."""


@pytest.mark.parametrize("key", LARGE)
def test_the_first_time_a_large_dialog_opens_a_frame_says_so_before_it_is_drawn(
    product: Product, visit: Visit, key: str
) -> None:
    """Its code is there by then, and it waits for none of the answers that it shows."""
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/api/v1/(outcomes|kinds|follow-ups/presets)"), hold)
    page.get_by_role("link", name="Call Acme").focus()
    page.wait_for_function(
        "name => performance.getEntriesByType('resource').some(each => each.name.includes(`/${name}-`) && "
        "each.responseEnd > 0)",
        arg=LARGE[key],
    )
    page.evaluate(FRAMES)
    page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_visible()
    frames: list[str] = page.evaluate("frames")
    assert "sign" in frames[: frames.index("dialog")]
    assert held or key == "c"
    for each in held:
        each.continue_()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.evaluate("frames.length = 0")
    page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_visible()
    assert "sign" not in page.evaluate("frames")


def three(product: Product, assignee: Person) -> None:
    for number, title in enumerate(("First", "Second", "Third")):
        product.follow_up(assignee, title, due=hours(-5 + number))


def test_what_is_typed_right_after_c_is_in_the_form(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    expect(row(page, "Call Acme")).to_be_visible()
    slow(page)
    title = dialog(page, "New follow-up").get_by_label("What is to be done")
    for text in ("jex? go xx", "a second time"):
        page.keyboard.type("c" + text)  # no pause between the keys
        expect(title).to_be_focused()
        expect(title).to_have_value(text)
        dialog(page, "New follow-up").get_by_role("button", name="Cancel").click()
        dialog(page, "Discard what you typed?").get_by_role("button", name="Discard").click()
        expect(dialog(page, "New follow-up")).to_be_hidden()
    expect(page.get_by_text("1 selected")).to_be_hidden()


def test_the_focus_goes_on_to_the_next_row(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    three(product, amir)
    page = visit(amir, "/followups")
    page.get_by_role("button", name="Complete First").press("Enter")
    expect(row(page, "First")).to_be_hidden()
    expect(page.get_by_role("link", name="Second")).to_be_focused()
    page.get_by_role("button", name="More about Second").press("Enter")
    page.get_by_role("menuitem", name="In a week").press("Enter")
    expect(said(page, "Moved “")).to_be_visible()
    expect(page.get_by_role("link", name="Third")).to_be_focused()
    page.keyboard.press("e")
    form = dialog(page, "Edit follow-up")
    form.get_by_label("What is to be done").fill("Third, with a better title")
    page.keyboard.press("Control+Enter")
    expect(form).to_be_hidden()
    expect(page.get_by_role("link", name="Third, with a better title")).to_be_focused()


def test_back_leads_to_the_row_that_one_came_from(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    three(product, amir)
    page = visit(amir, "/followups")
    page.get_by_role("link", name="Second").press("Enter")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("link", name="Second")).to_be_focused()


def test_a_picker_takes_what_is_typed_in_place_of_what_it_showed(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    anna = product.person("Anna Zimmer", manager=dana)
    product.follow_up(anna, "Anna's", due=hours(-3))
    product.follow_up(dana, "Dana's", due=hours(-3))
    page = visit(dana, "/followups")
    picker = page.get_by_role("combobox", name="Whose follow-ups")
    picker.click()
    page.keyboard.type("Anna")
    expect(picker).to_have_value("Anna")
    page.keyboard.press("Enter")
    expect(row(page, "Anna's")).to_be_visible()
    expect(row(page, "Dana's")).to_be_hidden()
    expect(picker).to_have_value("Anna Zimmer")
    page.get_by_role("button", name="New follow-up").focus()
    page.keyboard.press("Tab")
    picker.focus()
    # Opening marks the present choice a moment later: keys that came before that would be a machine's.
    expect(page.get_by_role("option", name="Anna Zimmer", exact=True)).to_be_visible()
    page.keyboard.type("Mine")
    page.keyboard.press("Enter")
    expect(row(page, "Dana's")).to_be_visible()


def test_keys_for_rows_work_wherever_there_are_rows(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    client = {"kind": "client", "name": "Acme Rows"}
    planned = product.follow_up(amir, "Call Acme", due=timedelta(hours=-50), subject=client)
    product.sweep()
    pages = {
        "/dashboard/escalations": "Call Acme",
        "/inbox": "Call Acme is 2 days 2 h overdue",
        f"/subjects/{planned['subject']['id']}": "Call Acme",
        "/subjects?q=Acme Rows": "Acme Rows",
    }
    page = visit(dana, "/followups")
    for path, name in pages.items():
        page.goto(path)
        link = page.get_by_role("link", name=name).first
        expect(link).to_be_visible()
        page.keyboard.press("j")
        expect(link).to_be_focused()
    page.goto("/dashboard/escalations")
    expect(row(page, "Call Acme")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("e")
    expect(dialog(page, "Edit follow-up")).to_be_visible()
    page.goto(f"/followups/{planned['id']}")
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    page.keyboard.press("e")
    expect(dialog(page, "Edit follow-up")).to_be_visible()


def test_escape_clears_the_selection_beside_a_picker_of_people(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    product.follow_up(product.person("Amir Patel", manager=dana), "Call Acme", due=hours(-3))
    page = visit(dana, "/followups")
    picker = page.get_by_role("combobox", name="Whose follow-ups")
    picker.click()
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select Call Acme").click()
    bar = page.get_by_role("toolbar", name="Selected follow-ups")
    expect(bar).to_be_visible()
    page.get_by_role("button", name="Account of").first.click()
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")  # it is the menu's
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(bar).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_the_list_of_keys_shows_those_that_work_here(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    expect(row(page, "Call Acme")).to_be_visible()
    page.keyboard.press("?")
    expect(dialog(page, "Keyboard shortcuts")).to_contain_text("Select the follow-up in focus")
    page.goto("/inbox")
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    page.keyboard.press("?")
    expect(dialog(page, "Keyboard shortcuts")).to_contain_text("Create a follow-up")
    expect(dialog(page, "Keyboard shortcuts")).not_to_contain_text("in focus")


def test_shift_selects_a_range_and_escape_clears(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    for number in range(5):
        product.follow_up(amir, f"Call {number}", due=hours(-9 + number))
    page = visit(amir, "/followups")
    page.get_by_role("checkbox", name="Select Call 0").click()
    page.get_by_role("checkbox", name="Select Call 2").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="Selected follow-ups")
    expect(bar).to_contain_text("3 selected")
    page.get_by_role("link", name="Call 4").focus()
    page.keyboard.press("Shift+X")
    expect(bar).to_contain_text("5 selected")
    page.keyboard.press("b")
    expect(bar.get_by_role("button", name="Complete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_a_section_of_which_only_a_part_is_loaded_is_not_ticked_as_a_whole(
    product: Product, visit: Visit
) -> None:
    amir = product.person("Amir Patel")
    for number in range(60):
        product.follow_up(amir, f"Call {number}", due=hours(-90 + number))
    page = visit(amir, "/followups?tab=overdue")
    expect(row(page, "Call 0")).to_be_visible()
    everything = page.get_by_role("checkbox", name="Select all under Overdue")
    everything.click()
    selected = page.get_by_role("toolbar", name="Selected follow-ups").get_by_role("status")
    expect(selected).to_be_visible()
    assert everything.is_checked() == (selected.inner_text() == "60 selected")
