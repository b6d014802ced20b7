"""The page on which people work: sections, create, edit, complete, undo, bulk, search, keys, time zones."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, fill_combobox, row, said
from tests.e2e.product import Product, hours


def test_sections_show_what_is_late_first_with_words_that_people_use(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Two days late", due=hours(-51.5))
    product.follow_up(amir, "Five days late", due=hours(-125))
    product.follow_up(amir, "Next month", due=hours(24 * 30))
    page = visit(amir, "/followups")
    expect(page.get_by_role("button", name="Overdue 2").first).to_be_visible()
    expect(page.get_by_role("button", name="Upcoming 1").first).to_be_visible()
    lines = page.get_by_role("list", name="Follow-ups").get_by_role("listitem")
    expect(lines.filter(has=page.get_by_role("link")).first).to_contain_text("Five days late")
    expect(row(page, "Five days late")).to_contain_text("5 days 5 h overdue")
    expect(row(page, "Two days late")).to_contain_text("2 days 3 h overdue")


def test_create_with_a_new_client_and_edit(product: Product, visit: Visit) -> None:
    page = visit(product.person("Amir Patel"), "/followups")
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_role("button", name="Create follow-up").click()
    expect(form.get_by_text("Say what is to be done.")).to_be_visible()
    form.get_by_label("What is to be done").fill("Send the offer")
    fill_combobox(
        form.get_by_role("textbox", name="Lead or client"), "Initech Works", "New client “Initech Works”"
    )
    form.get_by_role("button", name="In a week").click()
    form.get_by_role("button", name="Create follow-up").click()
    expect(said(page, "Planned “Send the offer”")).to_be_visible()
    expect(row(page, "Send the offer").get_by_role("link", name="Initech Works")).to_be_visible()

    page.get_by_role("button", name="Edit Send the offer").click()
    form = dialog(page, "Edit follow-up")
    form.get_by_label("What is to be done").fill("Send the better offer")
    form.get_by_label("Notes").fill("Ten percent off")
    form.get_by_role("button", name="Save").click()
    row(page, "Send the better offer").get_by_role("link", name="Send the better offer").click()
    expect(page.get_by_text("Ten percent off")).to_be_visible()
    expect(page.get_by_text("Amir Patel changed the")).to_be_visible()


def test_what_was_typed_survives_closing_the_form(product: Product, visit: Visit) -> None:
    page = visit(product.person("Amir Patel"), "/followups")
    page.get_by_role("button", name="New follow-up").click()
    dialog(page, "New follow-up").get_by_label("What is to be done").fill("Half a thought")
    page.keyboard.press("Escape")
    expect(dialog(page, "New follow-up")).to_be_hidden()
    page.get_by_role("button", name="New follow-up").click()
    expect(dialog(page, "New follow-up").get_by_label("What is to be done")).to_have_value("Half a thought")


def test_a_completed_one_is_corrected_but_for_when_and_whose(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Weber", role="manager")
    planned = product.follow_up(product.person("Amir Patel", manager=dana), "Call Acme", due=hours(-3))
    product.call("POST", f"/follow-ups/{planned['id']}/complete")
    page = visit(dana, f"/followups/{planned['id']}")
    page.get_by_role("button", name="Edit").click()
    form = dialog(page, "Edit follow-up")
    expect(form.get_by_text("Reopen it to change when it is due")).to_be_visible()
    expect(form.get_by_role("button", name="In a week")).to_be_hidden()
    expect(form.get_by_label("Assignee")).to_be_hidden()
    form.get_by_label("What is to be done").fill("Call Acme in June")
    form.get_by_role("button", name="Save").click()
    expect(said(page, "Saved “Call Acme in June”")).to_be_visible()


def test_complete_with_one_click_and_undo(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    planned = product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(amir, "/followups")
    page.get_by_role("button", name="Complete Call Acme").click()
    expect(row(page, "Call Acme")).to_be_hidden()
    expect(said(page, "Completed “Call Acme”")).to_be_visible()
    assert product.call("GET", f"/follow-ups/{planned['id']}")["status"] == "completed"
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "Call Acme")).to_be_visible()
    assert product.call("GET", f"/follow-ups/{planned['id']}")["status"] == "open"


def test_a_manager_reassigns(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    product.person("Lena Fischer", manager=dana)
    product.follow_up(amir, "Call Acme", due=hours(-3))
    page = visit(dana, "/followups")
    page.get_by_role("button", name="Edit Call Acme").click()
    form = dialog(page, "Edit follow-up")
    fill_combobox(form.get_by_role("combobox", name="Assignee"), "Lena", "Lena Fischer")
    form.get_by_role("button", name="Save").click()
    expect(row(page, "Call Acme")).to_contain_text("Lena Fischer")


def test_bulk_reassign_reschedule_and_complete(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    product.person("Lena Fischer", manager=dana)
    for number in (1, 2, 3):
        product.follow_up(amir, f"Call {number}", due=hours(-3 * number))
    page = visit(dana, "/followups")

    page.get_by_role("checkbox", name="Select Call 1").check()
    page.get_by_role("checkbox", name="Select Call 2").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Reassign").click()
    ask = dialog(page, "Reassign 2 follow-ups")
    fill_combobox(ask.get_by_role("combobox", name="New assignee"), "Lena", "Lena Fischer")
    ask.get_by_role("button", name="Reassign").click()
    expect(said(page, "Reassigned 2 follow-ups")).to_be_visible()
    expect(row(page, "Call 1")).to_contain_text("Lena Fischer")
    expect(row(page, "Call 3")).to_contain_text("Amir Patel")

    page.get_by_role("checkbox", name="Select all under Overdue").check()
    page.get_by_role("button", name="Reschedule").click()
    ask = dialog(page, "Reschedule 3 follow-ups")
    ask.get_by_role("button", name="In a week").click()
    ask.get_by_role("button", name="Reschedule").click()
    expect(page.get_by_text("Nothing is overdue")).to_be_visible()

    page.get_by_role("checkbox", name="Select all under Upcoming").check()
    page.get_by_role("toolbar").get_by_role("button", name="Complete").click()
    expect(said(page, "Completed 3 follow-ups")).to_be_visible()
    page.get_by_role("button", name="Completed", exact=True).click()
    expect(row(page, "Call 2")).to_be_visible()


def test_a_stale_edit_shows_both_versions_and_lets_one_choose(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    planned = product.follow_up(amir, "Call Acme", due=hours(30))
    page = visit(amir, "/followups")
    for choice, kept in (("Save mine", "Mine 1"), ("Take theirs", "Theirs 2")):
        number = kept[-1]
        page.get_by_role("button", name="Edit").first.click()
        form = dialog(page, "Edit follow-up")
        form.get_by_label("What is to be done").fill(f"Mine {number}")
        product.call("PATCH", f"/follow-ups/{planned['id']}", json={"title": f"Theirs {number}"})
        form.get_by_role("button", name="Save").click()
        both = dialog(page, "Somebody changed this while you were editing")
        expect(both.get_by_role("row", name="What")).to_contain_text(f"Mine {number}")
        expect(both.get_by_role("row", name="What")).to_contain_text(f"Theirs {number}")
        page.keyboard.press("Escape")  # closes the topmost alone
        expect(both).to_be_hidden()
        form.get_by_role("button", name="Save").click()
        both.get_by_role("button", name=choice).click()
        expect(both).to_be_hidden()
        if choice == "Take theirs":
            expect(form.get_by_label("What is to be done")).to_have_value(kept)
        else:
            expect(row(page, kept)).to_be_visible()
    assert product.call("GET", f"/follow-ups/{planned['id']}")["title"] == "Theirs 2"


def test_search_and_filters_stay_in_the_address(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    globex = {"kind": "lead", "name": "Globex Fields"}
    product.follow_up(amir, "Ask about barley", due=hours(-3), subject=globex)
    product.follow_up(dana, "Ask about wheat", due=hours(-4))
    page = visit(dana, "/followups")
    expect(row(page, "Ask about wheat")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("globex")
    expect(row(page, "Ask about wheat")).to_be_hidden()
    expect(page.get_by_label("Search follow-ups")).to_be_focused()
    expect(row(page, "Ask about barley")).to_be_visible()
    page.reload()
    expect(row(page, "Ask about barley")).to_be_visible()
    page.get_by_role("button", name="Clear search").click()
    page.get_by_role("combobox", name="Whose follow-ups").click()
    page.get_by_role("option", name="Mine").click()
    expect(row(page, "Ask about wheat")).to_be_visible()
    expect(row(page, "Ask about barley")).to_be_hidden()


def test_everything_can_be_done_by_keyboard(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "First", due=hours(-5))
    product.follow_up(amir, "Second", due=hours(-4))
    page = visit(amir, "/followups")
    expect(row(page, "Second")).to_be_visible()
    page.keyboard.press("?")
    expect(dialog(page, "Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page, "Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="First")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Second")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("e")
    expect(dialog(page, "Edit follow-up").get_by_label("What is to be done")).to_have_value("Second")
    page.keyboard.press("Escape")
    expect(dialog(page, "Edit follow-up")).to_be_hidden()
    expect(page.get_by_role("link", name="Second")).to_be_focused()
    more = page.get_by_role("button", name="More about Second")
    more.press("Enter")
    page.get_by_role("menuitem", name="History").press("Escape")
    expect(more).to_be_focused()
    page.keyboard.press("c")
    expect(dialog(page, "New follow-up").get_by_label("What is to be done")).to_be_focused()
    page.keyboard.type("Typed by hand")
    page.keyboard.press("Enter")
    expect(row(page, "Typed by hand")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_times_are_those_of_the_persons_zone(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel", time_zone="Asia/Kolkata")
    product.follow_up(amir, "Call Acme", due=datetime(2031, 3, 6, 9, tzinfo=UTC))
    page = visit(amir, "/followups")
    due = row(page, "Call Acme").get_by_text("Thu 6 Mar 2031, 14:30")
    expect(due).to_be_visible()
    due.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("6 March 2031 at 14:30")
    page.get_by_role("button", name="Edit Call Acme").click()
    expect(dialog(page, "Edit follow-up").get_by_label("Due")).to_have_value("Thu 6 Mar 2031, 14:30")


def test_a_client_without_plans_says_so_and_offers_one(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.call("POST", "/subjects", json={"kind": "client", "name": "Hooli Harbour"})
    page = visit(amir, "/subjects?kind=client&q=hooli")
    page.get_by_role("radiogroup", name="Kind").get_by_text("Leads").click()
    expect(page.get_by_text("Nothing found for “hooli”")).to_be_visible()
    page.reload()  # the address keeps the filters
    expect(page.get_by_text("Nothing found for “hooli”")).to_be_visible()
    page.get_by_role("radiogroup", name="Kind").get_by_text("Clients").click()
    page.get_by_role("link", name="Hooli Harbour").click()
    expect(page.get_by_text("No follow-up planned")).to_be_visible()
    page.get_by_role("button", name="Plan one").click()
    form = dialog(page, "New follow-up")
    expect(form.get_by_role("textbox", name="Lead or client")).to_have_value("Hooli Harbour")
    form.get_by_label("What is to be done").fill("Say hello")
    form.get_by_role("button", name="Create follow-up").click()
    expect(row(page, "Say hello")).to_be_visible()


def test_a_client_of_a_colleague_says_whose_and_when(product: Product, visit: Visit) -> None:
    amir, otto = product.person("Amir Patel"), product.person("Otto Other")
    client = {"kind": "client", "external_id": "C-colleague", "name": "Colleague Corp"}
    product.follow_up(otto, "Unseen title", due=hours(50), subject=client)
    page = visit(amir, "/subjects?q=colleague")
    line = page.get_by_role("listitem").filter(has_text="Colleague Corp")
    expect(line).to_contain_text("Otto Other, in 2 days")
    expect(line.get_by_role("button", name="Also plan a follow-up for Colleague Corp")).to_be_visible()
    page.get_by_role("link", name="Colleague Corp").click()
    expect(page.get_by_role("alert")).to_contain_text("A colleague has a follow-up planned here")
    expect(page.get_by_role("alert")).to_contain_text("Otto Other, in 2 days")
    page.get_by_role("button", name="Also plan one").click()
    expect(dialog(page, "New follow-up")).to_be_visible()
    expect(page.get_by_text("Unseen title")).to_have_count(0)


def test_bulk_and_whose_it_is_on_a_phone(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    product.follow_up(product.person("Amir Patel", manager=dana), "Call 4", due=hours(-4))
    for number in (1, 2, 3):
        product.follow_up(dana, f"Call {number}", due=hours(-number))
    page = visit(dana, "/followups", viewport={"width": 390, "height": 844})
    expect(row(page, "Call 4").get_by_text("Amir Patel")).to_be_visible()
    expect(row(page, "Call 1")).to_be_visible()
    expect(row(page, "Call 1").get_by_text("Dana Reyes")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Select Call 1")).to_be_hidden()
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("checkbox", name="Select Call 1").check()
    page.get_by_role("checkbox", name="Select Call 2").check()
    page.get_by_role("toolbar").get_by_role("button", name="Complete").click()
    expect(said(page, "Completed 2 follow-ups")).to_be_visible()
    expect(row(page, "Call 1")).to_be_hidden()
    expect(row(page, "Call 3")).to_be_visible()
