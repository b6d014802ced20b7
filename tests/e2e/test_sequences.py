"""Sequences are defined, started on a lead, gone through, and stopped."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, pick, said, tab_to
from tests.e2e.product import Product
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size


def lead(product: Product, name: str) -> int:
    number: int = product.call("POST", "/subjects", json={"kind": "lead", "name": name})["id"]
    return number


def define(product: Product, name: str, *steps: str, stops_on: str = "not interested") -> int:
    """A sequence with these steps; each after the first waits."""
    said = [
        {"title": title, "offset": int(place > 0), "waits": place > 0} for place, title in enumerate(steps)
    ]
    body = {"name": name, "steps": said, "stops_on": [stops_on]}
    number: int = product.call("POST", "/sequences", json=body)["id"]
    return number


def step(page: Page, name: str, text: str) -> Locator:
    return page.get_by_role("article", name=name).get_by_role("listitem").filter(has_text=text)


def test_a_manager_defines_one_by_keys_and_corrects_what_cannot_be(product: Product, visit: Visit) -> None:
    sina = product.person("Sina Sequences", "manager")
    page = visit(sina, "/followups", viewport=DESK)
    tab_to(page.get_by_role("link", name="Sequences")).press("Enter")
    tab_to(page.get_by_role("button", name="New sequence")).press("Enter")
    form = dialog(page, "New sequence")
    expect(form.get_by_label("Name")).to_be_focused()
    page.keyboard.type("By keys")
    first, second = (form.get_by_role("group", name=f"Step {place}") for place in (1, 2))
    tab_to(first.get_by_label("What is to be done")).press_sequentially("Call them")
    tab_to(first.get_by_label("Working days after")).fill("3")
    tab_to(form.get_by_role("button", name="Add a step")).press("Enter")
    tab_to(second.get_by_label("What is to be done")).press_sequentially("Mail them")
    tab_to(second.get_by_label("Working days after")).fill("1")
    page.keyboard.press("Control+Enter")
    expect(second).to_contain_text("before the step before it, which is at 3: use 3 or more")
    tab_to(second.get_by_label("Waits for those before it")).press("Space")
    page.keyboard.press("Control+Enter")
    expect(said(page, "Saved the sequence “By keys”")).to_be_visible()
    one = page.get_by_role("listitem").filter(has_text="By keys")
    expect(one).to_contain_text("2 steps, started nowhere")
    expect(one).to_contain_text("1 working day after those before are done")

    tab_to(page.get_by_role("button", name="Change By keys")).press("Enter")
    form = dialog(page, "Change “By keys”")
    tab_to(form.get_by_role("button", name="Move step 2 up"))
    tab_to(form.get_by_role("button", name="Remove step 1")).press("Enter")
    page.keyboard.press("Control+Enter")
    expect(form).to_be_hidden()
    expect(one).to_contain_text("Mail them")
    expect(one).not_to_contain_text("Call them")
    tab_to(page.get_by_role("button", name="Delete By keys")).press("Enter")
    dialog(page, "Delete “By keys”?").get_by_role("button", name="Delete").click()
    expect(one).to_have_count(0)


def test_a_rep_starts_one_goes_through_it_and_an_outcome_ends_it(product: Product, visit: Visit) -> None:
    rita = product.person("Rita Sequences")
    number = lead(product, "Rita's lead")
    define(product, "Rita's", "Call Rita's lead", "Visit Rita's lead", "Thank Rita's lead")
    page = visit(rita, f"/subjects/{number}", viewport=PHONE, has_touch=True, reduced_motion="reduce")
    expect(page.get_by_role("link", name="Sequences")).to_have_count(0)
    page.get_by_role("button", name="Start a sequence").tap()
    form = dialog(page, "Start a sequence for Rita's lead")
    pick(form.get_by_label("Sequence"), "Rita's")
    expect(form.get_by_role("list", name="Steps")).to_contain_text("Visit Rita's lead")
    form.get_by_role("button", name="Start", exact=True).tap()
    expect(said(page, "Started “Rita's”")).to_be_visible()
    expect(page.get_by_role("article", name="Rita's")).to_contain_text("0 of 3 done")
    expect(step(page, "Rita's", "Visit")).to_contain_text("To come")

    step(page, "Rita's", "Call").get_by_role("link").tap()
    expect(page.get_by_role("link", name="Step 1 of 3 of Rita's")).to_be_visible()
    page.get_by_role("button", name="Complete", exact=True).tap()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    page.get_by_role("link", name="Step 1 of 3 of Rita's").tap()
    expect(page.get_by_role("article", name="Rita's")).to_contain_text("1 of 3 done")
    second = step(page, "Rita's", "Visit").get_by_role("link")
    expect(second).to_be_visible()
    visited = int((second.get_attribute("href") or "").rpartition("/")[2])
    product.call("POST", f"/follow-ups/{visited}/complete", json={"outcome": "not interested"})
    page.reload()
    expect(page.get_by_role("article", name="Rita's")).to_contain_text("Ended by an outcome")
    expect(step(page, "Rita's", "Thank")).to_contain_text("Not planned")
    expect(page.get_by_role("button", name="Stop Rita's")).to_have_count(0)


def test_an_admin_stops_one_without_a_violation(product: Product, visit: Visit) -> None:
    adam = product.person("Adam Sequences", "admin")
    number = lead(product, "Ada's lead")
    sequence = define(product, "Ada's", "Call Ada's lead", "Mail Ada's lead")
    page = visit(adam, "/sequences", viewport=DESK)
    expect(page.get_by_role("listitem").filter(has_text="Ada's").first).to_be_visible()
    found = {"page": violations_at_each_size(page)}
    page.get_by_role("button", name="Change Ada's", exact=True).click()
    form = dialog(page, "Change “Ada's”")
    form.get_by_label("Waits for those before it").uncheck()
    form.get_by_role("group", name="Step 2").get_by_label("Working days after").fill("-1")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("group", name="Step 2")).to_contain_text("is before the start: use 0")
    found["invalid form"] = violations_at_each_size(page)

    asked = {"sequence_id": sequence, "subject_id": number, "assignee_id": adam.id}
    product.call("POST", "/enrolments", json=asked)
    page = visit(adam, f"/subjects/{number}", viewport=DESK)
    page.get_by_role("button", name="Start a sequence").click()
    form = dialog(page, "Start a sequence for Ada's lead")
    pick(form.get_by_label("Sequence"), "Ada's")
    form.get_by_role("button", name="Start", exact=True).click()
    expect(form).to_contain_text("goes on for")
    found["refused start"] = violations_at_each_size(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Stop Ada's").click()
    dialog(page, "Stop “Ada's”?").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("article", name="Ada's")).to_contain_text("Stopped by")
    found["lead"] = violations_at_each_size(page)
    assert not {part: problems for part, problems in found.items() if problems}
