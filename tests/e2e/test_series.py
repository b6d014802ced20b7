"""Follow-ups that repeat: planned, completed, changed as one, the following or all, and ended on the page."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, fill_combobox, pick, row, said, tab_to
from tests.e2e.product import Product, hours


def test_a_follow_up_repeats_by_a_preset_and_by_a_rule_of_ones_own(product: Product, visit: Visit) -> None:
    page = visit(product.person("Rita Repeats"), "/followups")
    page.get_by_role("button", name="New follow-up").press("Enter")
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Weekly call")
    pick(form.get_by_role("combobox", name="Repeats"), "Every working day")
    expect(form.get_by_text("Every working day at")).to_be_visible()
    expect(form.get_by_text("Next:")).to_be_visible()
    pick(form.get_by_role("combobox", name="Repeats"), "Another rule")
    pick(form.get_by_role("combobox", name="Unit"), "months")
    pick(form.get_by_role("combobox", name="On the"), "last Friday", typed="last Friday")
    expect(form.get_by_text("Every month on the last Friday at")).to_be_visible()
    pick(form.get_by_role("combobox", name="Ends"), "After some dates")
    expect(form.get_by_text(", 10 times")).to_be_visible()
    tab_to(form.get_by_role("button", name="Create follow-up")).press("Enter")
    expect(said(page, "Planned “Weekly call”")).to_be_visible()
    line = row(page, "Weekly call")
    expect(line.get_by_role("img", name="Repeats")).to_be_visible()

    line.get_by_role("button", name="Complete Weekly call", exact=True).click()
    expect(said(page, "Completed “Weekly call”, next")).to_be_visible()
    line.get_by_role("link", name="Weekly call").click()
    expect(page.get_by_text("Every month on the last Friday at")).to_be_visible()
    expect(page.get_by_text("the next one of its series")).to_be_visible()


def test_one_the_following_or_all_of_a_series_are_changed(product: Product, visit: Visit) -> None:
    sara = product.person("Sara Series")
    planned = product.follow_up(sara, "Renewal call", due=hours(30), repeats={"unit": "week"})
    done = product.call("POST", f"/follow-ups/{planned['id']}/complete")["next_in_series"]
    page = visit(sara, f"/followups/{done['id']}")
    titles = {
        "Only this one": "Alone",
        "This and the following": "Following",
        "All, also completed ones": "All",
    }
    for extent, title in titles.items():
        page.get_by_role("button", name="Edit", exact=True).click()
        form = dialog(page, "Edit follow-up")
        form.get_by_label("What is to be done").fill(title)
        form.get_by_role("button", name="Save").click()
        asked = dialog(page, "Which ones?")
        tab_to(asked.get_by_role("button", name=extent)).press("Enter")
        expect(form).to_be_hidden()
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        first = product.call("GET", f"/follow-ups/{planned['id']}")
        assert first["title"] == (title if title == "All" else "Renewal call")
        series = product.call("GET", f"/series/{planned['series_id']}")
        assert series["title"] == ("Renewal call" if title == "Alone" else title)


def test_one_that_is_there_is_let_repeat_and_its_series_ended(product: Product, visit: Visit) -> None:
    tess = product.person("Tess Later")
    planned = product.follow_up(tess, "Call Acme", due=hours(30))
    page = visit(tess, f"/followups/{planned['id']}")
    for rule, says in (
        ("7 days after it is done", "7 days after it is done at"),
        ("Does not repeat", "It was one of a series that has ended"),
        ("Every working day", "Every working day at"),
    ):
        page.get_by_role("button", name="Edit", exact=True).click()
        form = dialog(page, "Edit follow-up")
        pick(form.get_by_role("combobox", name="Repeats"), rule)
        form.get_by_role("button", name="Save").click()
        expect(form).to_be_hidden()
        expect(page.get_by_role("region", name="Details").get_by_text(says)).to_be_visible()
    assert product.call("GET", f"/follow-ups/{planned['id']}")["status"] == "open"


def series_of(product: Product, follow_up: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = product.call("GET", f"/series/{follow_up['series_id']}")
    return found


def save_following(page: Page) -> None:
    dialog(page, "Edit follow-up").get_by_role("button", name="Save").click()
    dialog(page, "Which ones?").get_by_role("button", name="This and the following").press("Enter")


def test_what_was_saved_in_part_is_no_conflict_with_oneself(product: Product, visit: Visit) -> None:
    pia = product.person("Pia Partly")
    planned = product.follow_up(pia, "Call in parts", due=hours(30), repeats={"unit": "week"})
    page = visit(pia, f"/followups/{planned['id']}")
    page.get_by_role("button", name="Edit", exact=True).click()
    form = dialog(page, "Edit follow-up")
    expect(form.get_by_role("combobox", name="Repeats")).to_have_value(re.compile("^Every week on "))
    form.get_by_label("What is to be done").fill("Call in two parts")
    form.get_by_label("Due").fill("in 2 days")
    page.route("**/api/v1/series/*", lambda route: route.abort(), times=1)
    save_following(page)
    expect(form.get_by_text("Followup cannot be reached")).to_be_visible()
    moved = product.call("GET", f"/follow-ups/{planned['id']}")
    assert (moved["title"], moved["due_at"] == planned["due_at"]) == ("Call in parts", False)
    save_following(page)
    expect(form).to_be_hidden()
    assert series_of(product, planned)["title"] == "Call in two parts"
    assert product.call("GET", f"/follow-ups/{planned['id']}")["title"] == "Call in two parts"


def test_a_series_that_somebody_else_has_changed_is_looked_at_again(product: Product, visit: Visit) -> None:
    nora = product.person("Nora Newer")
    planned = product.follow_up(nora, "Call Newer", due=hours(30), repeats={"unit": "week"})
    page = visit(nora, f"/followups/{planned['id']}")
    page.get_by_role("button", name="Edit", exact=True).click()
    form = dialog(page, "Edit follow-up")
    form.get_by_label("What is to be done").fill("Call Newest")
    expect(form.get_by_text("Every week on")).to_be_visible()
    rule = {"unit": "day", "every": 5}
    product.call("PATCH", f"/series/{planned['series_id']}", json={"repeats": rule})
    save_following(page)
    expect(form.get_by_text("Somebody has changed its series meanwhile (Every 5 days at")).to_be_visible()
    assert series_of(product, planned)["title"] == "Call Newer"
    save_following(page)
    expect(form).to_be_hidden()
    series = series_of(product, planned)
    assert (series["title"], series["repeats"]["every"]) == ("Call Newest", 5)


def test_the_following_are_handed_over_too_and_a_series_is_ended(product: Product, visit: Visit) -> None:
    boss = product.person("Bea Above", role="manager")
    tim = product.person("Tim Giver", manager=boss)
    product.person("Tom Taker", manager=boss)
    planned = product.follow_up(tim, "Call by turns", due=hours(30), repeats={"unit": "week"})
    page = visit(boss, f"/followups/{planned['id']}")
    page.get_by_role("button", name="More about Call by turns").click()
    page.get_by_role("menuitem", name="Reassign").click()
    asked = dialog(page, "Reassign “Call by turns”")
    fill_combobox(asked.get_by_role("combobox", name="New assignee"), "Tom", "Tom Taker")
    asked.get_by_label("The following ones of its series, too").check()
    asked.get_by_role("button", name="Reassign").click()
    expect(asked).to_be_hidden()
    series = series_of(product, planned)
    assert series["assignee_id"] == product.call("GET", f"/follow-ups/{planned['id']}")["assignee_id"]
    assert series["assignee_id"] != planned["assignee_id"]
    page.get_by_role("button", name="More about Call by turns").click()
    page.get_by_role("menuitem", name="End its series").click()
    expect(said(page, "Nothing comes after “Call by turns”")).to_be_visible()
    assert series_of(product, planned)["ended_at"] is not None
