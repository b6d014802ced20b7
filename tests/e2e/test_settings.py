"""One's own settings: name and time zone, password, sessions; and being asked for the password again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, pick, said, tab_to
from tests.e2e.product import PASSWORD, Person, Product
from tests.e2e.test_accessibility import violations, violations_at_each_size

NEW = "seven purple lamps hum"
WIDTHS = (390, 820, 1440)


def test_a_person_changes_their_name_and_time_zone(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir)
    page.get_by_role("button", name="Account of Amir Patel").click()
    page.get_by_role("menuitem", name="Your settings").click()
    form = page.get_by_role("form", name="You")
    expect(form.get_by_role("button", name="Save")).to_be_disabled()
    form.get_by_label("Name").fill("Amir Q. Patel")
    form.get_by_role("combobox", name="Time zone").fill("Tokyo")
    page.get_by_role("option", name="Asia/Tokyo").click()
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Account of Amir Q. Patel")).to_be_visible()
    kept = product.call("GET", f"/users/{amir.id}")
    assert (kept["name"], kept["time_zone"]) == ("Amir Q. Patel", "Asia/Tokyo")


def test_times_are_written_as_a_person_wants_them(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel", time_zone="UTC")
    call = product.follow_up(amir, "Call Acme", due=datetime(2031, 3, 6, 14, 30, tzinfo=UTC))
    page = visit(amir, "/settings")
    form = page.get_by_role("form", name="You")
    pick(form.get_by_role("combobox", name="Clock"), "2:30 PM")
    pick(form.get_by_role("combobox", name="Dates"), "March 3")
    pick(form.get_by_role("combobox", name="Weeks begin on"), "Sunday")
    assert violations(page) == []
    tab_to(form.get_by_role("button", name="Save")).press("Enter")
    expect(said(page, "Saved")).to_be_visible()
    page.goto(f"/followups/{call['id']}")
    expect(page.get_by_text(re.compile(r"Thu, Mar 6 2031, 2:30.PM")).first).to_be_visible()


def test_a_person_changes_their_password_with_the_keyboard(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page, elsewhere = visit(amir, "/settings"), visit(amir, "/inbox")
    form = page.get_by_role("form", name="Password")
    form.get_by_label("Current password", exact=True).focus()
    page.keyboard.type("not the password")
    for typed in (NEW, f"{NEW}!"):
        page.keyboard.press("Tab")  # past the button that shows it
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    expect(form.get_by_text("This is not the same as above.")).to_be_visible()
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(form.get_by_text("Current password is wrong")).to_be_visible()
    form.get_by_label("Current password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    changed = page.get_by_role("status").filter(has_text="Your password is changed")
    expect(changed).to_contain_text("You are logged out everywhere else")
    assert elsewhere.request.get("/api/v1/me").status == 401
    changed.get_by_role("button", name="Revoke my API tokens").click()
    dialog(page, "Revoke all your API tokens?").get_by_role("button", name="Revoke all").click()
    expect(said(page, "Your API tokens are revoked")).to_be_visible()
    log_in = {"email": amir.email, "password": NEW}
    assert page.request.post("/api/v1/session", data=log_in).ok


def test_a_person_sees_where_they_are_logged_in_and_logs_out_there(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    elsewhere, third = visit(amir), visit(amir)
    page = visit(amir, "/settings")
    rows = page.get_by_role("region", name="Where you are logged in").get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("Chrome on Linux at 127.0.0.1")
    expect(rows.first).to_contain_text("This one")
    rows.last.get_by_role("button", name="Log out").click()
    expect(rows).to_have_count(2)
    assert elsewhere.request.get("/api/v1/me").status == 401
    assert third.request.get("/api/v1/me").ok
    page.get_by_role("button", name="Log out everywhere else").click()
    expect(rows).to_have_count(1)
    assert third.request.get("/api/v1/me").status == 401
    assert page.request.get("/api/v1/me").ok


def test_the_settings_fit_every_width(product: Product, visit: Visit) -> None:
    page = visit(product.person("Amir Patel"), "/settings")
    expect(page.get_by_role("heading", name="Where you are logged in")).to_be_visible()
    expect(page.get_by_text("This one")).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []


def late(page: Page) -> None:
    """Let the page's next request be answered as it is when the last log-in was long ago, once."""
    problem = {
        "type": "urn:followup:problem:reauthentication-needed",
        "title": "Confirm that it is you",
        "status": 403,
        "detail": "long ago",
        "errors": [],
    }
    page.route("**/api/v1/tokens", lambda route: route.fulfill(status=403, json=problem), times=1)


