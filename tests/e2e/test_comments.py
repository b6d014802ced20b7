"""Comments: written, changed and deleted by keys and on a phone, and what others see of them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, expect_unread, said, tab_to
from tests.e2e.product import Product, hours
from tests.e2e.test_accessibility import PHONE, violations_at_each_size


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Comment")


def history(page: Page) -> Locator:
    return page.get_by_role("region", name="History")


def test_a_rep_asks_their_manager_by_keys_and_is_answered_live(product: Product, visit: Visit) -> None:
    mona = product.person("Mona Mentor", "manager")
    rolf = product.person("Rolf Rep", manager=mona)
    planned = product.follow_up(rolf, "Call the quarry", due=hours(30))
    reps = visit(rolf, f"/followups/{planned['id']}", reduced_motion="reduce")
    tab_to(field(reps))
    reps.keyboard.type("Could you look, @mo")
    option = reps.get_by_role("option", name="Mona Mentor")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(reps.get_by_role("status").filter(has_text="1 person: arrow keys choose")).to_be_attached()
    assert violations_at_each_size(reps) == []
    reps.keyboard.press("Escape")
    expect(option).to_be_hidden()
    reps.keyboard.type("n")
    expect(option).to_be_visible()
    reps.keyboard.press("Enter")
    expect(field(reps)).to_have_value("Could you look, @Mona Mentor ")
    reps.keyboard.type("today?")
    reps.keyboard.press("Enter")
    reps.keyboard.type("It is 2 < 3.")
    reps.keyboard.press("Control+Enter")
    expect(said(reps, "Commented")).to_be_visible()
    expect(field(reps)).to_have_value("")
    expect(history(reps).get_by_text("Could you look, @Mona Mentor today?\nIt is 2 < 3.")).to_be_visible()
    assert violations_at_each_size(reps) == []

    managers = visit(mona, "/inbox")
    expect_unread(managers, 1)
    told = managers.get_by_role("link", name="Rolf Rep mentioned you in Call the quarry")
    expect(told).to_contain_text("Could you look, @Mona Mentor today?")
    tab_to(told).press("Enter")
    expect(managers.get_by_role("heading", name="Call the quarry")).to_be_visible()
    expect_unread(managers, 0)
    tab_to(field(managers))
    managers.keyboard.type("Yes, at noon.")
    tab_to(managers.get_by_role("button", name="Comment", exact=True)).press("Enter")
    expect(history(reps).get_by_text("Yes, at noon.")).to_be_visible()  # without a reload
    expect_unread(reps, 1)


def test_ones_own_is_changed_and_deleted_on_a_phone(product: Product, visit: Visit) -> None:
    mara = product.person("Mara Mentor", "manager")
    rita = product.person("Rita Rep", manager=mara)
    planned = product.follow_up(rita, "Call the mill", due=hours(30))
    page = visit(rita, f"/followups/{planned['id']}", viewport=PHONE, has_touch=True, reduced_motion="reduce")
    page.get_by_role("button", name="Mention somebody").tap()
    page.get_by_role("option", name="Mara Mentor").tap()
    expect(field(page)).to_have_value("@Mara Mentor ")
    page.keyboard.type("hm")
    page.get_by_role("button", name="Comment", exact=True).tap()
    entry = history(page).get_by_role("listitem").filter(has_text="Rita Rep commented")
    expect(entry.get_by_text("@Mara Mentor hm")).to_be_visible()
    page.get_by_role("button", name="Edit your comment").tap()
    edited = entry.get_by_role("textbox", name="Comment")
    expect(edited).to_have_value("@Mara Mentor hm")
    edited.fill("@Mara Mentor, please call.")
    page.get_by_role("button", name="Save").tap()
    expect(said(page, "Comment changed")).to_be_visible()
    expect(entry.get_by_text("@Mara Mentor, please call.")).to_be_visible()
    expect(entry.get_by_text("edited")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Delete this comment").tap()
    dialog(page, "Delete this comment?").get_by_role("button", name="Delete").tap()
    expect(entry.get_by_text("Rita Rep deleted the comment.")).to_be_visible()
    expect_unread(visit(mara, "/inbox"), 0)


def test_a_draft_is_there_again_and_an_admin_may_delete(product: Product, visit: Visit) -> None:
    ada = product.person("Ada Adviser", "admin")
    rob = product.person("Rob Rep")
    planned = product.follow_up(rob, "Call the port", due=hours(30))
    path = f"/follow-ups/{planned['id']}/comments"
    product.call("POST", path, json={"body": "Of the root account"})
    page = visit(ada, f"/followups/{planned['id']}")
    field(page).fill("Not yet")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Inbox").first.click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.go_back()
    expect(field(page)).to_have_value("Not yet")
    expect(page.get_by_role("button", name="Edit your comment")).to_have_count(0)
    page.get_by_role("button", name="Delete this comment").click()
    dialog(page, "Delete this comment?").get_by_role("button", name="Delete").click()
    expect(history(page).get_by_text("Ada Adviser deleted the comment.")).to_be_visible()
