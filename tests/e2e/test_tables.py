"""Tables and what is chosen in them are whole at every width: nothing is to be scrolled for sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog
from tests.e2e.product import Person, Product, hours

WIDTHS = (320, 390, 820, 1024, 1440)
LONG = "Ask whether the second delivery to the warehouse in Thessaloniki came through"
OUT_OF_SIGHT = """
    table => {
        const cut = [];
        const look = (rect, element, what) => {
            for (let up = element; up; up = up.parentElement) {
                const window = up === document.documentElement;
                if (!window && getComputedStyle(up).overflowX === "visible") continue;
                const view = window ? { left: 0, right: innerWidth } : up.getBoundingClientRect();
                if (rect.left < view.left - 1 || rect.right > view.right + 1) return cut.push(what);
            }
        };
        for (const cell of table.querySelectorAll("tbody :is(td, th)")) {
            for (const control of cell.querySelectorAll("button, input")) {
                look(control.getBoundingClientRect(), control, control.ariaLabel ?? control.textContent);
                if (control.value && control.scrollWidth > control.clientWidth) cut.push(control.value);
            }
            const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const range = document.createRange();
                range.selectNodeContents(texts.currentNode);
                for (const rect of range.getClientRects()) {
                    look(rect, texts.currentNode.parentElement, texts.currentNode.data);
                }
            }
        }
        return cut;
    }
"""


@pytest.fixture(scope="session")
def ada(product: Product) -> Person:
    """An admin, with long words in every table."""
    return product.person("Adela Tabler", "admin")


@pytest.fixture(scope="session")
def max_(product: Product, ada: Person) -> Person:
    """Somebody with a long name, three levels down."""
    manager = ada
    for name in ("Dana Middle", "Dora Lower"):
        manager = product.person(name, "manager", manager=manager)
    return product.person(
        "Maximiliana Tablersworthington", manager=manager, time_zone="America/Indiana/Indianapolis"
    )


def people(page: Page, product: Product, max_: Person) -> None:
    page.goto("/admin/people?q=tablersworthington")
    expect(page.get_by_role("button", name=f"Edit {max_.name}")).to_be_visible()


def deleted(page: Page, product: Product, max_: Person) -> None:
    planned = product.follow_up(max_, LONG, due=hours(-30))
    product.call("DELETE", f"/follow-ups/{planned['id']}")
    page.goto("/followups/deleted")
    expect(page.get_by_role("button", name=f"Restore {LONG}").first).to_be_visible()


def sweeps(page: Page, product: Product, max_: Person) -> None:
    product.sweep()
    page.goto("/admin/sweeps")
    expect(page.get_by_role("table", name="Escalation runs")).to_be_visible()


def tokens(page: Page, product: Product, max_: Person) -> None:
    token = {
        "name": "Nightly import of the northern region",
        "scopes": ["read", "write", "ops"],
    }
    same = {"Sec-Fetch-Site": "same-origin"}
    assert page.request.post("/api/v1/tokens", data=token, headers=same).ok
    page.goto("/settings/tokens")
    expect(page.get_by_role("button", name="Revoke Nightly").first).to_be_visible()


def tokens_of_a_person(page: Page, product: Product, max_: Person) -> None:
    page.goto("/admin/people?q=adela+tabler")
    page.get_by_role("button", name="Edit Adela Tabler").click()
    expect(page.get_by_role("button", name="Revoke Nightly").first).to_be_visible()


def mistakes_and_columns(page: Page, product: Product, max_: Person) -> None:
    lines = (
        "Number;Title;Who calls on the phone;Due;Name of the client\n"
        "x-1;Call;nobody.at.all@somewhere.example.com;2031-07-01;Acme Mills & Sons of Upper Normandy\n"
    )
    page.goto("/admin/import")
    csv = FilePayload(name="calls.csv", mimeType="text/csv", buffer=lines.encode())
    page.get_by_label("File to import").set_input_files(csv)
    for label, column in (
        ("What Number is", "External id of lead or client"),
        ("What Name of the client is", "External id"),
        ("What Who calls on the phone is", "Assignee's e-mail address"),
    ):
        page.get_by_role("combobox", name=label, exact=True).fill(column)
        page.get_by_role("option", name=column, exact=True).click()
    expect(page.get_by_role("table", name="Mistakes by line")).to_be_visible()


def conflict(page: Page, product: Product, max_: Person) -> None:
    planned = product.follow_up(max_, LONG, due=hours(30))
    page.goto(f"/followups/{planned['id']}")
    page.get_by_role("button", name="Edit", exact=True).click()
    form = dialog(page, "Edit follow-up")
    form.get_by_label("What is to be done").fill(f"{LONG}, and who signs")
    notes = {"notes": "Called twice, line busy.\nTry the mobile."}
    product.call("PATCH", f"/follow-ups/{planned['id']}", json=notes)
    form.get_by_role("button", name="Save").click()
    both = dialog(page, "Somebody changed this while you were editing")
    theirs = both.get_by_role("row", name="Notes").get_by_role("cell").last
    expect(theirs).to_contain_text("Called twice")
    assert theirs.inner_text() == notes["notes"], "with its line break"


def shortcuts(page: Page, product: Product, max_: Person) -> None:
    page.goto("/followups")
    expect(page.get_by_role("heading", name="Follow-ups")).to_be_visible()
    page.keyboard.press("?")
    expect(dialog(page, "Keyboard shortcuts")).to_be_visible()


PLACES = (
    people,
    deleted,
    sweeps,
    tokens,
    tokens_of_a_person,
    mistakes_and_columns,
    conflict,
    shortcuts,
)


@pytest.mark.long
def test_every_cell_and_button_of_a_table_is_in_sight(
    product: Product, visit: Visit, ada: Person, max_: Person
) -> None:
    page = visit(ada, "/followups", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    found: dict[str, list[str]] = {}
    for show in PLACES:
        page.set_viewport_size({"width": 1440, "height": 900})
        show(page, product, max_)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found[f"{show.__name__} at {width} px"] = out_of_sight(page)
    assert not {place: cut for place, cut in found.items() if cut}


def out_of_sight(page: Page) -> list[str]:
    """What of the tables on the page cannot be seen without scrolling sideways, or is cut."""
    tables = page.get_by_role("table").all()
    assert tables, "no table is shown"
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [text for table in tables for text in table.evaluate(OUT_OF_SIGHT)] + ["the page"] * wide
