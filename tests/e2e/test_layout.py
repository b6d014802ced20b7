"""What fits where: dialogs in the window, titles in their lines, at every width that people have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Product, hours

WIDTHS = (320, 390, 768, 820, 1024, 1440)
PHONES = (320, 390)
NARROWEST_TITLE = 150
ROOM_TO_TYPE = 150
NARROWEST_HOLD = 100
FITS = "element => element.scrollWidth <= element.clientWidth"
LONG = "Send the signed data protection agreement and the slot plan for the installation"
ERROR_CONTRAST = """
    element => {
        const channels = color => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const light = color => channels(color).map(c => c / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        let behind = element;
        while (/rgba\\(0, 0, 0, 0\\)|transparent/.test(getComputedStyle(behind).backgroundColor))
            behind = behind.parentElement;
        const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
            .map(light).sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    }
"""

LINES = """
    element => {
        const range = document.createRange();
        range.selectNodeContents([...element.childNodes].findLast(node => node.textContent.trim()));
        return range.getClientRects().length;
    }
"""

OFF_CENTRE = """
    loader => {
        const [inner, outer] = [loader, loader.closest("button")].map(one => one.getBoundingClientRect());
        const middle = (box, start, size) => box[start] + box[size] / 2;
        const off = (...way) => Math.abs(middle(inner, ...way) - middle(outer, ...way));
        return Math.max(off("x", "width"), off("y", "height"));
    }
"""

UNKNOWN_ZONE = """
    const Known = Intl.DateTimeFormat;
    Intl.DateTimeFormat = function (locale, options) {
        if (options?.timeZone === "Africa/Harare") throw new RangeError("unknown zone");
        return new Known(locale, options);
    };
"""

ABOVE_THE_BAR = """
    () => [...document.querySelectorAll("[role=alert]")].every(message =>
        message.getBoundingClientRect().bottom
            <= document.querySelector("[role=toolbar]").getBoundingClientRect().top)
"""


def new_follow_up(page: Page) -> Locator:
    page.get_by_role("button", name="New follow-up").click()
    return dialog(page, "New follow-up")


def keys(page: Page) -> Locator:
    expect(page.get_by_role("button", name="New follow-up")).to_be_visible()
    page.keyboard.press("?")
    return dialog(page, "Keyboard shortcuts")


def new_person(page: Page) -> Locator:
    page.goto("/admin/people")
    page.get_by_role("button", name="Person", exact=True).click()
    return dialog(page, "New person")


def test_dialogs_are_whole_and_in_the_middle_of_the_window(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Admin", "admin"), "/followups")
    for opened in (new_follow_up, keys, new_person):
        window = opened(page)
        expect(window.get_by_role("button", name="Close")).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            box = _box(window)
            left, right = box["x"], width - box["x"] - box["width"]
            assert left >= 0, f"cut at the left at {width} px"
            assert abs(left - right) <= 2, (
                f"{left} px free at the left and {right} at the right at {width} px"
            )
        page.keyboard.press("Escape")
        expect(window).to_be_hidden()


def test_a_title_keeps_room_at_every_width(product: Product, visit: Visit) -> None:
    manager = product.person("Maximiliana Featherstonehaugh", "manager")
    report = product.person("Wolfeschlegel Steinhausen", manager=manager)
    week = [{"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"}]
    office = {"name": "Office of long names", "time_zone": "UTC", "hours": week}
    product.call(
        "PATCH",
        f"/users/{report.id}",
        json={"calendar_id": product.call("POST", "/calendars", json=office)["id"]},
    )
    worth = {"amount": "125000", "currency": "EUR"}
    facts = {"kind": "call", "tags": ["key account", "renewal"], "value": worth}
    client = {"kind": "client", "name": "Pinewood Care Homes and Hospitals"}
    late = product.follow_up(report, LONG, due=hours(-24 * 92 - 5), subject=client, **facts)
    product.sweep()
    product.call("POST", f"/follow-ups/{late['id']}/snooze", json={"preset": "tomorrow"})
    page = visit(manager, "/followups")
    line = row(page, LONG)
    title = line.get_by_role("link", name=LONG)
    for path in ("/followups", "/dashboard/escalations"):
        page.goto(path)
        for width in (*WIDTHS, *range(769, 1300, 40)):
            page.set_viewport_size({"width": width, "height": 900})
            assert _box(title)["width"] >= NARROWEST_TITLE, f"{path} at {width} px"
            sideways = page.evaluate("document.documentElement.scrollWidth") - width
            assert sideways <= 0, f"{path} at {width} px"
            expect_whole_facts(line, f"{path} at {width} px")


def expect_whole_facts(line: Locator, where: str) -> None:
    """That it is held can be read beside the icon of the client, in place of tags; no time ends midway."""
    icon, held = _box(line.get_by_role("img", name="Client")), _box(line.get_by_text("Snoozed ×1"))
    assert icon["x"] + icon["width"] <= held["x"], where
    assert held["width"] >= NARROWEST_HOLD, where
    expect(line.get_by_text("key account", exact=True)).to_be_hidden()
    assert line.locator("[data-part=when]").evaluate(FITS), where


def test_overdue_reads_as_days_and_hours_once(product: Product, visit: Visit) -> None:
    manager = product.person("Dana Reyes", "manager")
    report = product.person("Amir Patel", manager=manager)
    planned = product.follow_up(report, "Call Acme", due=hours(-200.5))
    product.sweep()
    page = visit(manager, "/followups")
    for path in ("/followups", "/dashboard/escalations"):
        page.goto(path)
        expect(row(page, "Call Acme")).to_contain_text("8 days 8 h overdue")
        expect(row(page, "Call Acme")).not_to_contain_text("200 h")
    page.goto(f"/followups/{planned['id']}")
    expect(page.get_by_label("Details")).to_contain_text("8 days 8 h overdue")


def test_breaches_are_marked_critical(product: Product, visit: Visit) -> None:
    page = visit(product.person("Dana Reyes", "manager"), "/dashboard/escalations")
    expect(page.get_by_role("heading", name="SLA breach")).to_contain_text("CRITICAL")
    expect(page.get_by_role("heading", name="With manager")).not_to_contain_text("CRITICAL")


def test_what_is_wrong_in_a_form_can_be_read(product: Product, visit: Visit) -> None:
    page = visit(product.person("Amir Patel"), "/followups")
    form = new_follow_up(page)
    form.get_by_role("button", name="Create follow-up").click()
    wrong = form.get_by_text("Say what is to be done.")
    expect(wrong).to_be_visible()
    for _ in in_both_schemes(page):
        assert wrong.evaluate(ERROR_CONTRAST) >= 4.5


def test_what_a_form_asks_for_is_in_sight(product: Product, visit: Visit) -> None:
    """Not below the bar with the title, where a browser scrolls to the field and says that it is empty."""
    ada, size = product.person("Ada Admin", "admin"), {"width": 820, "height": 700}
    page = visit(ada, "/policies/new", viewport=size, reduced_motion="reduce")
    page.get_by_role("button", name="Save draft").click()
    name = page.get_by_role("main").get_by_role("textbox", name="Name").first
    expect(name).to_be_focused()
    bar = _box(page.get_by_role("heading", name="New policy", level=1))
    assert _box(name)["y"] > bar["y"] + bar["height"]


def in_both_schemes(page: Page) -> Iterator[str]:
    """Show the page in light and then in dark."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(f"html[data-mantine-color-scheme={scheme}]")).to_be_attached()
        yield scheme


@pytest.mark.parametrize("widths", [WIDTHS[1::2], pytest.param(WIDTHS[::2], marks=pytest.mark.long)])
def test_messages_and_the_bar_for_many_are_whole_and_cover_no_control(
    product: Product, visit: Visit, widths: tuple[int, ...]
) -> None:
    dana = product.person("Dana Reyes", "manager")
    for number in range(len(widths) + 1):
        product.follow_up(dana, f"{LONG} {number}", due=hours(-9 + number))
    page = visit(dana, "/followups")
    for number, width in enumerate(widths):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/followups")
        page.get_by_role("button", name=f"Complete {LONG} {number}").click()
        undo = said(page, "Completed").get_by_role("button", name="Undo")
        expect(undo).to_be_visible()
        assert undo.evaluate(FITS), f"cut at {width} px"
        if width <= 768:
            page.get_by_role("button", name="Select", exact=True).click()
        page.get_by_role("checkbox", name=f"Select {LONG} {number + 1}").click()
        expect(page.get_by_role("toolbar", name="Selected follow-ups")).to_be_visible()
        page.wait_for_function(ABOVE_THE_BAR)  # once the bar has its place
        expect_side_by_side(page, width)


@pytest.mark.parametrize("width", [390, 1440])
def test_messages_cover_nothing_of_a_dialog_or_a_menu(product: Product, visit: Visit, width: int) -> None:
    dana = product.person("Dana Reyes", "manager")
    for number in range(5):
        product.follow_up(dana, f"Call {number}", due=hours(-9 + number))
    page = visit(dana, "/followups", viewport={"width": width, "height": 800})
    expect(row(page, "Call 0")).to_be_visible()
    page.keyboard.press("d")  # no row has the focus: it shows where it would act
    expect(page.get_by_role("link", name="Call 0")).to_be_focused()
    for number in range(3):
        page.keyboard.press("d")
        expect(said(page, f"Completed “Call {number}”")).to_be_visible()
    for keys, name in (("o", "Call 3"), ("Control+k", "Go to"), ("?", "Keyboard shortcuts")):
        page.keyboard.press(keys)
        opened = page.get_by_role("dialog").first
        expect(opened, name).to_be_visible()
        message = said(page, "Completed")
        expect(message.filter(visible=True)).to_have_count(1)
        expect(message.get_by_role("button", name="Undo").filter(visible=True)).to_have_count(1)
        ends = _box(opened)["y"] + _box(opened)["height"]
        assert ends <= _box(message.filter(visible=True))["y"], f"{name} at {width} px"
        page.keyboard.press("Escape")
        expect(opened).to_be_hidden()
    page.get_by_role("button", name="More about Call 4").click()
    last = page.get_by_role("menuitem").last
    expect(last).to_be_visible()
    last.click(trial=True)


def expect_side_by_side(page: Page, width: int) -> None:
    """What one can do with many is in one line and whole, and its end level with the count."""
    bar = page.get_by_role("toolbar")
    actions = [bar.get_by_role("button", name=name) for name in ("Complete", "Reassign", "Reschedule")]
    expect(actions[2]).to_be_visible()
    assert len({_box(action)["y"] for action in actions}) == 1, f"not in one line at {width} px"
    assert all(action.evaluate(FITS) for action in actions), f"cut at {width} px"
    count, away = _box(bar.get_by_role("status")), _box(bar.get_by_role("button", name="Clear selection"))
    assert abs(count["y"] + count["height"] / 2 - away["y"] - away["height"] / 2) <= 2


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_button_turns_its_wheel_in_its_middle(product: Product, visit: Visit, motion: str) -> None:
    page = visit(product.person("Amir Patel"), "/followups", reduced_motion=motion)
    form = new_follow_up(page)
    form.get_by_label("What is to be done").fill("Call Acme")
    page.route("**/api/v1/follow-ups", lambda _: None)  # on its way for as long as the page is there
    form.get_by_role("button", name="Create follow-up").click()
    loader = form.locator("button[data-loading] .mantine-Button-loader")
    expect(loader).to_be_visible()
    loader.evaluate("loader => Promise.all(loader.getAnimations().map(moving => moving.finished))")
    assert loader.evaluate(OFF_CENTRE) <= 1


def test_the_banner_above_a_page_has_its_icon_whole_and_a_link_that_can_be_read(
    product: Product, visit: Visit
) -> None:
    harare = product.person("Amir Patel", time_zone="Africa/Harare")
    page = visit(harare, "/login", viewport={"width": 390, "height": 800})
    page.add_init_script(UNKNOWN_ZONE)
    page.goto("/followups")
    banner = page.get_by_role("status").filter(has_text="does not know your time zone")
    expect(banner).to_be_visible()
    icon = _box(banner.locator("svg"))
    assert (icon["width"], icon["height"]) == (18, 18)
    for _ in in_both_schemes(page):
        assert banner.get_by_role("link", name="Your settings").evaluate(ERROR_CONTRAST) >= 4.5


def test_the_hint_of_a_menu_is_gone_while_it_is_open(product: Product, visit: Visit) -> None:
    page = visit(product.person("Amir Patel"), "/followups")
    button = page.get_by_role("button", name="Export")
    button.hover()
    expect(page.get_by_role("tooltip")).to_be_visible()
    button.click()
    expect(page.get_by_role("menu")).to_be_visible()
    expect(page.get_by_role("tooltip")).to_have_count(0)


def test_the_way_to_what_is_deleted_looks_like_the_tabs_that_are_not_shown(
    product: Product, visit: Visit
) -> None:
    page = visit(product.person("Dana Reyes", "manager"), "/followups")
    deleted = page.get_by_role("link", name="Deleted")
    expect(deleted).to_be_visible()
    colour = "element => getComputedStyle(element).color"
    assert deleted.evaluate(colour) == page.get_by_role("button", name="Completed").evaluate(colour)


def _box(element: Locator) -> FloatRect:
    box = element.bounding_box()
    assert box
    return box


def test_a_search_without_a_hit_says_so_once_and_leads_back(product: Product, visit: Visit) -> None:
    manager = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=manager)
    product.follow_up(amir, "Call Acme", due=hours(-60))
    product.sweep()
    page = visit(manager, "/followups")
    for path, search in (
        ("/followups", "Search follow-ups"),
        ("/followups?view=overdue", "Search follow-ups"),
        ("/followups?view=completed", "Search follow-ups"),
        ("/dashboard/escalations", "Search escalations"),
        ("/subjects", "Search leads and clients"),
    ):
        page.goto(path)
        page.get_by_label(search).fill("zebra")
        expect(page.get_by_text("Nothing found for “zebra”")).to_have_count(1)
        assert "found here" not in page.locator("main").inner_text()
        page.get_by_role("button", name="Clear the search").click()
        expect(page.get_by_text("Nothing found")).to_have_count(0)
        expect(page.get_by_label(search)).to_have_value("")
    page.goto(f"/followups?who={manager.id}&q=zebra")
    page.get_by_role("button", name="Clear all filters").click()
    expect(row(page, "Call Acme")).to_be_visible()


