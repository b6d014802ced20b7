"""Follow-ups by day: a month and a week, and how they get to another day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said, tab_to
from tests.e2e.product import Product
from tests.e2e.test_accessibility import DESK, PHONE, TABLET, violations

# In the next month there is no past, and the 10th has a day before, after, above and below.
TENTH = (datetime.now(UTC).replace(day=1) + timedelta(days=32)).replace(
    day=10, hour=9, minute=30, second=0, microsecond=0, tzinfo=ZoneInfo("Europe/Berlin")
)
MONTH = f"/followups?look=month&day={TENTH:%Y-%m-%d}"


def day(page: Page, number: int) -> Locator:
    """A day of the month."""
    return page.locator(f"[data-day='{TENTH:%Y-%m}-{number:02}']")


def entry(where: Page | Locator, title: str) -> Locator:
    return where.get_by_role("link", name=title)


def violations_at_each_size(page: Page) -> list[str]:
    """What axe-core finds on a phone, a tablet and a desk, dark and light; it stays as on the last."""
    found = []
    for size in (PHONE, TABLET, DESK):
        page.set_viewport_size(size)
        found += [f"{size['width']} px: {problem}" for problem in violations(page)]
    return found


def announced(page: Page, text: str) -> None:
    """Wait until a screen reader was told."""
    expect(page.get_by_role("status").filter(has_text=text)).to_have_count(1)


def test_a_follow_up_is_dragged_to_another_day_and_back_by_undo(product: Product, visit: Visit) -> None:
    dora = product.person("Dora Days")
    product.follow_up(dora, "Dragged", due=TENTH)
    page = visit(dora, "/followups", viewport=DESK)
    page.get_by_role("button", name="Calendar", exact=True).click()
    page.get_by_role("button", name="Next month").click()
    expect(page.get_by_role("heading", name=f"{TENTH:%B %Y}")).to_be_visible()
    expect(entry(day(page, 10), "Dragged")).to_contain_text("09:30")
    entry(page, "Dragged").drag_to(day(page, 12))
    expect(entry(day(page, 12), "Dragged")).to_contain_text("09:30")
    said(page, "Dragged").get_by_role("button", name="Undo").click()
    expect(entry(day(page, 10), "Dragged")).to_be_visible()
    expect(entry(page, "Dragged")).to_have_count(1)
    page.goto(MONTH)
    page.get_by_text("Week", exact=True).click()
    expect(page).to_have_url(re.compile("look=week"))
    expect(page.locator("[data-day]")).to_have_count(7)
    entry(page, "Dragged").click()
    expect(page.get_by_role("heading", name="Dragged")).to_be_visible()


def test_a_follow_up_is_carried_by_keys_and_left_by_escape(product: Product, visit: Visit) -> None:
    kit = product.person("Kit Days")
    product.follow_up(kit, "Carried", due=TENTH)
    page = visit(kit, MONTH, viewport=DESK)
    tab_to(entry(day(page, 10), "Carried"))
    page.keyboard.press("Space")
    announced(page, "Picked up Carried")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    announced(page, "Carried stays where it was")
    for key in ("Space", *["ArrowUp"] * 3):
        page.keyboard.press(key)
    announced(page, "The calendar ends here")
    page.keyboard.press("Tab")
    announced(page, "Carried stays where it was")
    page.keyboard.press("Shift+Tab")
    for key in ("Space", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(entry(day(page, 18), "Carried")).to_be_focused()
    page.reload()
    expect(entry(day(page, 18), "Carried")).to_contain_text("09:30")
    tab_to(entry(page, "Carried")).press("r")
    expect(dialog(page, "Reschedule “Carried”")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog(page, "Keyboard shortcuts")).to_contain_text("Pick it up")


def test_what_somebody_changed_meanwhile_is_asked_about(product: Product, visit: Visit) -> None:
    cass = product.person("Cass Days")
    changed = product.follow_up(cass, "Changed", due=TENTH)
    page = visit(cass, MONTH, viewport=DESK, reduced_motion="reduce")
    expect(entry(day(page, 10), "Changed")).to_be_visible()

    mine = f"{TENTH + timedelta(days=5):%a %-d %b, 09:30}"

    def move(**meanwhile: str) -> Locator:
        product.call("PATCH", f"/follow-ups/{changed['id']}", json=meanwhile)
        entry(page, "Changed").drag_to(day(page, 15))
        both = dialog(page, "Somebody changed this meanwhile")
        expect(both.get_by_role("row", name="Due")).to_contain_text(mine)
        return both

    both = move(notes="Theirs")
    assert not violations_at_each_size(page)
    both.get_by_role("button", name="Take theirs").click()
    expect(entry(day(page, 10), "Changed")).to_be_visible()
    expect(entry(page, "Changed")).to_have_count(1)
    both = move(due_at=(TENTH + timedelta(days=1)).isoformat())
    both.get_by_role("button", name="Save mine").click()
    expect(entry(day(page, 15), "Changed")).to_be_visible()
    assert product.call("GET", f"/follow-ups/{changed['id']}")["notes"] == "Theirs"


def test_an_escalated_one_is_moved_with_a_reason_by_its_manager(product: Product, visit: Visit) -> None:
    mae = product.person("Mae Days", "manager")
    lee = product.person("Lee Days", manager=mae)
    planned = product.follow_up(lee, "Burning", due=timedelta(hours=-60))
    product.follow_up(mae, "Mine alone", due=TENTH)
    product.sweep()
    late = datetime.fromisoformat(planned["due_at"]).astimezone(TENTH.tzinfo)
    page = visit(mae, f"/followups?who=team&look=week&day={late:%Y-%m-%d}", viewport=DESK)
    burning = entry(page.locator(f"[data-day='{late:%Y-%m-%d}']"), "Burning")
    expect(burning).to_contain_text("escalated")
    tab_to(burning)
    other = "ArrowLeft" if late.weekday() else "ArrowRight"
    for key in ("Space", other, "Enter"):
        page.keyboard.press(key)
    asked = dialog(page, "Move “Burning”?")
    expect(asked.get_by_label("Why it is moved")).to_be_focused()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(burning).to_be_focused()
    for key in ("Space", other, "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("They asked for it")
    page.keyboard.press("Control+Enter")
    expect(said(page, "Burning")).to_be_visible()
    expect(burning).to_have_count(0)
    expect(entry(page, "Burning")).to_be_visible()


def test_more_than_fit_are_rescheduled_from_their_day_by_touch(product: Product, visit: Visit) -> None:
    mo = product.person("Mo Days", "admin")
    for number in range(6):
        product.follow_up(mo, f"Full {number}", due=TENTH + timedelta(minutes=number), priority="high")
    page = visit(mo, f"{MONTH}&who=me", viewport=TABLET, has_touch=True, reduced_motion="reduce")
    expect(entry(day(page, 10), "Full 3")).to_be_visible()
    found = violations_at_each_size(page)
    page.set_viewport_size(TABLET)
    day(page, 10).get_by_role("button", name="+2 more").tap()
    listed = dialog(page, f"{TENTH:%a} 10 {TENTH:%b}")
    expect(entry(listed, "Full 5")).to_be_visible()
    found += violations_at_each_size(page)
    assert not found
    page.set_viewport_size(TABLET)
    listed.get_by_role("button", name="More about Full 0").tap()
    page.get_by_role("menuitem", name="Tomorrow").tap()
    expect(entry(listed, "Full 0")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(entry(day(page, 10), "Full 4")).to_be_visible()


def test_on_a_phone_a_day_is_chosen_and_its_menu_reschedules(product: Product, visit: Visit) -> None:
    pia = product.person("Pia Days")
    product.follow_up(pia, "Tapped", due=TENTH)
    page = visit(pia, MONTH.replace("-10", "-01"), viewport=PHONE, has_touch=True, reduced_motion="reduce")
    day(page, 10).get_by_role("button").tap()
    expect(row(page, "Tapped")).to_contain_text("09:30")
    assert not violations_at_each_size(page)
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="More about Tapped").tap()
    page.get_by_role("menuitem", name="Another time…").tap()
    expect(dialog(page, "Reschedule “Tapped”")).to_be_visible()


def test_a_view_keeps_that_it_is_a_calendar(product: Product, visit: Visit) -> None:
    vic = product.person("Vic Days")
    product.follow_up(vic, "Kept", due=TENTH)
    page = visit(vic, f"{MONTH}&priority=normal", viewport=DESK)
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_role("menuitem", name="Save as a view…").click()
    page.keyboard.type("My month")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="View: My month", exact=True)).to_be_visible()
    page.get_by_role("button", name="Calendar", exact=True).click()
    expect(row(page, "Kept")).to_be_visible()
    page.get_by_role("button", name="View: My month, changed").click()
    page.get_by_role("menuitem", name="My month", exact=True).click()
    expect(page.get_by_role("heading", name=f"{datetime.now(TENTH.tzinfo):%B %Y}")).to_be_visible()
