"""Who is away shows where people are listed and chosen, and admins plan it for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, fill_combobox, pick, row, said, tab_to
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import PHONE, violations_at_each_size
from tests.e2e.test_layout import LINES


def test_who_is_away_shows_before_work_is_given_to_them(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    anna, ben = (product.person(name, manager=dana) for name in ("Anna Berg", "Ben Ode"))
    today = datetime.now(UTC).date()
    days = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=9))}
    product.call("POST", "/absences", json={**days, "user_id": anna.id, "substitute_id": ben.id})
    product.follow_up(anna, "Hers", due=hours(30))
    product.follow_up(ben, "His", due=hours(30))
    page = visit(dana, "/followups?who=team", viewport=PHONE, has_touch=True)
    expect(row(page, "Hers")).to_contain_text("away until")
    expect(row(page, "His")).not_to_contain_text("away")
    page.set_viewport_size({"width": 1360, "height": 860})
    page.get_by_role("link", name="His").focus()
    page.keyboard.press("a")
    form = dialog(page, "Reassign “His”")
    expect(form.get_by_label("New assignee")).to_be_focused()
    page.keyboard.type("Anna")
    expect(page.get_by_role("option", name="Anna Berg (away until")).to_be_visible()
    page.keyboard.press("Enter")
    warning = form.get_by_role("status").filter(has_text="Anna Berg is away then, until")
    expect(warning).to_contain_text("Ben Ode is told in their place.")
    assert violations_at_each_size(page) == []
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.get_by_role("checkbox", name="Select His").check()
    page.get_by_role("toolbar").get_by_role("button", name="Reassign").click()
    many = dialog(page, "Reassign 1 follow-up")
    fill_combobox(many.get_by_role("combobox", name="New assignee"), "Anna", "Anna Berg")
    expect(many.get_by_role("status").filter(has_text="Anna Berg is away then, until")).to_be_visible()
    assert violations_at_each_size(page) == []
    fill_combobox(many.get_by_role("combobox", name="New assignee"), "Dana", "Dana Reyes")
    expect(many.get_by_role("status").filter(has_text="is away then")).to_have_count(0)
    fill_combobox(many.get_by_role("combobox", name="New assignee"), "Ben", "Ben Ode")
    many.get_by_role("button", name="Reassign").click()
    expect(many).to_be_hidden()
    page.get_by_role("link", name="Hers").click()
    expect(page.get_by_role("region", name="Details").get_by_text("away until")).to_be_visible()
    page.keyboard.press("c")
    new = dialog(page, "New follow-up")
    fill_combobox(new.get_by_label("Assignee"), "Anna", "Anna Berg")
    expect(new.get_by_role("status").filter(has_text="Anna Berg is away then")).to_be_visible()
    assert violations_at_each_size(page) == []


@pytest.mark.long
def test_an_admin_plans_an_absence_for_somebody_by_keyboard(product: Product, visit: Visit) -> None:
    anna = product.person("Anna Berg")
    ada = product.person(f"Ada Okafor {anna.id}", "admin")
    page = visit(ada, "/admin/people")
    page.get_by_label("Search people").fill(anna.email)
    line = page.get_by_role("row").filter(has_text=anna.email)
    tab_to(line.get_by_role("button", name="Edit Anna Berg")).press("Enter")
    form = dialog(page, "Edit Anna Berg")
    expect(form.get_by_role("group", name="Away")).to_contain_text("Is not away now.")
    tab_to(form.get_by_role("button", name="Plan absences")).press("Enter")
    away = dialog(page, "When Anna Berg is away")
    expect(away.get_by_text("No absence is planned.")).to_be_visible()
    tab_to(away.get_by_label("Last day")).fill("someday")
    page.keyboard.press("Tab")
    expect(away.get_by_text("“someday” is not understood")).to_be_visible()
    expect(away.get_by_role("button", name="Plan an absence")).to_be_disabled()
    tab_to(away.get_by_label("Last day")).fill("in 9 days")
    pick(away.get_by_label("Substitute"), ada.name, ada.name)
    assert violations_at_each_size(page) == []
    tab_to(away.get_by_role("button", name="Plan an absence")).press("Enter")
    expect(said(page, "The absence is planned")).to_be_visible()
    expect(away.get_by_role("listitem")).to_contain_text(f"{ada.name} is told in their place")
    page.keyboard.press("Escape")
    expect(away).to_be_hidden()
    expect(form.get_by_role("group", name="Away")).to_contain_text("Is away until")
    page.keyboard.press("Escape")
    expect(line).to_contain_text("away until")
    page.set_viewport_size(PHONE)
    assert line.get_by_text("Anna Berg", exact=True).evaluate(LINES) == 1
    [planned] = product.call("GET", "/absences", params={"user_id": anna.id})["items"]
    first, last = (date.fromisoformat(planned[day]) for day in ("from", "to"))
    assert (last - first, planned["source"]) == (timedelta(days=9), "manager")
