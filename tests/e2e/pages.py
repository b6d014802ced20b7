"""What tests find on the pages, by what people see there."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.product import PASSWORD, Person

MOST_TABS, MOST_OPTIONS = 400, 60


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


WHICH_WAY = """element => {
    const at = document.activeElement;
    if (at === element) return "";
    return at.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
}"""


def tab_to(target: Locator) -> Locator:
    """Move the focus to something with the Tab key alone, the shorter way, however often that takes.

    A page that was opened meanwhile takes the focus to its beginning: each step asks for the way.
    """
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if not (way := target.evaluate(WHICH_WAY)):
            return target
        target.page.keyboard.press(way)
    focused = target.page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
    raise AssertionError(f"the Tab key does not lead to {target}, but to {focused}")


def pick(field: Locator, option: str, typed: str = "") -> None:
    """Choose from a list with the keys alone."""
    keys = tab_to(field).page.keyboard
    if typed:
        keys.type(typed)
    else:
        keys.press("Enter")
    wanted = field.page.get_by_role("option", name=option, exact=True)
    expect(wanted).to_be_visible()
    # A list that opens marks what is chosen by a timer: behind that, a key goes on from there.
    field.page.evaluate("() => new Promise((passed) => setTimeout(passed))")
    for _ in range(MOST_OPTIONS):
        keys.press("ArrowDown")
        if wanted.get_attribute("data-combobox-selected"):
            keys.press("Enter")
            return
    raise AssertionError(f"the arrow keys do not lead to {option}")


def fill_combobox(field: Locator, text: str, option: str) -> None:
    """Type into a field with suggestions and take one."""
    field.fill(text)
    field.page.get_by_role("option", name=option).click()
