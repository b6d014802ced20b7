"""axe-core finds nothing, of any impact, on any page or dialog, light and dark, desk and phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import bell, dialog, row
from tests.e2e.product import Person, Product, hours
from tests.support.processes import REPOSITORY

AXE = Path(REPOSITORY, "services/web/node_modules/axe-core/axe.min.js")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1360, "height": 860}

PAGES = (
    ("/followups", "Follow-ups"),
    ("/followups?view=completed", "Follow-ups"),
    ("/dashboard/escalations", "Escalations"),
    ("/inbox", "Inbox"),
    ("/subjects", "Leads & clients"),
    ("/admin/sweeps", "Sweeps"),
    ("/admin/people", "People"),
    ("/admin/import", "Import"),
    ("/admin/ops", "Operations"),
    ("/admin/ops?tab=audit-log", "Operations"),
    ("/settings/tokens", "API tokens"),
    ("/no-such-page", "Not found"),
)


@pytest.fixture(scope="module")
def ada(product: Product) -> Person:
    """An admin with something on every page."""
    ada = product.person("Ada Okafor", "admin")
    client = {"kind": "client", "name": "Acme Quarries", "url": "https://crm.example.com/acme"}
    for amount in (-120, -60, -5, 30):
        product.follow_up(ada, f"Axe {amount}", due=hours(amount), subject=client, notes="Ask for Ms Okafor.")
    done = product.follow_up(ada, "Axe done", due=hours(-7))
    product.call("POST", f"/follow-ups/{done['id']}/complete")
    product.sweep()
    return ada


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_violation(
    product: Product, visit: Visit, ada: Person, scheme: str, size: dict[str, int]
) -> None:
    page = visit(ada, "/followups?who=me", color_scheme=scheme, viewport=size, reduced_motion="reduce")
    row(page, "Axe -120").get_by_role("link", name="Axe -120").click()
    page.get_by_text("Why", exact=True).first.click()
    found = {"a follow-up": violations(page)}
    page.get_by_role("link", name="Acme Quarries").click()
    expect(page.get_by_role("heading", name="Planned")).to_be_visible()
    found["a client"] = violations(page)
    for path, title in PAGES:
        page.goto(path)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        found[path] = violations(page)
    assert not {path: problems for path, problems in found.items() if problems}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_dialog_has_a_violation(visit: Visit, ada: Person, scheme: str) -> None:
    page = visit(ada, "/followups?who=me", color_scheme=scheme, reduced_motion="reduce")
    expect(row(page, "Axe -120")).to_be_visible()
    opened: dict[str, Callable[[], object]] = {
        "Keyboard shortcuts": lambda: page.keyboard.press("?"),
        "New follow-up": lambda: page.keyboard.press("c"),
        "Edit follow-up": lambda: page.get_by_role("button", name="Edit Axe -60").click(),
        "Latest notifications": lambda: bell(page).click(),
    }
    found = {}
    for title, show in opened.items():
        show()
        expect(dialog(page, title)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        found[title] = violations(page)
        page.keyboard.press("Escape")
        expect(dialog(page, title)).to_be_hidden()
    page.get_by_role("button", name="More about Axe -60").click()
    expect(page.get_by_role("menu")).to_be_visible()
    found["menu"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select Axe -60").check()
    expect(page.get_by_role("toolbar")).to_be_visible()
    found["bulk"] = violations(page)
    page.get_by_role("button", name="Account of").first.click()
    expect(page.get_by_role("menu")).to_be_visible()
    found["account"] = violations(page)
    assert not {title: problems for title, problems in found.items() if problems}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_log_in_has_no_violation(visit: Visit, scheme: str) -> None:
    page = visit(None, "/login", color_scheme=scheme)
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """What axe-core finds, each with its rule, the element and the reason."""
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate("""async () => {
        // Colours are judged as they end up, not half-way through a transition.
        await Promise.all(document.getAnimations().map(
            (animation) => animation.effect.getComputedTiming().iterations === Infinity
                ? null : animation.finished.catch(() => null)));
        const { violations } = await axe.run(document, { resultTypes: ["violations"] });
        return violations.flatMap(({ id, nodes }) =>
            nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
    }""")
    return found