def ask_for_a_token(product: Product, visit: Visit) -> Page:
    person: Person = product.person("Ada Okafor", "admin")
    page = visit(person, "/settings/tokens")
    page.get_by_role("button", name="Token", exact=True).click()
    form = dialog(page, "New API token")
    form.get_by_label("What it is for").fill("Nightly import")
    late(page)
    form.get_by_role("button", name="Create token").click()
    return page


def test_what_needs_the_password_again_asks_for_it_and_goes_on(product: Product, visit: Visit) -> None:
    page = ask_for_a_token(product, visit)
    asked = dialog(page, "Confirm that it is you")
    expect(asked.get_by_label("Your password")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(asked).to_contain_text("Password is wrong: type the one with which you log in.")
    asked.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog(page, "Copy it now")).to_be_visible()


def test_who_does_not_confirm_has_changed_nothing(product: Product, visit: Visit) -> None:
    page = ask_for_a_token(product, visit)
    expect(dialog(page, "Confirm that it is you")).to_be_visible()
    page.keyboard.press("Escape")
    form = dialog(page, "New API token")
    expect(form.get_by_role("alert")).to_contain_text("long ago")
    expect(form.get_by_label("What it is for")).to_have_value("Nightly import")


def test_a_person_says_by_keyboard_which_mails_they_want_and_when(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel", time_zone="Europe/Berlin")
    page = visit(amir, "/settings", reduced_motion="reduce")
    form = page.get_by_role("form", name="Mail about follow-ups")
    save = form.get_by_role("button", name="Save")
    expect(save).to_be_disabled()
    tab_to(form.get_by_role("combobox", name="Escalated", exact=True)).press("ArrowDown")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(form.get_by_role("combobox", name="Escalated", exact=True)).to_have_value("In a digest each week")
    tab_to(form.get_by_label("At, Escalated")).fill("16:00")
    tab_to(form.get_by_role("combobox", name="Your day", exact=True)).press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tab_to(form.get_by_label("At, Your day")).fill("09:15")
    tab_to(form.get_by_label("Quiet hours")).press("Space")
    tab_to(form.get_by_label("From")).fill("21:30")
    tab_to(form.get_by_label("Sunday")).press("Space")
    assert violations_at_each_size(page) == []
    tab_to(save).press("Enter")
    expect(said(page, "Saved how you are told")).to_be_visible()
    kept = page.request.get("/api/v1/me/notification-rules").json()
    assert kept["quiet_hours"] == {"begins": "21:30", "ends": "07:00", "days": [1, 2, 3, 4, 5, 6]}
    assert (kept["your_day"]["mode"], kept["your_day"]["at"]) == ("daily", "09:15")
    [own] = [rule for rule in kept["rules"] if rule["own"]]
    assert (own["mode"], own["at"], own["weekday"]) == ("weekly", "16:00", 1)


def test_an_admin_sets_and_locks_how_everybody_is_told(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Admin", "admin"), "/admin/notifications", reduced_motion="reduce")
    expect(page.get_by_role("combobox", name="SLA breach")).to_have_value("At once")
    page.get_by_role("checkbox", name="SLA breach: the same for everybody").check()
    assert violations_at_each_size(page) == []
    tab_to(page.get_by_role("button", name="Save")).press("Enter")
    expect(said(page, "Saved how people are told")).to_be_visible()
    page.goto("/settings")
    expect(page.get_by_role("combobox", name="SLA breach")).to_be_disabled()
    rules = product.call("GET", "/organisation/notification-rules")
    unlocked = [{**rule, "locked": False} for rule in rules["rules"]]
    product.call("PUT", "/organisation/notification-rules", json={**rules, "rules": unlocked})
