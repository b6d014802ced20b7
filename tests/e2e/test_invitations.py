"""People without a password get in by a link that an admin hands over, and set a new one by another."""

from __future__ import annotations

import csv
import re
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, log_in, said, tab_to
from tests.e2e.product import Person, Product
from tests.e2e.test_accessibility import violations, violations_at_each_size

NEW = "seven purple lamps hum"
NEWER = "four other words here"
_numbers = count(1)


def imported(product: Product, name: str) -> Person:
    """Somebody as a file brings them: without a password."""
    email = f"{name.lower().replace(' ', '.')}.invited{next(_numbers)}@example.com"
    return Person(product.call("POST", "/users", json={"name": name, "email": email})["id"], name, email)


def link_by_keys(page: Page, person: Person, button: str) -> str:
    """Make a link for a person with the keys alone; returns what is behind the page's address."""
    page.get_by_label("Search people").fill(person.email)
    line = page.get_by_role("row").filter(has_text=person.email)  # others may have the same name
    tab_to(line.get_by_role("button", name=f"Edit {person.name}")).press("Enter")
    form = dialog(page, f"Edit {person.name}")
    tab_to(form.get_by_role("button", name=button)).press("Enter")
    shown = dialog(page, f"Link for {person.name}")
    expect(shown.get_by_label("Link")).to_have_value(re.compile(r"/set-password#[\w-]{43}$"))
    link = shown.get_by_label("Link").input_value()
    assert violations_at_each_size(page) == []
    tab_to(shown.get_by_role("button", name="Done")).press("Enter")
    expect(shown).to_be_hidden()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    return link.removeprefix(product_of(page))


def product_of(page: Page) -> str:
    return str(page.evaluate("location.origin"))


def set_password(page: Page, password: str) -> None:
    """Type it twice, with the keys alone."""
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(password)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


@pytest.mark.long
def test_who_was_imported_is_invited_sets_a_password_and_later_another_one(
    product: Product, visit: Visit
) -> None:
    ada, nia = product.person("Ada Okafor", "admin"), imported(product, "Nia New")
    admin = visit(ada, "/admin/people")
    invitation = link_by_keys(admin, nia, "Invite")
    page = visit(None, invitation, viewport={"width": 390, "height": 844})
    expect(page.get_by_text("Welcome, Nia New.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(nia.email)
    assert violations_at_each_size(page) == []
    set_password(page, "password1234")
    expect(page.get_by_text("is one of the most used passwords")).to_be_visible()
    assert violations(page) == []
    for label in ("Password again", "Password"):
        page.get_by_label(label, exact=True).fill("")
    page.get_by_label("Password", exact=True).focus()
    set_password(page, NEW)
    expect(page.get_by_role("heading", name="Follow-ups", level=1)).to_be_visible()
    assert "#" not in page.url

    reset = link_by_keys(admin, nia, "Make a reset link")
    again = visit(None, reset)
    expect(again.get_by_text("Hello, Nia New.")).to_be_visible()
    set_password(again, NEWER)
    expect(again.get_by_role("heading", name="Follow-ups", level=1)).to_be_visible()
    assert page.request.get("/api/v1/me").status == 401
    for useless in (invitation, "/set-password"):
        gone = visit(None, useless)
        expect(gone.get_by_role("heading", name="This link cannot be used")).to_be_visible()
        assert violations_at_each_size(gone) == []
    tab_to(gone.get_by_role("link", name="Log in")).press("Enter")
    expect(gone.get_by_text("Ask an admin for a link")).to_be_visible()
    log_in(gone, nia, NEWER)
    expect(gone.get_by_role("heading", name="Follow-ups", level=1)).to_be_visible()


def test_all_who_cannot_log_in_are_invited_by_one_file(
    product: Product, visit: Visit, tmp_path: Path
) -> None:
    ada, nia = product.person("Ada Okafor", "admin"), imported(product, "Nia New")
    page = visit(ada, f"/admin/people?q={nia.email}")
    banner = page.get_by_role("status").filter(has_text="cannot log in yet")
    tab_to(banner.get_by_role("button", name="Invite them")).press("Enter")
    asked = page.get_by_role("dialog").filter(has_text="You get a file with a link for each of them.")
    expect(asked.get_by_role("button", name="Download the links")).to_be_focused()
    assert violations_at_each_size(page) == []
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "invitations.csv")
    expect(said(page, "The links are in invitations.csv")).to_be_visible()
    expect(banner).to_contain_text("All of them have an invitation.")
    assert violations_at_each_size(page) == []
    text = (tmp_path / "invitations.csv").read_text("utf-8-sig")
    links = {line["email"]: line["link"] for line in csv.DictReader(text.splitlines())}
    guest = visit(None, links[nia.email].removeprefix(product_of(page)))
    expect(guest.get_by_text("Welcome, Nia New.")).to_be_visible()