def test_what_was_handed_over_does_not_count_as_called(product: Product, visit: Visit) -> None:
    manager = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=manager)
    planned = product.follow_up(amir, "Call Acme", due=hours(-5))
    page = visit(manager, "/followups?who=me")
    expect(page.get_by_text("No open follow-ups")).to_be_visible()
    page.get_by_role("button", name="Show everyone").click()
    expect(row(page, "Call Acme")).to_be_visible()
    product.call("PATCH", f"/follow-ups/{planned['id']}", json={"assignee_id": manager.id})
    page = visit(amir, "/followups")
    expect(page.get_by_text("No open follow-ups")).to_be_visible()
    page.goto("/followups?view=overdue")
    expect(page.get_by_text("Nothing is overdue")).to_be_visible()
    expect(page.get_by_text("call was made")).to_have_count(0)


def test_rows_on_a_phone_say_their_date(product: Product, visit: Visit) -> None:
    manager = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=manager)
    client = {"kind": "client", "name": "Acme Quarries", "external_id": f"C-{manager.id}"}
    product.follow_up(amir, "Long ago", due=hours(-24 * 9), subject=client)
    product.follow_up(amir, "Next week", due=hours(24 * 8), subject=client)
    done = product.follow_up(amir, "Done", due=hours(-7))
    product.call("POST", f"/follow-ups/{done['id']}/complete")
    product.sweep()
    page = visit(manager, "/followups", viewport={"width": 320, "height": 800})
    for path, titles in (
        ("/followups", ("Long ago", "Next week")),
        ("/followups?view=completed", ("Done",)),
        ("/dashboard/escalations", ("Long ago",)),
    ):
        page.goto(path)
        for title in titles:
            expect(dated(page, title)).to_be_visible()
    row(page, "Long ago").get_by_role("link", name="Acme Quarries").click()
    for title in ("Long ago", "Next week"):
        expect(dated(page, title)).to_be_visible()


def dated(page: Page, title: str) -> Locator:
    """The time in a row that shows a day and a month."""
    times = row(page, title).locator("time").filter(visible=True)
    return times.filter(has_text=re.compile(r"\b\d{1,2} [A-Z][a-z]{2}\b")).first


def test_headings_and_tabs_are_whole_on_a_phone(product: Product, visit: Visit) -> None:
    page = visit(product.person("Ada Admin", "admin"), viewport={"width": 320, "height": 800})
    for path in (
        "/followups",
        "/followups/deleted",
        "/dashboard/escalations",
        "/inbox",
        "/subjects",
        "/admin/ops",
    ):
        page.goto(path)
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_be_visible()
        for width in PHONES:
            page.set_viewport_size({"width": width, "height": 800})
            assert heading.evaluate(FITS), (path, width)
            assert _box(heading)["height"] < 70, (path, width)
            for search in page.get_by_role("textbox", name=re.compile("^Search")).all():
                assert _box(search)["width"] >= ROOM_TO_TYPE, (path, width)
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 800})
        for tab in page.get_by_role("navigation", name="Tabs").get_by_role("link").all():
            assert tab.evaluate(LINES) == 1, (tab.inner_text(), width)
