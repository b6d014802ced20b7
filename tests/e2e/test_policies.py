"""The pages of policies: admins write, publish and order them, everybody reads them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, running
from tests.e2e.pages import dialog, pick, said, tab_to
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size
from tests.support.waiting import eventually

AT_ONCE = {"after": "PT0H", "audience": ["assignee"], "label": "Employee", "severity": "overdue"}
PRIORITY = {"field": "priority", "is": "any_of", "value": ["high"]}
LATER = {"after": "PT48H", "audience": ["manager"], "label": "Manager", "severity": "escalated"}


@pytest.fixture(scope="session")
def ada(product: Product) -> Person:
    return product.person("Ada Policy", "admin")


def add(product: Product, name: str, **more: Any) -> int:
    body = {"name": name, "steps": [AT_ONCE, LATER], **more}
    body.setdefault("conditions", {"all": [{"field": "tags", "is": "has_any", "value": [name.lower()]}]})
    made: int = product.call("POST", "/policies", json=body)["id"]
    product.call("POST", f"/policies/{made}/publish", json={})
    return made


def choose(page: Page, within: str, label: str, option: str) -> None:
    page.get_by_role("group", name=within).get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")


@pytest.mark.long  # the next one does the same by keys
def test_a_policy_is_made_published_and_escalates_a_follow_up(
    product: Product, visit: Visit, ada: Person
) -> None:
    dana = product.person("Dana Policy", "manager")
    amir = product.person("Amir Policy", manager=dana)
    page = visit(ada, "/policies/new", viewport=DESK)
    page.get_by_role("textbox", name="Name", exact=True).fill("Amir at once")
    all_of = page.get_by_role("group", name="All of these")
    all_of.get_by_role("button", name="Condition").click()
    choose(page, "All of these", "What is asked", "assignee")
    all_of.get_by_role("combobox", name="Value", exact=True).fill("Amir Policy")  # among many people
    choose(page, "All of these", "Value", "Amir Policy")
    second = page.get_by_role("group", name="Step 2")
    second.get_by_label("How long", exact=True).fill("3")
    choose(page, "Step 2", "Unit of how long", "hours")
    expect(second.get_by_text("After 3 hours tell the manager as escalated.")).to_be_visible()
    second.get_by_label("ask for a note from who completes it").check()
    expect(second.get_by_text("anyone who completes it says in a note what came of it.")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(said(page, "The draft is saved")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog(page, "Publish this policy?").get_by_role("button", name="Publish").click()
    expect(said(page, "Version 1 is in force")).to_be_visible()
    product.follow_up(amir, "Call by the new policy", due=hours(-4))
    product.sweep()
    theirs = visit(dana, "/inbox", viewport=DESK)
    expect(theirs.get_by_text("Call by the new policy")).to_be_visible()


FAST = """async ([first, second]) => {
    first.focus();
    second.focus();
    let moved = 0;
    document.addEventListener("focusin", () => moved++);
    for (const _ of [1, 2, 3]) await new Promise((drawn) => requestAnimationFrame(drawn));
    return moved;
}"""


def test_the_focus_stays_where_fast_keys_have_led_it(visit: Visit, ada: Person) -> None:
    """Two lists in one frame: the first one took the focus back, then the second one, without an end."""
    page = visit(ada, "/policies/new", viewport=DESK)
    step = page.get_by_role("group", name="Step 1")
    unit, side = (step.get_by_role("combobox", name=name) for name in ("Unit of how long", "Before or after"))
    assert page.evaluate(FAST, [unit.element_handle(), side.element_handle()]) == 0
    expect(side).to_be_focused()


def test_a_policy_is_made_simulated_and_published_with_the_keyboard_alone(
    product: Product, visit: Visit, ada: Person
) -> None:
    dana = product.person("Dana Keys", "manager")
    amir = product.person("Amir Keys", manager=dana)
    planned = product.follow_up(amir, "Call by keys", due=hours(-4))
    product.sweep()
    page = visit(ada, "/policies", viewport=DESK)
    tab_to(page.get_by_role("link", name="Policy", exact=True)).press("Enter")
    tab_to(page.get_by_role("textbox", name="Name", exact=True))
    page.keyboard.type("By keys")
    all_of = page.get_by_role("group", name="All of these")
    tab_to(all_of.get_by_role("button", name="Condition")).press("Enter")
    pick(all_of.get_by_role("combobox", name="What is asked"), "assignee")
    pick(all_of.get_by_role("combobox", name="Value", exact=True), "Amir Keys", typed="Amir Keys")
    second = page.get_by_role("group", name="Step 2")
    tab_to(second.get_by_label("How long", exact=True)).press("Control+A")
    page.keyboard.type("3")
    pick(second.get_by_role("combobox", name="Unit of how long"), "hours")
    expect(second.get_by_text("After 3 hours tell the manager as escalated.")).to_be_visible()
    tab_to(page.get_by_role("button", name="Save draft")).press("Enter")
    expect(page.get_by_role("heading", name="By keys", level=1)).to_be_visible()
    simulation = page.get_by_role("region", name="Simulation")
    tab_to(simulation.get_by_role("button", name="Next 14 days")).press("Enter")
    expect(simulation.get_by_role("list", name="Notifications by day")).to_be_visible()
    tab_to(page.get_by_role("button", name="Publish", exact=True)).press("Enter")
    asked = dialog(page, "Publish this policy?")
    tab_to(asked.get_by_role("checkbox", name="Move open follow-ups too")).press("Space")
    counted = asked.get_by_role("status")
    expect(counted).to_contain_text(re.compile(r"\d+ open follow-ups? would move\."))
    expect(counted).to_contain_text(re.compile(r"\d+ (person|people) would be told at once"))
    assert product.call("GET", f"/follow-ups/{planned['id']}")["policy"]["name"] == "standard"
    tab_to(asked.get_by_role("button", name="Publish")).press("Enter")
    expect(said(page, "Version 1 is in force")).to_be_visible()

    def moved() -> bool:
        name: str = product.call("GET", f"/follow-ups/{planned['id']}")["policy"]["name"]
        return name == "By keys"

    eventually(moved, 60, what="the follow-up is on the new policy")
    product.sweep()
    theirs = visit(dana, "/inbox", viewport=DESK)
    expect(theirs.get_by_text("Call by keys")).to_be_visible()


def test_a_draft_is_discarded(product: Product, visit: Visit, ada: Person) -> None:
    made = add(product, "With a draft")
    page = visit(ada, f"/policies/{made}", viewport=DESK, reduced_motion="reduce")
    expect(page.get_by_role("button", name="Archive")).to_be_visible()
    expect(page.get_by_role("button", name="Discard draft")).to_have_count(0)
    length = page.get_by_role("group", name="Step 2").get_by_label("How long", exact=True)
    length.fill("24")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Discard draft").click()
    asked = dialog(page, "Discard the draft of “With a draft”?")
    expect(asked).to_be_visible()
    assert violations_at_each_size(page) == []
    asked.get_by_role("button", name="Discard draft").click()
    expect(said(page, "The draft is discarded")).to_be_visible()
    expect(length).to_have_value("48")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    assert product.call("GET", f"/policies/{made}")["draft"] is None


def test_a_kind_out_of_use_is_said_where_it_is_named(product: Product, visit: Visit, ada: Person) -> None:
    kind = product.call("POST", "/follow-up-kinds", json={"label": "Fax"})
    conditions = {"all": [{"field": "kind", "is": "any_of", "value": ["call", "fax"]}]}
    made = add(product, "For a fax", conditions=conditions)
    product.call("PATCH", f"/follow-up-kinds/{kind['id']}", json={"archived": True})
    page = visit(ada, f"/policies/{made}", viewport=DESK, reduced_motion="reduce")
    all_of = page.get_by_role("group", name="All of these")
    expect(all_of.get_by_text("“fax” is no kind in use: take it out.")).to_be_visible()
    assert violations_at_each_size(page) == []
    page.get_by_role("textbox", name="Name", exact=True).fill("For a letter")
    page.get_by_role("button", name="Save draft").click()
    expect(all_of.get_by_role("alert")).to_contain_text("Condition 1: the kind 'fax' is archived")
    all_of.get_by_role("combobox", name="Value", exact=True).click()
    page.get_by_role("option", name="fax", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save draft").click()
    expect(said(page, "The draft is saved")).to_be_visible()


def test_who_is_inactive_is_named_and_cannot_be_told(product: Product, visit: Visit, ada: Person) -> None:
    gone = product.person("Gone Policy")
    steps = [{**AT_ONCE, "audience": ["assignee", f"user({gone.id})"]}]
    body = {"name": "For who left", "conditions": {"all": [PRIORITY]}, "steps": steps}
    made = product.call("POST", "/policies", json=body)["id"]
    product.call("PATCH", f"/users/{gone.id}", json={"active": False})
    page = visit(ada, f"/policies/{made}", viewport=DESK, reduced_motion="reduce")
    expect(page.get_by_text("Gone Policy is inactive and cannot be told")).to_be_visible()
    assert violations_at_each_size(page) == []
    page.get_by_role("button", name="Publish", exact=True).click()
    asked = dialog(page, "Publish this policy?")
    asked.get_by_role("button", name="Publish").click()
    expect(asked.get_by_role("alert")).to_contain_text(f"Step 1: Gone Policy (person {gone.id}) is inactive")


def test_a_new_version_shows_what_it_changes(product: Product, visit: Visit, ada: Person) -> None:
    made = add(product, "Versions")
    page = visit(ada, f"/policies/{made}", viewport=DESK)
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    page.get_by_role("group", name="Step 2").get_by_label("How long", exact=True).fill("24")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Publish", exact=True).click()
    asked = dialog(page, "Publish this policy?")
    changed = asked.get_by_role("row").filter(has_text="Step 2")
    expect(changed).to_contain_text("After 48 hours tell the manager")
    expect(changed).to_contain_text("After 24 hours tell the manager")
    asked.get_by_role("checkbox", name="Move open follow-ups too").check()
    asked.get_by_role("button", name="Publish").click()
    expect(said(page, "Version 2 is in force")).to_be_visible()
    page.get_by_role("button", name="Version 2, published").click()
    expect(
        page.get_by_role("region", name="Versions").get_by_role("row").filter(has_text="Step 2")
    ).to_be_visible()


def test_policies_are_ordered_by_keys(product: Product, visit: Visit, ada: Person) -> None:
    first, second = add(product, "First of two"), add(product, "Second of two")
    page = visit(ada, "/policies", viewport=DESK)
    up = page.get_by_role("button", name="Move Second of two up")
    expect(up).to_be_visible()
    with page.expect_response("**/policies/order"):
        up.focus()
        page.keyboard.press("Enter")
    order = [one["id"] for one in product.call("GET", "/policies", params={"limit": 200})["items"]]
    assert order.index(second) < order.index(first)
    expect(page.get_by_role("button", name="Move standard up")).to_have_count(0)


def test_policies_are_ordered_by_dragging(product: Product, visit: Visit, ada: Person) -> None:
    first, second = add(product, "Dragged to"), add(product, "Dragged")
    page = visit(ada, "/policies", viewport=DESK)
    item = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Dragged", exact=True))
    target = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Dragged to", exact=True))
    with page.expect_response("**/policies/order"):
        item.locator("[draggable=true]").drag_to(target)
    order = [one["id"] for one in product.call("GET", "/policies", params={"limit": 200})["items"]]
    assert order.index(second) < order.index(first)


def test_the_ladder_is_drawn_on_real_days(product: Product, visit: Visit, ada: Person) -> None:
    week = [{"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"}]
    body = {"name": "Of the picture", "time_zone": "Europe/Berlin", "hours": week}
    calendar = product.call("POST", "/calendars", json=body)["id"]
    repeat = {"every": {"working": "PT8H"}, "times": 2}
    steps = [AT_ONCE, {**LATER, "after": None, "working": "PT6H", "repeat": repeat}]
    made = add(product, "Pictured", calendar_id=calendar, steps=steps)
    page = visit(ada, f"/policies/{made}", viewport=DESK)
    # From Friday 12:00 to 17:00 are five hours; the sixth ends on Monday at ten, and eight are a day.
    again = "again Tue .* 10:00; Wed .* 10:00"
    ladder = page.get_by_role("img", name=re.compile(f"Fri .* 12:00; step 2 on Mon .* 10:00, and {again}$"))
    expect(ladder.get_by_text("2", exact=True)).to_have_count(3)
    steps = [{**LATER, "after": None, "working": "PT16H"}, {**LATER, "label": "Later", "after": "PT48H"}]
    mixed = add(product, "In mixed units", calendar_id=calendar, steps=steps)
    page.goto(f"/policies/{mixed}")
    days = "Friday, Saturday, Sunday or Thursday"
    expect(page.get_by_text(f"due at noon on {days}, step 2 would come before step 1")).to_be_visible()
    page.goto(f"/policies/{made}")
    page.get_by_label("Repeat every", exact=True).fill("0")
    expect(page.get_by_role("status").filter(has_text="Step 2: ")).to_contain_text("give at least")


def test_an_employee_reads_and_does_not_edit(product: Product, visit: Visit) -> None:
    add(product, "Read by everybody")
    page = visit(product.person("Erin Policy"), "/policies", viewport=PHONE)
    expect(page.get_by_role("link", name="Read by everybody")).to_be_visible()
    expect(page.get_by_role("button", name="Move")).to_have_count(0)
    page.get_by_role("link", name="Read by everybody").click()
    expect(page.get_by_role("heading", name="Read by everybody", level=1)).to_be_visible()
    expect(page.get_by_text("After 48 hours tell the manager as escalated")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name")).to_have_count(0)
    page.goto("/policies/new")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()


@pytest.mark.long
def test_no_page_of_policies_has_a_violation(product: Product, visit: Visit, ada: Person) -> None:
    conditions = {"all": [PRIORITY]}
    body: dict[str, Any] = {"name": "Axe policy", "conditions": conditions}
    made = add(product, **body)
    product.call("PUT", f"/policies/{made}/draft", json={**body, "steps": [LATER]})
    page = visit(ada, "/policies", viewport=DESK, reduced_motion="reduce")
    expect(page.get_by_role("link", name="Axe policy")).to_be_visible()
    found = {"list": violations_at_each_size(page)}
    page.goto(f"/policies/{made}")
    expect(page.get_by_role("img", name="Time line")).to_be_visible()
    found["one"] = violations_at_each_size(page)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog(page, "Publish this policy?")).to_be_visible()
    found["publish"] = violations_at_each_size(page)
    page.get_by_role("checkbox", name="Move open follow-ups too").check()
    expect(dialog(page, "Publish this policy?").get_by_role("status")).to_contain_text("would move")
    found["publish for open ones too"] = violations_at_each_size(page)
    assert not {where: problems for where, problems in found.items() if problems}


def test_a_policy_is_simulated_and_changes_nothing(product: Product, visit: Visit, ada: Person) -> None:
    amir = product.person("Amir Simulated")
    product.follow_up(amir, "Simulated", due=hours(24))
    conditions = {"all": [{"field": "assignee", "is": "any_of", "value": [amir.id]}]}
    made = add(product, "To simulate", conditions=conditions, steps=[AT_ONCE])
    page = visit(ada, f"/policies/{made}", viewport=DESK, reduced_motion="reduce")
    simulation = page.get_by_role("region", name="Simulation")
    simulation.get_by_role("button", name="Next 14 days").click()
    expect(simulation.get_by_role("list", name="Notifications by day")).to_be_visible()
    expect(simulation.get_by_role("status")).to_contain_text("open follow-up")
    assert violations_at_each_size(page) == []
    assert product.call("GET", f"/policies/{made}")["draft"] is None


@pytest.mark.long
def test_a_policy_is_compared_with_what_was_told(built_ui: None, visit: Visit) -> None:
    with running() as product:  # what other tests told would be compared too
        compare(product, visit, product.person("Ada Looks Back", "admin"))


def compare(product: Product, visit: Visit, ada: Person) -> None:
    mia = product.person("Mia Looked Back", "manager")
    amir = product.person("Amir Looked Back", manager=mia)
    call = product.follow_up(amir, "Call that was told of", due=hours(-3))["id"]
    product.sweep()
    conditions = {"all": [{"field": "assignee", "is": "any_of", "value": [amir.id]}]}
    at_once = {**AT_ONCE, "audience": ["manager"], "severity": "escalated"}
    made = add(product, "To look back", conditions=conditions, steps=[at_once])
    page = visit(ada, f"/policies/{made}", at=product, viewport=DESK, reduced_motion="reduce")
    simulation = page.get_by_role("region", name="Simulation")
    simulation.get_by_role("button", name="Last 90 days").click()
    expect(simulation.get_by_role("status")).to_contain_text(
        re.compile(r"\d avoided, \d added, on \d follow-ups?")
    )
    steps = simulation.get_by_role("table", name="Notifications by step")
    expect(steps.get_by_role("row", name="To look back: Employee 0 1 0 1")).to_be_visible()
    people = simulation.get_by_role("table", name="Notifications by person")
    expect(people.get_by_role("row", name=re.compile("Amir Looked Back 1 0 1 0"))).to_be_visible()
    examples = simulation.get_by_role("region", name="Examples")
    link = examples.get_by_role("link", name="Call that was told of")
    expect(link).to_have_attribute("href", re.compile(f"/followups/{call}$"))
    told = examples.get_by_role("list", name="Was told")
    expect(told.filter(has_text="overdue: Amir Looked Back")).to_be_visible()
    would_tell = examples.get_by_role("list", name="Would be")
    expect(would_tell.filter(has_text="escalated: Mia Looked Back")).to_be_visible()
    assert violations_at_each_size(page) == []
