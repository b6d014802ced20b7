"""axe-core finds nothing, of any impact, on any page or dialog, light and dark, desk, tablet and phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, ViewportSize, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import bell, dialog, pick, row
from tests.e2e.product import Person, Product, hours
from tests.support.processes import REPOSITORY

AXE = Path(REPOSITORY, "services/web/node_modules/axe-core/axe.min.js")
PHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 820, "height": 1180}
DESK: ViewportSize = {"width": 1360, "height": 860}

PAGES = (
    ("/followups", "Follow-ups"),
    ("/followups?view=completed", "Follow-ups"),
    ("/dashboard/escalations", "Escalations"),
    ("/inbox", "Inbox"),
    ("/subjects", "Leads & clients"),
    ("/admin/sweeps", "Escalation runs"),
    ("/admin/people", "People"),
    ("/admin/import", "Import"),
    ("/admin/ops", "Operations"),
    ("/admin/ops?tab=audit-log", "Operations"),
    ("/settings", "Your settings"),
    ("/settings/tokens", "API tokens"),
    ("/no-such-page", "Not found"),
)


@pytest.fixture(params=[PHONE, pytest.param(TABLET, marks=pytest.mark.long)], ids=["phone", "tablet"])
def narrow(request: pytest.FixtureRequest) -> ViewportSize:
    """Where each page is looked at beside the desk. Each run of axe-core is a third of a second."""
    size: ViewportSize = request.param
    return size


@pytest.fixture(scope="session")
def ada(product: Product) -> Person:
    """An admin with something on every page, and with more people than a list shows at once."""
    ada = product.person("Ada Okafor", "admin")
    for number in range(10):
        product.person(f"Colleague {number}")
    client = {"kind": "client", "name": "Acme Quarries", "url": "https://crm.example.com/acme"}
    for amount in (-120, -60, -5, 30):
        product.follow_up(ada, f"Axe {amount}", due=hours(amount), subject=client, notes="Ask for Ms Okafor.")
    done = product.follow_up(ada, "Axe done", due=hours(-7))
    product.call("POST", f"/follow-ups/{done['id']}/complete")
    product.sweep()
    return ada


def test_no_page_has_a_violation(visit: Visit, ada: Person, narrow: ViewportSize) -> None:
    page = visit(ada, "/followups?who=me", viewport=DESK, reduced_motion="reduce")
    row(page, "Axe -120").get_by_role("link", name="Axe -120").click()
    page.get_by_text("Why", exact=True).first.click()
    found = {"a follow-up": violations_at_each_size(page)}
    page.get_by_role("link", name="Acme Quarries").click()
    expect(page.get_by_role("heading", name="Planned")).to_be_visible()
    found["a client"] = violations_at_each_size(page, narrow)
    for path, title in PAGES:
        page.goto(path)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        found[path] = violations_at_each_size(page, narrow)
    assert not {path: problems for path, problems in found.items() if problems}


@pytest.mark.long
def test_no_step_of_an_import_has_a_violation(visit: Visit, ada: Person, narrow: ViewportSize) -> None:
    page = visit(ada, "/admin/import", viewport=DESK, reduced_motion="reduce")
    lines = "Title;Who;Due\nCall;nobody@example.com;2031-07-01 09:00\n"
    choose = page.get_by_label("File to import")
    choose.set_input_files(FilePayload(name="calls.csv", mimeType="text/csv", buffer=lines.encode("utf-16")))
    expect(page.get_by_role("table", name="Columns of the file")).to_be_visible()
    found = {"columns": violations_at_each_size(page)}
    for label, column in (("What Who is", "Assignee's e-mail address"), ("What Title is", "External id")):
        page.get_by_role("combobox", name=label, exact=True).fill(column)
        page.get_by_role("option", name=column, exact=True).click()
    found["a column short"] = violations_at_each_size(page, narrow)
    page.get_by_role("button", name="Choose another file").click()
    people = f"E-mail,Name,Active\nx{narrow['width']}@example.com,Xenia,true\n,Nobody,true\n"
    choose.set_input_files(FilePayload(name="staff.csv", mimeType="text/csv", buffer=people.encode()))
    page.get_by_role("button", name="Import it as People").click()
    expect(page.get_by_role("table", name="Mistakes by line")).to_be_visible()
    found["mistakes"] = violations_at_each_size(page, narrow)
    page.get_by_role("button", name="Import the 1 good line").click()
    expect(page.get_by_role("link", name="Invite them")).to_be_visible()
    found["imported"] = violations_at_each_size(page, narrow)
    assert not {step: problems for step, problems in found.items() if problems}


@pytest.mark.long
def test_no_dialog_has_a_violation(product: Product, visit: Visit, ada: Person, narrow: ViewportSize) -> None:
    page = visit(ada, "/followups?who=me", viewport=DESK, reduced_motion="reduce")
    expect(row(page, "Axe -120")).to_be_visible()
    opened: dict[str, Callable[[], object]] = {
        "Keyboard shortcuts": lambda: page.keyboard.press("?"),
        "New follow-up": lambda: page.keyboard.press("c"),
        "Edit follow-up": lambda: page.get_by_role("button", name="Edit Axe -60").click(),
        "Latest notifications": lambda: bell(page).click(),
        "Complete “Axe -60”": lambda: page.get_by_role("button", name="Complete Axe -60").click(
            modifiers=["Shift"]
        ),
    }
    found = {}
    for title, show in opened.items():
        show()
        expect(dialog(page, title)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        found[title] = violations_at_each_size(page, narrow)
        page.keyboard.press("Escape")
        expect(dialog(page, title)).to_be_hidden()
    page.keyboard.press("c")
    form = dialog(page, "New follow-up")
    form.get_by_role("button", name="Choose from a calendar").click()
    expect(page.get_by_role("button", name="Take this day and time")).to_be_visible()
    found["picker"] = violations_at_each_size(page, narrow)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Take this day and time")).to_be_hidden()
    pick(form.get_by_role("combobox", name="Repeats"), "Another rule")
    expect(form.get_by_text("Next:")).to_be_visible()
    found["repeats"] = violations_at_each_size(page, narrow)
    pick(form.get_by_role("combobox", name="Repeats"), "Does not repeat")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.get_by_role("link", name="Axe -60").focus()
    for key, title in (("r", "Reschedule “Axe -60”"), ("a", "Reassign “Axe -60”")):
        page.keyboard.press(key)
        expect(dialog(page, title)).to_be_visible()
        if key == "r":
            dialog(page, title).get_by_label("Due").fill("soon")
            page.keyboard.press("Enter")
            expect(dialog(page, title).get_by_label("Due")).to_have_attribute("aria-invalid", "true")
        found[title] = violations_at_each_size(page, narrow)
        if key == "a":  # the first Escape closes its list alone
            expect(page.get_by_role("listbox")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.get_by_role("listbox")).to_be_hidden()
        page.keyboard.press("Escape")
        expect(dialog(page, title)).to_be_hidden()
    page.keyboard.press("Control+k")
    palette = dialog(page, "Find or do anything")
    palette.get_by_role("combobox").fill("axe")
    expect(palette.get_by_role("option", name="Axe -60").first).to_be_visible()
    found["palette"] = violations_at_each_size(page, narrow)
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.get_by_role("button", name="More about Axe -60").click()
    expect(page.get_by_role("menu")).to_be_visible()
    found["menu"] = violations_at_each_size(page, narrow)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More about Axe -60").click()
    page.get_by_role("menuitem", name="Wait for somebody").click()
    expect(dialog(page, "Let “Axe -60” wait")).to_be_visible()
    found["wait"] = violations_at_each_size(page, narrow)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select Axe -60").check()
    expect(page.get_by_role("toolbar")).to_be_visible()
    found["bulk"] = violations_at_each_size(page, narrow)
    page.get_by_role("button", name="Account of").first.click()
    expect(page.get_by_role("menu")).to_be_visible()
    found["account"] = violations_at_each_size(page, narrow)
    page.keyboard.press("Escape")
    for action in ("Complete", "Reassign", "Reschedule", "Snooze"):
        button = "Outcome" if action == "Complete" else action
        page.get_by_role("toolbar").get_by_role("button", name=button).click()
        opened_dialog = dialog(page, f"{action} 1 follow-up")
        expect(opened_dialog).to_be_visible()
        found[action] = violations_at_each_size(page, narrow)
        if action == "Reassign":  # the first Escape closes its list alone
            expect(page.get_by_role("listbox")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.get_by_role("listbox")).to_be_hidden()
        page.keyboard.press("Escape")
        expect(opened_dialog).to_be_hidden()
    found["stale edit"] = stale_edit(product, page, narrow)
    page.goto("/admin/people")
    page.get_by_role("button", name="Person", exact=True).click()
    expect(dialog(page, "New person")).to_be_visible()
    found["person"] = violations_at_each_size(page, narrow)
    page.goto("/settings/tokens")
    page.get_by_role("button", name="Token", exact=True).click()
    form = dialog(page, "New API token")
    form.get_by_label("What it is for").fill("Axe")
    found["token"] = violations_at_each_size(page, narrow)
    form.get_by_role("button", name="Create token").click()
    expect(dialog(page, "Copy it now")).to_be_visible()
    found["created token"] = violations_at_each_size(page, narrow)
    bad = {title: problems for title, problems in found.items() if problems}
    assert not bad, bad


def stale_edit(product: Product, page: Page, narrow: ViewportSize) -> list[str]:
    """Edit what somebody else changes meanwhile: what axe-core says of the comparison."""
    edited = row(page, "Axe -60")
    edited.get_by_role("button", name="Edit Axe -60").click()
    form = dialog(page, "Edit follow-up")
    form.get_by_label("Notes").fill("Mine")
    [planned] = product.call("GET", "/follow-ups", params={"q": "Axe -60"})["items"]
    product.call("PATCH", f"/follow-ups/{planned['id']}", json={"notes": f"Theirs at {narrow['width']}"})
    form.get_by_role("button", name="Save").click()
    expect(dialog(page, "Somebody changed this while you were editing")).to_be_visible()
    return violations_at_each_size(page, narrow)


def test_the_log_in_has_no_violation(visit: Visit) -> None:
    page = visit(None, "/login")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []


def violations_at_each_size(page: Page, narrow: ViewportSize = PHONE) -> list[str]:
    """What axe-core finds in what is open on a desk, and then where there is less room, in light colours.

    Args:
        narrow: how much that is; what a tablet shows is on a desk or on a phone as well.
    """
    found = violations(page)
    page.set_viewport_size(narrow)
    found += [f"{narrow['width']} px: {problem}" for problem in violations(page, "light")]
    page.set_viewport_size(DESK)
    return found


def violations(page: Page, *schemes: str) -> list[str]:
    """What axe-core finds, each with its rule, the element and the reason.

    Args:
        schemes: light and dark, unless named. Of the dark page only the colours are judged: nothing
            else depends on them.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = []
    for scheme in schemes or ("dark", "light"):
        rules = ["color-contrast"] if scheme == "dark" else []
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        followed = f"html[data-mantine-color-scheme={scheme}], html:not([data-mantine-color-scheme])"
        expect(page.locator(followed)).to_be_attached()
        found += page.evaluate(RUN_AXE, rules)
    return found


RUN_AXE = """async (rules) => {
    // Colours are judged as they end up, not half-way through a transition.
    await Promise.all(document.getAnimations().map(
        (animation) => animation.effect.getComputedTiming().iterations === Infinity
            ? null : animation.finished.catch(() => null)));
    const only = rules.length ? { runOnly: rules } : {};
    // What it would load for some rules is a fifth of the time, and none of them is among these.
    const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...only });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
}"""
