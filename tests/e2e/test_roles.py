"""Who sees what: employees their own, managers their reports', admins everything."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row
from tests.e2e.product import Product, hours


def test_an_employee_has_neither_the_dashboard_nor_its_data(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    page = visit(amir, "/followups")
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(
        ["Follow-ups", "Inbox", "Leads & clients", "Policies", "Calendars"]
    )
    for path in ("/dashboard/escalations", "/admin/sweeps", "/admin/people", "/admin/import", "/admin/ops"):
        page.goto(path)
        expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    for path in ("escalations", "escalations/summary", "sweeps", "ops/queues", "ops/outbox"):
        assert page.request.get(f"/api/v1/{path}").status == 403


def test_an_employee_cannot_open_somebody_elses_follow_up(product: Product, visit: Visit) -> None:
    amir, lena = product.person("Amir Patel"), product.person("Lena Fischer")
    planned = product.follow_up(lena, "Call Acme", due=hours(3))
    page = visit(amir, f"/followups/{planned['id']}")
    expect(page.get_by_role("alert")).to_contain_text("There is no follow-up")
    for path in ("/followups/abc", "/subjects/0"):
        page.goto(path)
        expect(page.get_by_text("There is nothing at this address")).to_be_visible()


def test_a_manager_works_on_the_escalations_of_reports_at_any_depth(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    omar = product.person("Omar Haddad", manager=amir)
    stranger = product.person("Sofia Rossi")
    product.follow_up(omar, "Four days late", due=hours(-100))
    product.follow_up(amir, "Two days late", due=hours(-50))
    product.follow_up(stranger, "Not theirs", due=hours(-100))
    product.sweep()
    page = visit(dana, "/dashboard/escalations")
    admin = page.get_by_role("region", name="SLA breach")
    manager = page.get_by_role("region", name="With manager")
    expect(admin.get_by_role("listitem")).to_contain_text(["Four days late"])
    expect(manager.get_by_role("listitem")).to_contain_text(["Two days late"])
    expect(row(page, "Four days late")).to_contain_text("Manager: Amir Patel")
    expect(page.get_by_text("Not theirs")).to_be_hidden()
    expect(page.get_by_role("table", name="By direct report")).to_be_visible()

    page.get_by_label("Search escalations").fill("four")
    page.get_by_role("combobox", name="Whose follow-ups").click()
    page.get_by_role("option", name="Omar Haddad").click()
    expect(row(page, "Two days late")).to_be_hidden()
    row(page, "Four days late").get_by_role("link", name="Four days late").click()
    page.get_by_role("link", name="Back").click()  # to the same filters
    expect(row(page, "Four days late")).to_be_visible()
    expect(row(page, "Two days late")).to_be_hidden()
    expect(page.get_by_role("combobox", name="Whose follow-ups")).to_have_value("Omar Haddad")
    page.get_by_role("button", name="Clear search").click()
    page.get_by_role("combobox", name="Whose follow-ups").click()
    page.get_by_role("option", name="Everyone").click()
    expect(row(page, "Two days late")).to_be_visible()

    admin.get_by_role("button", name="Complete Four days late").click()
    expect(row(page, "Four days late")).to_be_hidden()
    page.get_by_role("button", name="More about Two days late").click()
    page.get_by_role("menuitem", name="Tomorrow").click()
    why = dialog(page, "Move “Two days late”?")  # it has escalated: its history keeps why
    why.get_by_role("textbox").fill("They asked for a call tomorrow")
    why.get_by_role("button", name="Move").click()
    expect(row(page, "Two days late")).to_be_hidden()


def test_an_employee_with_reports_opens_what_they_are_told_about(product: Product, visit: Visit) -> None:
    lead = product.person("Lena Lead")
    amir = product.person("Amir Patel", manager=lead)
    product.follow_up(amir, "Call Acme", due=hours(-50))
    product.sweep()
    page = visit(lead, "/inbox")
    page.get_by_role("link", name="Call Acme is 2 days 2 h overdue").click()
    expect(page.get_by_role("heading", name="Call Acme")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Escalations").click()
    expect(row(page, "Call Acme")).to_be_visible()


def test_demoting_somebody_with_reports_is_warned_about(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Warned", "manager")
    product.person("Amir Patel", manager=dana)
    page = visit(product.person("Ada Okafor", "admin"), "/admin/people")
    page.get_by_role("button", name="Edit Dana Warned").click()
    form = dialog(page, "Edit Dana Warned")
    expect(form.get_by_text("1 person reports to Dana Warned")).to_be_hidden()
    form.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name="Employee").click()
    expect(form.get_by_text("1 person reports to Dana Warned")).to_contain_text("keeps seeing")


def test_a_manager_has_no_admin_pages_and_an_admin_has_all(product: Product, visit: Visit) -> None:
    page = visit(product.person("Dana Reyes", "manager"), "/admin/people")
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    page = visit(product.person("Ada Okafor", "admin"), "/admin/people")
    expect(page.get_by_role("table", name="People")).to_contain_text("Ada Okafor")
