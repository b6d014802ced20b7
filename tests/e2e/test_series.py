"""Follow-ups that repeat: planned, completed, changed as one, the following or all, and ended on the page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, pick, row, said, tab_to
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
