"""Merging two leads: both side by side, what goes over, and the ways back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size


def lead(product: Product, rep: Person, name: str, **more: str) -> dict[str, int]:
    about = {"kind": "lead", "name": name, **more}
    found: dict[str, int] = product.follow_up(rep, f"Call {name}", due=hours(-3), subject=about)["subject"]
    return found


def choose(page: Page, name: str) -> None:
    page.get_by_label("Which one is the same").press_sequentially(name)
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("option")).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_attribute("data-combobox-selected", "true")
    page.keyboard.press("Enter")


def test_a_manager_merges_two_leads_by_keyboard_and_takes_it_back(product: Product, visit: Visit) -> None:
    mona = product.person("Mona Merging", "manager")
    rita = product.person("Rita Merging", manager=mona)
    kept = lead(product, rita, "Merging Mills", phone="030 1234567")
    gone = lead(product, rita, "Mills to be merged", phone="030 7654321", email="ann@mills.example")
    page = visit(mona, f"/subjects/{kept['id']}", viewport=DESK, reduced_motion="reduce")
    page.get_by_role("button", name="Merge…").press("Enter")
    form = dialog(page, "Merge another one into Merging Mills")
    expect(form.get_by_role("button", name="Merge", exact=True)).to_be_disabled()
    choose(page, "Mills to be merged")
    expect(form.get_by_role("status")).to_have_text("1 follow-up (1 open) will go over.")
    phone = form.get_by_role("radiogroup", name="Phone")
    expect(phone.get_by_role("radio", name="030 1234567")).to_be_checked()
    expect(form.get_by_role("radio", name="ann@mills.example")).to_be_checked()
    found = {"dialog": violations_at_each_size(page)}
    phone.get_by_role("radio", name="030 1234567").focus()
    page.keyboard.press("ArrowRight")
    expect(phone.get_by_role("radio", name="030 7654321")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(form).to_be_hidden()
    expect(page.get_by_role("link", name="Call Mills to be merged").first).to_be_visible()
    expect(page.get_by_role("link", name="Call 030 7654321")).to_be_visible()
    changes = page.get_by_role("region", name="Changes")
    expect(changes.get_by_role("listitem").first).to_contain_text(
        "Mona Merging merged Mills to be merged into Merging Mills"
    )
    found["page"] = violations_at_each_size(page)

    # Who has the old address comes to the survivor.
    page.goto(f"/subjects/{gone['id']}")
    expect(page).to_have_url(f"{product.url}/subjects/{kept['id']}")
    page.get_by_role("button", name="Undo the merge of Mills to be merged").press("Enter")
    expect(page.get_by_text("Mills to be merged is there again; 1 follow-up went back")).to_be_visible()
    expect(page.get_by_role("link", name="Call 030 1234567")).to_be_visible()
    expect(page.get_by_role("link", name="Call Mills to be merged")).to_have_count(0)
    page.goto(f"/subjects/{gone['id']}")
    expect(page.get_by_role("heading", name="Mills to be merged")).to_be_visible()
    assert not {part: problems for part, problems in found.items() if problems}


def test_an_admin_merges_by_touch_and_is_told_what_is_in_the_way(product: Product, visit: Visit) -> None:
    ada = product.person("Ada Merging", "admin")
    kept = lead(product, ada, "Touched Tiles", external_id="M-1")
    lead(product, ada, "Tiles of the CRM", external_id="M-2")
    gone = lead(product, ada, "Tiles by hand")
    page = visit(ada, f"/subjects/{kept['id']}", viewport=PHONE, has_touch=True, reduced_motion="reduce")
    page.get_by_role("button", name="Merge…").tap()
    form = dialog(page, "Merge another one into Touched Tiles")
    choose(page, "Tiles of the CRM")
    expect(form.get_by_role("alert")).to_contain_text("Merge them there first")
    expect(form.get_by_role("button", name="Merge", exact=True)).to_be_disabled()
    found = {"refused": violations_at_each_size(page)}
    form.get_by_label("Which one is the same").fill("")
    choose(page, "Tiles by hand")
    product.call("PATCH", f"/subjects/{gone['id']}", json={"phone": "030 99"})
    form.get_by_role("button", name="Merge", exact=True).tap()
    expect(form.get_by_role("alert")).to_contain_text("It has changed since you read it")
    expect(form.get_by_role("radio", name="030 99")).to_be_checked()
    form.get_by_role("button", name="Merge", exact=True).tap()
    expect(form).to_be_hidden()
    expect(page.get_by_role("link", name="Call 030 99")).to_be_visible()
    page.get_by_role("alert").get_by_role("button", name="Undo").first.tap()
    expect(page.get_by_text("Tiles by hand is there again; 1 follow-up went back")).to_be_visible()
    assert not {part: problems for part, problems in found.items() if problems}


def test_a_rep_is_not_offered_to_merge(product: Product, visit: Visit) -> None:
    rep = product.person("Rex Merging")
    about = lead(product, rep, "Rex's Roofs")
    page = visit(rep, f"/subjects/{about['id']}")
    expect(page.get_by_role("heading", name="Rex's Roofs")).to_be_visible()
    expect(page.get_by_role("button", name="Merge…")).to_have_count(0)
