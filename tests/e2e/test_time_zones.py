"""Times on the page are those of the person, in whatever zone the browser is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from followup_api import time_zones
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog
from tests.e2e.product import Product

NOT_IN_BERLIN = datetime(2027, 3, 28, 2, 30, tzinfo=UTC)
"""At two in the night of that day the clocks of Berlin go on to three."""


FAR_AWAY = [pytest.param(zone, marks=pytest.mark.long) for zone in ("America/Santiago", "Pacific/Auckland")]


@pytest.mark.parametrize("browsers_zone", ["Europe/Berlin", *FAR_AWAY])
def test_a_time_that_the_browsers_clock_jumps_over_is_shown_and_kept(
    product: Product, visit: Visit, browsers_zone: str
) -> None:
    person = product.person("Una", time_zone="UTC")
    planned = product.follow_up(person, "Call at night", due=NOT_IN_BERLIN)
    page = visit(person, "/followups", timezone_id=browsers_zone)
    page.get_by_role("button", name="Edit Call at night").click()
    form = dialog(page, "Edit follow-up")
    due = form.get_by_label("Due")
    expect(due).to_have_value("Sun 28 Mar 2027, 02:30")
    choose = form.get_by_role("button", name="Choose from a calendar")
    choose.click()
    expect(page.get_by_role("button", name="27 March 2027")).to_be_visible()
    page.keyboard.press("Escape")  # closes the calendar, and not the form
    expect(choose).to_be_focused()
    choose.click()
    page.get_by_role("button", name="27 March 2027").click()
    page.get_by_role("button", name="28 March 2027").click()
    page.get_by_role("button", name="Take this day and time").click()
    expect(due).to_have_value("Sun 28 Mar 2027, 02:30")
    form.get_by_label("What is to be done").fill("Call in the night")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    saved = product.call("GET", f"/follow-ups/{planned['id']}")
    assert (saved["title"], saved["due_at"]) == ("Call in the night", "2027-03-28T02:30:00Z")


def test_the_browser_knows_every_zone_that_is_taken_and_offers_no_other(visit: Visit) -> None:
    page = visit(None, "/")
    offered = page.evaluate("Intl.supportedValuesOf('timeZone')")
    names = {time_zones.canonical(zone) for zone in offered}
    unknown = page.evaluate(
        """names => names.filter(timeZone => {
            try { new Intl.DateTimeFormat("en", { timeZone }); return false; } catch { return true; }
        })""",
        sorted(set(time_zones._names().values()) | names),
    )
    assert unknown == []
