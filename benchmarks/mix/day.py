"""A working day on the page, click by click: what an employee, a manager and an admin do from nine to five.

How often each thing is done is an assumption, and all of it is here; which requests it takes is the page's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages import bell, dialog, fill_combobox, log_in, said
from tests.e2e.product import Person, Product, hours

PAUSE_MS = 500
"""Longer than the page waits for more to be typed before it searches."""

COUNT_REQUESTS = """
const send = window.fetch;
window.underWay = 0;
window.fetch = (...request) => {
  window.underWay += 1;
  return send(...request).finally(() => { window.underWay -= 1; });
};
"""

SETTLED = "() => window.underWay === 0 && !document.querySelector('.mantine-Skeleton-root')"

WORDS = cycle(["contract", "barley", "Client 7", "offer", "Call 12"])


@dataclass
class Company:
    """Who works here.

    Args:
        product: where it runs.
        manager: of the employees.
        employees: two of those who report to the manager; the first one's day is recorded.
        admin: who looks after the installation.
    """

    product: Product
    manager: Person
    employees: list[Person]
    admin: Person
    names: Any = field(default_factory=lambda: cycle(range(10_000)), repr=False)


def hire(product: Product) -> Company:
    """A manager of eight with some 30 follow-ups each: late, for today, and to come."""
    admin = product.person("Ada Okafor", "admin")
    manager = product.person("Dana Reyes", "manager", manager=admin)
    employees = [product.person(f"Amir Report {number}", manager=manager) for number in range(8)]
    for who in (manager, *employees):
        for number in range(30):
            client = {"kind": "client", "external_id": f"C-{number}", "name": f"Client {number}"}
            due = hours(-3 * (number - 2) if number < 20 else 20 * (number - 19))
            product.follow_up(who, f"Call {number} about the contract", due=due, subject=client)
    product.sweep()
    return Company(product, manager, employees, admin)


class Day:
    """One person's day on one page."""

    def __init__(self, page: Page, company: Company, me: Person) -> None:
        self.page, self.company, self.me = page, company, me

    def begin(self) -> None:
        """Log in; time can be put forward from then on."""
        self.page.clock.install()
        self.page.add_init_script(COUNT_REQUESTS)
        self.page.goto("/login")
        log_in(self.page, self.me)
        expect(self.page.get_by_role("button", name=re.compile("^Overdue")).first).to_be_visible()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way but the stream."""
        self.page.clock.run_for(PAUSE_MS)
        self.page.wait_for_function(SETTLED)

    def go(self, name: str) -> None:
        """Open one of the pages of the side bar."""
        link = self.page.get_by_role("complementary", name="Followup").get_by_role("link", name=name).first
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        self.settle()

    def away(self, minutes: int) -> None:
        """Do something else, and come back to the page."""
        self.page.clock.fast_forward(minutes * 60_000)
        self.page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
        self.settle()

    def watch(self, seconds: int, looks: int) -> None:
        """Leave the page open and in sight."""
        for _ in range(looks):
            self.page.clock.fast_forward(seconds * 1_000)
            self.settle()

    def complete(self, *, undo: bool = False) -> None:
        """Complete the first one of the list, and perhaps think better of it."""
        self._first("Complete").click()
        told = said(self.page, "Completed").last
        expect(told).to_be_visible()
        if undo:
            told.get_by_role("button", name="Undo").click()
        self.settle()

    def open_one(self) -> None:
        """Read the history of the first one, and go back."""
        self.page.locator("[data-title]").first.click()
        expect(self.page.get_by_role("heading", name="History")).to_be_visible()
        self.settle()
        self.page.go_back()
        self.settle()

    def edit(self) -> None:
        """Write a note."""
        self._first("Edit").click()
        form = dialog(self.page, "Edit follow-up")
        form.get_by_label("Notes").fill(f"They asked for {next(self.company.names)} more")
        form.get_by_role("button", name="Save").click()
        expect(form).to_be_hidden()
        self.settle()

    def move(self) -> None:
        """Move one to next week, with a reason where one is asked for."""
        self._first("More about").click()
        self.page.get_by_role("menuitem", name="In a week").click()
        self.settle()
        if (why := self.page.get_by_label("Why it is moved")).is_visible():
            why.fill("The client is away")
            self.page.get_by_role("dialog").get_by_role("button", name="Move").click()
            self.settle()

    def plan(self) -> None:
        """Plan a new one for a client that is found by typing."""
        self.page.get_by_role("button", name="New follow-up").first.click()
        form = dialog(self.page, "New follow-up")
        form.get_by_label("What is to be done").fill(f"Call back {next(self.company.names)}")
        subject = form.get_by_role("textbox", name="Lead or client")
        fill_combobox(subject, "Client 1", "Client 12")
        form.get_by_role("button", name="In a week").click()
        form.get_by_role("button", name="Create follow-up").click()
        expect(form).to_be_hidden()
        self.settle()

    def search(self, label: str = "Search follow-ups") -> None:
        """Look for something, and clear the search."""
        field_ = self.page.get_by_label(label)
        field_.press_sequentially(next(WORDS), delay=90)
        self.settle()
        field_.fill("")
        self.settle()

    def sections(self) -> None:
        """Look at what is completed and at everything, and come back."""
        for name in ("Completed", "All", "Open"):
            tab = self.page.get_by_role("group", name="Show").get_by_role(
                "button", name=re.compile(f"^{name}")
            )
            if tab.count():
                tab.first.click()
                self.settle()

    def whose(self) -> None:
        """Look at the follow-ups of one report, at one's own, and at everyone's."""
        for name in (self.company.employees[1].name, "Mine", "Everyone"):
            choice = self.page.get_by_role("combobox", name="Whose follow-ups")
            choice.click()
            self.page.get_by_role("option", name=name, exact=True).first.click()
            self.settle()

    def ring(self) -> None:
        """Look at the newest notifications, and follow the first one."""
        bell(self.page).click()
        self.settle()
        self.page.get_by_role("dialog").locator("[data-title]").first.click()
        self.settle()
        self.page.go_back()
        self.settle()

    def inbox(self, *, read_all: bool = False) -> None:
        """Read some of what came."""
        self.go("Inbox")
        for _ in range(2):
            if (mark := self.page.get_by_role("button", name=re.compile("^Mark “"))).count():
                mark.first.click()
                self.settle()
        if read_all and (button := self.page.get_by_role("button", name="Mark all as read")).is_enabled():
            button.click()
            self.settle()
        self.go("Follow-ups")

    def clients(self) -> None:
        """Look a client up."""
        self.go("Leads & clients")
        self.page.get_by_label("Search leads and clients").press_sequentially("Client 7", delay=90)
        self.settle()
        self.page.get_by_role("link", name="Client 7", exact=True).click()
        self.settle()
        self.go("Follow-ups")

    def something_comes(self) -> None:
        """A sweep finds something of theirs overdue; the inbox stream tells the page."""
        number = next(self.company.names)
        self.company.product.follow_up(self.me, f"Came {number}", due=hours(-1))
        self.company.product.sweep()
        self.settle()

    def escalations(self, minutes: int) -> None:
        """Look at the dashboard, leave it open for a while, and look at one report's."""
        self.go("Escalations")
        self.watch(60, minutes)
        self.search("Search escalations")
        self.page.locator("[data-title]").first.click()
        self.settle()
        self.page.go_back()
        self.settle()
        self.go("Follow-ups")

    def team(self) -> None:
        """See how one's reports are doing, and come back."""
        self.go("Team")
        self.go("Follow-ups")

    def together(self, action: str) -> None:
        """Choose three and change them at once."""
        boxes = self.page.get_by_role("checkbox", name=re.compile("^Select Call"))
        for _ in range(3):
            self.page.get_by_role("checkbox", name=re.compile("^Select Call"), checked=False).first.check()
        expect(boxes.first).to_be_visible()
        self.page.get_by_role("toolbar").get_by_role("button", name=action).click()
        if action == "Reassign":
            form = dialog(self.page, "Reassign 3 follow-ups")
            to = self.company.employees[1].name
            fill_combobox(form.get_by_role("combobox", name="New assignee"), to, to)
            form.get_by_role("button", name="Reassign").click()
        self.settle()

    def hand_over(self) -> None:
        """Give one to somebody else."""
        self._first("Edit").click()
        form = dialog(self.page, "Edit follow-up")
        to = self.company.employees[2].name
        fill_combobox(form.get_by_role("combobox", name="Assignee"), to, to)
        form.get_by_role("button", name="Save").click()
        expect(form).to_be_hidden()
        self.settle()

    def people(self) -> None:
        """Look somebody up, and correct their name."""
        self.go("People")
        self.page.get_by_label("Search people").press_sequentially("Amir Report 3", delay=90)
        self.settle()
        self.page.get_by_role("button", name="Edit Amir Report 3").click()
        form = self.page.get_by_role("dialog")
        form.get_by_label("Name").fill("Amir Report 3")
        self.settle()
        self.page.keyboard.press("Escape")
        self.settle()

    def sweep(self) -> None:
        """Start a sweep and see it end."""
        self.go("Escalation runs")
        self.page.get_by_role("button", name="Start a run").click()
        expect(
            self.page.get_by_role("region", name="Escalation run").get_by_role("progressbar")
        ).to_have_attribute("aria-valuenow", "100")
        self.settle()

    def operate(self, looks: int) -> None:
        """Keep an eye on the queues, on dead letters and on the audit log."""
        self.go("Operations")
        self.watch(5, looks)
        for name in ("Dead letters", "Audit log", "Overview"):
            self.page.get_by_role("radiogroup", name="Show").get_by_text(name).click()
            self.settle()
        self.go("Follow-ups")

    def deleted(self) -> None:
        """See what was deleted."""
        self.page.get_by_role("link", name="Deleted").click()
        self.settle()
        self.go("Follow-ups")

    def _first(self, verb: str) -> Locator:
        return self.page.get_by_role("button", name=re.compile(f"^{verb} ")).first


