"""Kind, priority, tags and value of follow-ups: typed, shown, filtered by, changed in bulk; and kinds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Person, Product, hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size

TOUCHED = 24
"""How large what a finger touches is at least, in pixels each way."""


def choose(field: Locator, option: str) -> None:
    field.click()
    field.page.get_by_role("option", name=option, exact=True).click()


def only(product: Product, title: str) -> dict[str, Any]:
    """The one follow-up with a title."""
    found = product.call("GET", "/follow-ups", params={"q": title})["items"]
    [same] = [one for one in found if one["title"] == title]
    return dict(same)


def facts_of(product: Product, title: str) -> tuple[Any, ...]:
    found = only(product, title)
    return found["kind"], found["priority"], found["tags"], found["value"]


def test_facts_are_typed_shown_and_changed(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Facts")
    page = visit(amir, "/followups", viewport=DESK)
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Visit the quarry")
    choose(form.get_by_role("combobox", name="Kind"), "Visit")
    form.get_by_text("High", exact=True).click()
    form.get_by_role("combobox", name="Tags").press_sequentially("VIP,renewal")
    form.get_by_label("Value").fill("12500.5")
    form.get_by_role("button", name="Create follow-up").click()
    line = row(page, "Visit the quarry")
    expect(line.get_by_role("img", name="High priority")).to_be_visible()
    for words in ("Visit", "EUR 12,500.50", "renewal", "vip"):
        expect(line).to_contain_text(words)
    worth = {"amount": "12500.50", "currency": "EUR"}
    assert facts_of(product, "Visit the quarry") == ("visit", "high", ["renewal", "vip"], worth)

    page.get_by_role("button", name="Edit Visit the quarry").click()
    form = dialog(page, "Edit follow-up")
    expect(form.get_by_label("Value")).to_have_value("12,500.50")
    form.get_by_label("Value").fill("")
    form.get_by_text("Normal", exact=True).click()
    form.get_by_role("combobox", name="Currency").fill("E")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(line.get_by_role("img", name="High priority")).to_have_count(0)
    expect(line).not_to_contain_text("EUR")
    assert facts_of(product, "Visit the quarry") == ("visit", "normal", ["renewal", "vip"], None)


def test_what_is_wrong_with_a_fact_is_said_beside_it(product: Product, visit: Visit) -> None:
    page = visit(product.person("Amir Facts"), "/followups", viewport=DESK)
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Worth something")
    form.get_by_label("Value").fill("100")
    form.get_by_role("combobox", name="Currency").fill("EU")
    form.get_by_role("button", name="Create follow-up").click()
    expect(form.get_by_text("Name the currency by its three letters, such as EUR.")).to_be_visible()
    form.get_by_role("combobox", name="Currency").fill("EEE")
    form.get_by_role("button", name="Create follow-up").click()
    expect(form.get_by_text("is no currency")).to_be_visible()
    form.get_by_role("combobox", name="Currency").fill("CHF")
    form.get_by_role("button", name="Create follow-up").click()
    expect(row(page, "Worth something")).to_contain_text("CHF 100")


def test_a_list_is_filtered_by_facts_and_its_address_keeps_them(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Facts")
    key = {"kind": "call", "priority": "high", "tags": ["vip"], "value": {"amount": "500", "currency": "EUR"}}
    product.follow_up(amir, "Call the key account", due=hours(30), **key)
    product.follow_up(amir, "Write to anybody", due=hours(31))
    page = visit(amir, "/followups", viewport=DESK)
    expect(row(page, "Write to anybody")).to_be_visible()
    page.get_by_role("button", name="Filter", exact=True).click()
    fields = page.get_by_role("dialog")
    choose(fields.get_by_role("combobox", name="Kind"), "Call")
    choose(fields.get_by_role("combobox", name="Priority"), "High")
    fields.get_by_label("Tag", exact=True).fill("VIP")
    fields.get_by_label("At least").fill("500")
    fields.get_by_role("button", name="Show", exact=True).click()
    pills = page.get_by_role("list", name="Filters").get_by_role("listitem")
    expect(pills).to_have_text(["Call", "high priority", "tagged vip", "at least EUR 500"])
    expect(row(page, "Write to anybody")).to_have_count(0)
    expect(row(page, "Call the key account")).to_be_visible()
    expect(page).to_have_url(re.compile("kind=call.*priority=high.*tag=vip.*from=500.*currency=EUR"))
    page.reload()
    expect(pills).to_have_count(4)
    expect(row(page, "Write to anybody")).to_have_count(0)
    exported = page.get_by_role("button", name="Export")
    exported.click()
    address = page.get_by_role("menuitem", name="CSV").get_attribute("href") or ""
    assert "kind=call" in address
    assert "value_from=500" in address
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show all again, not only high priority").click()
    expect(pills).to_have_count(3)
    page.goto("/followups?kind=meeting")
    page.get_by_role("button", name="Clear all filters").click()
    expect(row(page, "Write to anybody")).to_be_visible()


def test_many_are_edited_at_once_also_those_that_are_not_loaded(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Facts")
    for number in (1, 2):
        product.follow_up(amir, f"Edited {number}", due=hours(30), tags=["old"])
    page = visit(amir, "/followups", viewport=DESK)
    page.get_by_role("checkbox", name="Select all under Upcoming").check()
    page.get_by_role("toolbar").get_by_role("button", name="Edit").click()
    form = dialog(page, "Edit 2 follow-ups")
    expect(form.get_by_role("button", name="Change")).to_be_disabled()
    choose(form.get_by_role("combobox", name="Kind"), "Meeting")
    choose(form.get_by_role("combobox", name="Priority"), "Low")
    form.get_by_role("combobox", name="Add tags").press_sequentially("new,old,")
    form.get_by_role("combobox", name="Remove tags").press_sequentially("Old,")
    form.get_by_role("button", name="Change").click()
    expect(form.get_by_text("“old” is to be added and to be removed")).to_be_visible()
    form.get_by_role("combobox", name="Add tags").press("Backspace")
    form.get_by_role("button", name="Change").click()
    expect(said(page, "Changed 2 follow-ups")).to_be_visible()
    for number in (1, 2):
        expect(row(page, f"Edited {number}")).to_contain_text("new")
        assert facts_of(product, f"Edited {number}") == ("meeting", "low", ["new"], None)
    said(page, "Changed 2 follow-ups").get_by_role("button", name="Undo").click()
    expect(row(page, "Edited 1")).to_contain_text("old")


def test_an_employee_reads_which_policy_a_follow_up_is_on_and_why(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Facts")
    made = product.call(
        "POST",
        "/policies",
        json={
            "name": "Key accounts of the facts",
            "conditions": {"all": [{"field": "tags", "is": "has_any", "value": ["facts of a key account"]}]},
            "steps": [{"after": "PT0S", "audience": ["assignee"], "label": "due", "severity": "overdue"}],
        },
    )
    product.call("POST", f"/policies/{made['id']}/publish", json={})
    planned = product.follow_up(amir, "Call by policy", due=hours(30), tags=["facts of a key account"])
    page = visit(amir, f"/followups/{planned['id']}", viewport=PHONE)
    details = page.get_by_role("region", name="Details")
    expect(details.get_by_role("link", name="Key accounts of the facts")).to_be_visible()
    expect(details).to_contain_text("version 1")
    expect(details).to_contain_text("tags have one of facts of a key account")
    edit_on_a_phone(page, "Call by policy")
    form = dialog(page, "Edit follow-up")
    form.get_by_role("combobox", name="Tags").press("Backspace")
    form.get_by_role("button", name="Save").click()
    expect(details.get_by_role("link", name="standard")).to_be_visible()


def test_two_who_edit_facts_at_once_see_both(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Facts")
    planned = product.follow_up(amir, "Edited by two", due=hours(30))
    page = visit(amir, "/followups", viewport=DESK)
    page.get_by_role("button", name="Edit Edited by two").click()
    form = dialog(page, "Edit follow-up")
    form.get_by_text("High", exact=True).click()
    product.call("PATCH", f"/follow-ups/{planned['id']}", json={"kind": "call", "tags": ["theirs"]})
    form.get_by_role("button", name="Save").click()
    both = dialog(page, "Somebody changed this while you were editing")
    expect(both).to_contain_text("theirs")
    both.get_by_role("button", name="Save mine").click()
    expect(row(page, "Edited by two").get_by_role("img", name="High priority")).to_be_visible()
    assert facts_of(product, "Edited by two") == ("call", "high", ["theirs"], None)


def test_a_file_with_wrong_facts_names_them_by_line_and_column(product: Product, visit: Visit) -> None:
    ada, amir = product.person("Ada Files", "admin"), product.person("Amir Files")
    header = "external_id,title,assignee_email,due_at,kind,priority,tags,value_amount,value_currency"
    good = f"facts-1,Right,{amir.email},2031-03-02T09:00:00Z,Meeting,High,VIP;new,1200.50,EUR"
    bad = f"facts-2,Wrong,{amir.email},2031-03-02T09:00:00Z,dance,soon,new,12.3.4,EEE"
    page = visit(ada, "/admin/import", viewport=DESK)
    csv = FilePayload(name="facts.csv", mimeType="text/csv", buffer=f"{header}\n{good}\n{bad}\n".encode())
    page.get_by_label("File to import").set_input_files(csv)
    mistakes = page.get_by_role("table", name="Mistakes by line").get_by_role("row")
    for column in ("Kind", "Priority", "Amount of the value", "Currency of the value"):
        expect(mistakes.filter(has_text=f"3{column}")).to_have_count(1)
    page.get_by_role("button", name="Import the 1 good line").click()
    expect(page.get_by_role("status").filter(has_text="Imported")).to_contain_text("Added 1 follow-up.")
    worth = {"amount": "1200.50", "currency": "EUR"}
    assert facts_of(product, "Right") == ("meeting", "high", ["new", "vip"], worth)


def test_kinds_are_added_renamed_ordered_and_archived_by_keys(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Kinds", "admin"), "/admin/kinds", viewport=DESK)
    in_use = page.get_by_role("list", name="Kinds of follow-ups")
    expect(in_use.get_by_role("listitem")).to_have_count(5)
    press(page.get_by_role("button", name="Kind", exact=True))
    page.keyboard.type("Site inspection")
    page.keyboard.press("Enter")
    expect(in_use.get_by_role("listitem").last).to_contain_text("Site inspection")
    press(page.get_by_role("button", name="Rename Site inspection"))
    page.keyboard.press("Control+A")
    page.keyboard.type("Call")
    page.keyboard.press("Enter")
    renamed = dialog(page, "Rename “Site inspection”")
    expect(renamed.get_by_text("belongs to another kind")).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type("Inspection")
    page.keyboard.press("Enter")
    last = in_use.get_by_role("listitem").last
    expect(last).to_contain_text("site inspection")
    with page.expect_response("**/follow-up-kinds/order"):
        press(page.get_by_role("button", name="Move Inspection up"))
    expect(in_use.get_by_role("listitem").nth(4)).to_contain_text("Inspection")
    expect(page.get_by_role("button", name="Archive Task")).to_be_disabled()
    press(page.get_by_role("button", name="Archive Inspection"))
    press(dialog(page, "Archive “Inspection”?").get_by_role("button", name="Archive"))
    expect(in_use.get_by_role("listitem")).to_have_count(5)
    press(page.get_by_role("button", name="Bring back Inspection"))
    expect(in_use.get_by_role("listitem")).to_have_count(6)
    [made] = [one for one in kinds(product) if one["name"] == "site inspection"]
    product.call("PATCH", f"/follow-up-kinds/{made['id']}", json={"archived": True})


def kinds(product: Product) -> list[dict[str, Any]]:
    return list(product.call("GET", "/follow-up-kinds", params={"limit": 200})["items"])


def press(button: Locator) -> None:
    button.focus()
    button.press("Enter")


@pytest.mark.parametrize("role", ["employee", "manager"])
def test_only_admins_edit_kinds(product: Product, visit: Visit, role: str) -> None:
    page = visit(product.person("Erin Kinds", role), "/admin/kinds")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()


@pytest.fixture(scope="session")
def ada(product: Product) -> Person:
    ada = product.person("Ada Facts", "admin")
    worth = {"amount": "125000", "currency": "EUR"}
    tags = ["key account", "renewal", "second half", "vip"]
    product.follow_up(ada, "Axe facts", due=hours(-60), kind="call", priority="high", tags=tags, value=worth)
    product.follow_up(ada, "Axe low", due=hours(30), kind="visit", priority="low", tags=["quiet"])
    product.sweep()
    return ada


@pytest.mark.long
def test_nothing_of_it_has_a_violation(product: Product, visit: Visit, ada: Person) -> None:
    address = "/followups?who=me&kind=call&tag=vip&priority=high&from=5&currency=EUR"
    page = visit(ada, address, viewport=DESK, reduced_motion="reduce")
    expect(row(page, "Axe facts")).to_be_visible()
    found = {"list": violations_at_each_size(page)}
    page.get_by_role("button", name="Filter, 4 set").click()
    expect(page.get_by_role("textbox", name="At least")).to_be_visible()
    found["filter"] = violations_at_each_size(page)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select Axe facts").check()
    page.get_by_role("toolbar").get_by_role("button", name="Edit").click()
    expect(dialog(page, "Edit 1 follow-up")).to_be_visible()
    found["bulk"] = violations_at_each_size(page)
    page.goto(f"/followups/{only(product, 'Axe facts')['id']}")
    expect(page.get_by_role("link", name="key account")).to_be_visible()
    found["details"] = violations_at_each_size(page)
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(dialog(page, "Edit follow-up")).to_be_visible()
    found["form"] = violations_at_each_size(page)
    page.goto("/admin/kinds")
    expect(page.get_by_role("button", name="Rename Call")).to_be_visible()
    found["kinds"] = violations_at_each_size(page)
    page.get_by_role("button", name="Rename Call").click()
    expect(dialog(page, "Rename “Call”")).to_be_visible()
    found["rename"] = violations_at_each_size(page)
    assert not {where: problems for where, problems in found.items() if problems}


def test_on_a_phone_all_of_it_can_be_touched_and_nothing_runs_over(
    product: Product, visit: Visit, ada: Person
) -> None:
    page = visit(ada, "/followups?who=me&tag=vip", viewport=PHONE, has_touch=True)
    expect(row(page, "Axe facts")).to_contain_text("EUR 125,000")
    fits(page)
    page.get_by_role("button", name="Filter, 1 set").tap()
    touchable(page.get_by_role("dialog"))
    fits(page)
    page.goto("/followups?who=me")
    page.get_by_role("link", name="Axe facts").tap()
    touchable(page.get_by_role("region", name="Details"))
    edit_on_a_phone(page, "Axe facts")
    touchable(dialog(page, "Edit follow-up").get_by_text("renewal", exact=True).locator(".."))
    fits(page)
    page.goto("/admin/kinds")
    expect(page.get_by_role("button", name="Rename Call")).to_be_visible()
    touchable(page.get_by_role("list", name="Kinds of follow-ups"))
    fits(page)


def edit_on_a_phone(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"More about {title}").click()
    page.get_by_role("menuitem", name="Edit").click()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def touchable(part: Locator) -> None:
    """Each button and link is large enough for a finger."""
    expect(part).to_be_visible()
    small = part.evaluate(
        """(part, least) => [...part.querySelectorAll("button, a[href], input:not([type=hidden])")]
            .filter(one => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }))
            .map(one => [one.closest("label, [role=combobox]") ?? one, one])
            .map(([box, one]) => [box.getBoundingClientRect(), one])
            .filter(([box]) => box.width > 0 && Math.min(box.width, box.height) < least)
            .map(([, one]) => one.outerHTML.slice(0, 120))""",
        TOUCHED,
    )
    assert small == []
