"""What tests find on the pages, by what people see there."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.product import PASSWORD, Person


def row(page: Page, title: str) -> Locator:
    """The line of a list that shows a follow-up."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))


def dialog(page: Page, title: str) -> Locator:
    """An open dialog."""
    return page.get_by_role("dialog", name=title)


def said(page: Page, text: str) -> Locator:
    """A message that appears by itself."""
    return page.get_by_role("alert").filter(has_text=text)


def bell(page: Page) -> Locator:
    """The bell, which names the number of unread notifications."""
    return page.get_by_role("button", name="Notifications")


def expect_unread(page: Page, amount: int) -> None:
    """Wait until the bell shows a number; 0: none."""
    name = f"Notifications, {amount} unread" if amount else "Notifications"
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()


def log_in(page: Page, person: Person, password: str = PASSWORD) -> None:
    """Fill in the form of the log-in page."""
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()


def fill_combobox(field: Locator, text: str, option: str) -> None:
    """Type into a field with suggestions and take one."""
    field.fill(text)
    field.page.get_by_role("option", name=option).click()
