"""The pages of calendars: admins make and change them, everybody sees them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, said, tab_to
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size

WEEK = [{"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"}]
ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTART;VALUE=DATE:{day}\r\nSUMMARY:Company outing\r\nRRULE:FREQ=YEARLY\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(scope="session")
def ada(product: Product) -> Person:
    return product.person("Ada Calendar", "admin")


def add(product: Product, name: str, **more: Any) -> int:
    body = {"name": name, "time_zone": "Europe/Berlin", "hours": WEEK, **more}
    created: int = product.call("POST", "/calendars", json=body)["id"]
    return created


def week(page: Page, summary: str) -> None:
    expect(page.get_by_role("img", name=f"Hours of a week: {summary}")).to_be_visible()


def test_an_admin_makes_a_calendar_with_the_keyboard_alone(
    product: Product, visit: Visit, ada: Person
) -> None:
    page = visit(ada, "/calendars", viewport=DESK)
    page.get_by_role("link", name="Calendar", exact=True).focus()
    page.keyboard.press("Enter")
    name = page.get_by_role("textbox", name="Name")
    name.focus()
    page.keyboard.type("Late shift")
    page.get_by_role("button", name="Add hours").focus()
    page.keyboard.press("Enter")
    added = page.get_by_role("group", name="no day")
    added.get_by_role("checkbox", name="Saturday").focus()
    page.keyboard.press("Space")
    added = page.get_by_role("group", name="Sat", exact=True)
    added.get_by_label("Opens").fill("22:00")
    added.get_by_label("Closes").fill("06:00")
    expect(added.get_by_text("until the next day")).to_be_visible()
    week(page, "Mon to Fri 09:00–17:00; Sat 22:00–06:00")
    name.focus()
    page.keyboard.press("Enter")
    expect(said(page, "Saved Late shift")).to_be_visible()
    expect(page.get_by_role("heading", name="Late shift", level=1)).to_be_visible()
    stored = next(one for one in product.call("GET", "/calendars")["items"] if one["name"] == "Late shift")
    assert stored["hours"] == [*WEEK, {"days": [6], "opens": "22:00", "closes": "06:00"}]


def test_a_holiday_is_removed_and_a_day_of_its_own_added(product: Product, visit: Visit, ada: Person) -> None:
    made = add(product, "Berlin office", holidays={"country": "DE", "subdivision": "BE"})
    coming = product.call("GET", f"/calendars/{made}")["holidays"]["days"]
    page = visit(ada, f"/calendars/{made}", viewport=DESK)
    boxes = page.get_by_role("group", name="Holidays of the calendar").get_by_role("checkbox")
    label = boxes.first.evaluate("box => box.labels[0].textContent")
    boxes.first.uncheck()
    page.get_by_role("button", name="Add a day").click()
    page.get_by_label("Date").fill("2027-12-31")
    page.get_by_label("What it is").fill("Stocktaking")
    page.get_by_role("button", name="Save calendar").click()
    expect(said(page, "Saved Berlin office")).to_be_visible()
    now = product.call("GET", f"/calendars/{made}")
    [removed] = now["holidays"]["removed"]
    assert next(day["name"] for day in coming if day["date"] == removed) in label
    assert now["days"] == [{"date": "2027-12-31", "name": "Stocktaking", "closed": True, "hours": []}]
    page.get_by_role("button", name="Next year").click()
    expect(page.get_by_role("img", name="December: ").filter(has_text="31")).to_have_accessible_name(
        "December: 2027-12-25: Christmas Day; 2027-12-26: Second Day of Christmas; 2027-12-31: Stocktaking"
    )


def test_days_of_a_file_are_imported(product: Product, visit: Visit, ada: Person) -> None:
    made = add(product, "With a file")
    page = visit(ada, f"/calendars/{made}", viewport=DESK)
    expect(page.get_by_text("No file was imported")).to_be_visible()
    choose = page.locator("input[type=file]")
    choose.set_input_files(FilePayload(name="x.ics", mimeType="text/calendar", buffer=b"BEGIN:VCALENDAR"))
    expect(page.get_by_role("alert").filter(has_text="The file was not imported")).to_be_visible()
    good = ICS.format(day="20270518").encode()
    choose.set_input_files(FilePayload(name="y.ics", mimeType="text/calendar", buffer=good))
    effect = dialog(page, "Effect")
    expect(effect).to_contain_text("0 open follow-ups count by this calendar")
    assert product.call("GET", f"/calendars/{made}")["imported_days"] == []
    effect.get_by_role("button", name="Save").click()
    expect(said(page, "imported").last).to_be_visible()
    expect(page.get_by_role("list", name="Days of a file")).to_contain_text("Company outing")
    expect(page.get_by_text("No file was imported")).to_have_count(0)
    assert product.call("GET", f"/calendars/{made}")["imported_days"][0]["name"] == "Company outing"


def test_a_mistake_is_said_where_it_is(product: Product, visit: Visit, ada: Person) -> None:
    page = visit(ada, f"/calendars/{add(product, 'Mistaken')}", viewport=DESK)
    page.get_by_role("button", name="Add hours").click()
    added = page.get_by_role("group", name="no day")
    added.get_by_role("checkbox", name="Monday").check()
    page.get_by_role("button", name="Save calendar").click()
    expect(page.get_by_role("alert").filter(has_text="overlap")).to_be_visible()


def test_who_was_quicker_is_not_overwritten(product: Product, visit: Visit, ada: Person) -> None:
    made = add(product, "Contested")
    page = visit(ada, f"/calendars/{made}", viewport=DESK)
    page.get_by_role("textbox", name="Name").fill("Mine")
    theirs = {"name": "Theirs", "time_zone": "UTC", "hours": WEEK}
    product.call("PUT", f"/calendars/{made}", json=theirs)
    page.get_by_role("button", name="Save calendar").click()
    expect(page.get_by_text("Somebody else has changed this calendar")).to_be_visible()
    page.get_by_role("button", name="Load it as it is now").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Theirs")
    page.get_by_role("textbox", name="Name").fill("Agreed")
    page.get_by_role("button", name="Save calendar").click()
    expect(said(page, "Saved Agreed")).to_be_visible()


def test_a_calendar_is_archived(product: Product, visit: Visit, ada: Person) -> None:
    made = add(product, "Of last year")
    page = visit(ada, f"/calendars/{made}", viewport=DESK)
    page.get_by_role("button", name="Archive").click()
    dialog(page, "Archive").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("heading", name="Calendars", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Of last year")).to_have_count(0)


def test_an_employee_reads_and_does_not_edit(product: Product, visit: Visit) -> None:
    made = add(product, "Read by all", holidays={"country": "DE"})
    page = visit(product.person("Erin Employee"), "/calendars", viewport=PHONE)
    page.get_by_role("link", name="Read by all").click()
    week(page, "Mon to Fri 09:00–17:00")
    expect(page.get_by_text("Public holidays: Germany")).to_be_visible()
    expect(page.get_by_text("From the open library “holidays”")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    page.goto("/calendars/new")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    page.goto("/followups")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Calendars").click()
    expect(page.get_by_role("link", name="Read by all")).to_be_visible()
    assert product.call("GET", f"/calendars/{made}")["version"] == 1


@pytest.mark.long
def test_no_page_of_calendars_has_a_violation(product: Product, visit: Visit, ada: Person) -> None:
    day = {"date": "2027-12-24", "name": "Christmas Eve", "hours": [{"opens": "09:00", "closes": "12:00"}]}
    made = add(product, "Axe", holidays={"country": "US", "subdivision": "NY"}, days=[day])
    page = visit(ada, "/calendars", viewport=DESK, reduced_motion="reduce")
    expect(page.get_by_role("link", name="Axe")).to_be_visible()
    found = {"list": violations_at_each_size(page)}
    page.goto(f"/calendars/{made}")
    expect(page.get_by_role("heading", name="Year")).to_be_visible()
    found["one"] = violations_at_each_size(page)
    assert not {where: problems for where, problems in found.items() if problems}


def test_an_edit_by_keys_shows_its_effect_before_it_is_saved(
    product: Product, visit: Visit, ada: Person
) -> None:
    made = add(product, "With an effect")
    amir = product.person("Amir Effect", manager=ada)
    product.call("PATCH", f"/users/{amir.id}", json={"calendar_id": made})
    policy = {
        "name": "By working hours",
        "conditions": {"all": [{"field": "assignee", "is": "any_of", "value": [amir.id]}]},
        "steps": [{"working": "PT40H", "audience": ["manager"], "label": "Manager", "severity": "escalated"}],
    }
    written = product.call("POST", "/policies", json=policy)["id"]
    product.call("POST", f"/policies/{written}/publish", json={})
    product.follow_up(amir, "Counted by the calendar", due=hours(1))
    page = visit(ada, f"/calendars/{made}", viewport=DESK, reduced_motion="reduce")
    tab_to(page.get_by_role("group", name="Mon to Fri").get_by_label("Closes")).press("Control+A")
    page.keyboard.type("13:00")
    tab_to(page.get_by_role("button", name="Save calendar")).press("Enter")
    effect = dialog(page, "Effect")
    expect(effect).to_contain_text("1 open follow-up counts by this calendar; of 1 the next step comes")
    assert product.call("GET", f"/calendars/{made}")["version"] == 1
    assert violations_at_each_size(page) == []
    tab_to(effect.get_by_role("button", name="Save calendar")).press("Enter")
    expect(said(page, "Saved With an effect")).to_be_visible()
    assert product.call("GET", f"/calendars/{made}")["version"] == 2


def test_people_and_the_organisation_get_a_calendar(product: Product, visit: Visit, ada: Person) -> None:
    made = add(product, "Of the organisation")
    someone = product.person("Sam Calendar")
    page = visit(ada, "/calendars", viewport=DESK)
    page.get_by_role("combobox", name="Calendar of the organisation").click()
    page.get_by_role("option", name="Of the organisation").click()
    expect(said(page, "Saved")).to_be_visible()
    assert product.call("GET", "/organisation") == {"calendar_id": made}
    page.goto("/admin/people")
    page.get_by_role("button", name="Edit Sam Calendar").click()
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="Calendar").click()
    page.get_by_role("option", name="Of the organisation").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    assert product.call("GET", f"/users/{someone.id}")["calendar_id"] == made
    product.call("PUT", "/organisation", json={"calendar_id": None})
