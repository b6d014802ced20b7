"""A lead is called, or written to, from its page and from its follow-ups."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size


def test_a_manager_says_how_a_lead_is_reached_and_a_rep_calls(product: Product, visit: Visit) -> None:
    mona = product.person("Mona Contact", "manager")
    rita = product.person("Rita Contact", manager=mona)
    lead = {"kind": "lead", "name": "Contacted Quarries"}
    about = product.follow_up(rita, "Call the quarry", due=hours(-3), subject=lead)["subject"]
    page = visit(mona, f"/subjects/{about['id']}", viewport=DESK, reduced_motion="reduce")
    page.get_by_role("button", name="Edit", exact=True).click()
    form = dialog(page, "Edit Contacted Quarries")
    form.get_by_label("Phone").fill("soon")
    form.get_by_label("E-mail").fill("ann@quarries.example")
    page.keyboard.press("Enter")
    expect(form.get_by_label("Phone")).to_have_attribute("aria-invalid", "true")
    found = {"form": violations_at_each_size(page)}
    form.get_by_label("Phone").fill("+49 (0)30 1234-567 ext. 8")
    page.keyboard.press("Enter")
    expect(form).to_be_hidden()
    call = page.get_by_role("link", name="Call +49 (0)30 1234-567 ext. 8")
    expect(call).to_have_attribute("href", "tel:+49301234567;ext=8")
    found["page"] = violations_at_each_size(page)

    hers = visit(rita, "/followups", viewport=PHONE, has_touch=True, reduced_motion="reduce")
    row(hers, "Call the quarry").get_by_role("button", name="More about Call the quarry").tap()
    call = hers.get_by_role("menuitem", name="Call +49 (0)30 1234-567 ext. 8")
    expect(call).to_have_attribute("href", "tel:+49301234567;ext=8")
    write = hers.get_by_role("menuitem", name="Write to ann@quarries.example")
    expect(write).to_have_attribute("href", "mailto:ann@quarries.example")
    hers.get_by_role("menuitem", name="History").tap()
    expect(hers.get_by_role("link", name="Call +49 (0)30 1234-567 ext. 8")).to_be_visible()
    found["a follow-up"] = violations_at_each_size(hers)
    assert not {part: problems for part, problems in found.items() if problems}