def employee(day: Day) -> None:
    """Calls and mails, mostly."""
    day.begin()
    _times(2, day.inbox)
    for hour in range(8):
        _times(2, day.complete)
        day.open_one()
        day.away(25)
        day.plan()
        if hour % 2:
            day.edit()
            day.move()
            day.search()
            day.something_comes()
            day.ring()
        day.away(25)
        if hour in (2, 5):
            day.clients()
            day.sections()
    day.complete(undo=True)
    day.together("Complete")
    day.page.reload()
    day.settle()
    day.inbox(read_all=True)


def manager(day: Day) -> None:
    """Their own calls, and those that others are late with."""
    day.begin()
    for hour in range(8):
        day.complete()
        day.open_one()
        day.away(20)
        if hour % 2:
            day.plan()
            day.escalations(minutes=15)
            day.whose()
            day.something_comes()
            day.ring()
        else:
            day.search()
            day.hand_over()
            day.move()
            day.team()
        day.away(20)
    day.together("Reassign")
    day.complete(undo=True)
    day.clients()
    day.sections()
    day.inbox(read_all=True)


def admin(day: Day) -> None:
    """The installation, and what everyone is late with."""
    day.begin()
    for _ in range(2):
        day.escalations(minutes=10)
        day.operate(looks=30)
        day.search()
        day.people()
        day.go("Follow-ups")
        day.whose()
        day.complete()
        day.deleted()
        day.away(60)
    day.sweep()
    day.go("Follow-ups")
    day.inbox()


DAYS: dict[str, Callable[[Day], None]] = {"employee": employee, "manager": manager, "admin": admin}


def _times(number: int, do: Callable[[], None]) -> None:
    for _ in range(number):
        do()
