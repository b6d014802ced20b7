"""However much is overdue, the page draws what is in sight. How fast it is, `benchmarks/page.py` measures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.crowd import crowd
from tests.e2e.pages import row
from tests.e2e.product import Person, Product

OVERDUE, ESCALATED = 1_000, 300
MOST_DRAWN = 100


@pytest.fixture(scope="module")
def dana(product: Product) -> Iterator[Person]:
    """A manager whose report is far behind. All is completed afterwards: others' tests share the product."""
    dana, amir = crowd(product, OVERDUE, ESCALATED)
    yield dana
    counts = product.call("GET", "/follow-ups/counts", params={"assignee": amir.id})
    late = {"view": "overdue", "assignee": str(amir.id), "expected": OVERDUE, "as_of": counts["as_of"]}
    product.call("POST", "/follow-ups/bulk", json={"filter": late, "action": "complete"})


def scroll_to(page: Page, line: Locator) -> None:
    """Scroll down window by window until it is drawn; what is below it loads as its place comes near."""
    for _ in range(OVERDUE):
        if line.count():
            return
        page.evaluate(SCROLL)
    raise AssertionError(f"{line} is nowhere in the list")


SCROLL = """async () => {
    window.scrollBy(0, innerHeight);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""


def test_of_a_thousand_overdue_only_those_in_sight_are_drawn(dana: Person, visit: Visit) -> None:
    page = visit(dana, "/followups")
    expect(row(page, "Call 0")).to_be_visible()
    scroll_to(page, page.get_by_text("Call 150", exact=True))
    expect(page.get_by_role("button", name="Overdue 1,000").first).to_be_visible()
    assert page.get_by_role("listitem").count() < MOST_DRAWN
    assert not row(page, "Call 0").count()


def test_a_full_day_of_the_calendar_shows_its_first_and_leads_to_all_in_the_list(
    dana: Person, product: Product, visit: Visit
) -> None:
    of_team = {"view": "overdue", "assignee": f"line:{dana.id}", "limit": 1}
    [first] = product.call("GET", "/follow-ups", params=of_team)["items"]
    late = datetime.fromisoformat(first["due_at"]).astimezone(ZoneInfo("Europe/Berlin"))
    page = visit(dana, f"/followups?look=week&day={late:%Y-%m-%d}")
    of_day = page.locator(f"[data-day='{late:%Y-%m-%d}']")
    expect(of_day.get_by_role("link")).to_have_count(25)
    of_day.get_by_role("button", name=f"+{ESCALATED - 25} more").click()
    listed = page.get_by_role("dialog")
    expect(listed.get_by_role("listitem")).to_have_count(200)
    listed.get_by_role("link", name="Show all of this day in the list").click()
    expect(page.get_by_role("button", name=f"Overdue {ESCALATED}").first).to_be_visible()
    expect(row(page, "Call 0")).to_be_visible()


@pytest.mark.long
def test_of_hundreds_of_escalations_only_those_in_sight_are_drawn(dana: Person, visit: Visit) -> None:
    page = visit(dana, "/dashboard/escalations")
    region = page.get_by_role("region", name="SLA breach")
    expect(region.get_by_role("heading")).to_contain_text("300")
    for _ in range(2):
        region.get_by_role("button", name="Show more").click()
    expect(region.get_by_role("button", name="Show more")).to_be_hidden()
    scroll_to(page, region.get_by_text("Call 299", exact=True))
    assert region.get_by_role("listitem").count() < MOST_DRAWN
