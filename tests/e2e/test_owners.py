"""A lead gets an owner, who finds it among their own."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size


def test_a_manager_gives_a_lead_to_a_rep_who_finds_it(product: Product, visit: Visit) -> None:
    mona = product.person("Mona Owning", "manager")
    rita = product.person("Rita Owning", manager=mona)
    lead = {"kind": "lead", "name": "Owned Quarries"}
    about = product.follow_up(rita, "Call the owned quarry", due=hours(-3), subject=lead)["subject"]
    page = visit(mona, f"/subjects/{about['id']}", viewport=DESK, reduced_motion="reduce")
    page.get_by_role("button", name="Edit", exact=True).click()
    form = dialog(page, "Edit Owned Quarries")
    owner = form.get_by_role("combobox", name="Owner")
    owner.focus()
    page.keyboard.type("Rita Owning")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(owner).to_have_value("Rita Owning")
    found = {"form": violations_at_each_size(page)}
    form.get_by_role("button", name="Save").press("Enter")
    expect(form).to_be_hidden()
    expect(page.get_by_text("Owner: Rita Owning")).to_be_visible()
    expect(page.get_by_role("region", name="Changes")).to_contain_text("the owner from nothing to")
    found["page"] = violations_at_each_size(page)

    hers = visit(rita, "/subjects", viewport=PHONE, has_touch=True, reduced_motion="reduce")
    hers.get_by_text("Mine", exact=True).tap()
    expect(hers.get_by_role("link", name="Owned Quarries")).to_be_visible()
    found["list"] = violations_at_each_size(hers)
    hers.get_by_text("Nobody’s", exact=True).tap()
    expect(hers.get_by_role("link", name="Owned Quarries")).to_be_hidden()
    assert not {part: problems for part, problems in found.items() if problems}
