"""Waiting, snoozing and having it, by keyboard: what the rows, the page of one and the history say."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.pages import dialog, row, said
from tests.e2e.product import Product, hours


def chosen(page: Page, title: str, item: str) -> None:
    """Take an item of a row's menu by keys."""
    page.get_by_role("button", name=f"More about {title}").focus()
    page.keyboard.press("Enter")
    wanted = page.get_by_role("menuitem", name=item)
    wanted.focus()
    page.keyboard.press("Enter")


COLOUR = "element => getComputedStyle(element).color"


def test_one_waits_and_goes_on_by_keys(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    planned = product.follow_up(amir, "Call Acme", due=hours(-3))
    product.follow_up(amir, "Call Globex", due=hours(-3))
    page = visit(amir, "/followups")
    chosen(page, "Call Acme", "Wait for somebody")
    form = dialog(page, "Let “Call Acme” wait")
    expect(form.get_by_role("radio", name="Tomorrow")).to_be_focused()
    page.keyboard.press("w")
    expect(form.get_by_role("radio", name="In a week")).to_be_checked()
    expect(form.get_by_label("For what")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(form.get_by_text("Say for what it waits.")).to_be_visible()
    expect(form.get_by_role("radio", name="In a month")).to_have_count(0)  # ten working days are the limit
    page.keyboard.type("They decide on Thursday")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(said(page, "“Call Acme” waits")).to_be_visible()
    expect(row(page, "Call Acme")).to_contain_text("Waiting until")
    waiting, other = (row(page, title).get_by_text("overdue") for title in ("Call Acme", "Call Globex"))
    assert waiting.evaluate(COLOUR) != other.evaluate(COLOUR)  # its clock is stopped: it is not red
    page.goto(f"{page.url.split('/followups')[0]}/followups/{planned['id']}")
    expect(page.get_by_text("Its clock is stopped until")).to_be_visible()
    expect(page.get_by_text("It began to wait")).to_contain_text("today at")
    expect(page.get_by_text("“They decide on Thursday”")).to_be_visible()
    chosen(page, "Call Acme", "End the wait")
    expect(page.get_by_text("Its clock is stopped until")).to_be_hidden()


def test_many_are_snoozed_and_that_is_undone(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    first, _ = (product.follow_up(amir, f"Call {number}", due=hours(-3)) for number in range(2))
    page = visit(amir, "/followups")
    for number in range(2):
        page.get_by_role("checkbox", name=f"Select Call {number}").check()
    bar = page.get_by_role("toolbar", name="Selected follow-ups")
    bar.get_by_role("button", name="Snooze").click()
    form = dialog(page, "Snooze 2 follow-ups")
    expect(form.get_by_role("radio", name="Tomorrow")).to_be_checked()
    expect(form.get_by_role("radio", name="In a month")).to_have_count(0)  # five working days are the limit
    form.get_by_role("button", name="Snooze").click()
    expect(said(page, "Snoozed 2 follow-ups")).to_be_visible()
    for number in range(2):
        expect(row(page, f"Call {number}")).to_contain_text("Snoozed ×1")
    said(page, "Snoozed 2 follow-ups").get_by_role("button", name="Undo").click()
    expect(row(page, "Call 0")).not_to_contain_text("Snoozed")
    for _ in range(2):
        hold = product.call(
            "POST", f"/follow-ups/{first['id']}/wait", json={"preset": "tomorrow", "reason": "x"}
        )
        product.call("DELETE", f"/follow-ups/{first['id']}/holds/{hold['holds'][0]['id']}")
    for number in range(2):
        page.get_by_role("checkbox", name=f"Select Call {number}").check()
    bar.get_by_role("button", name="Wait").click()
    waiting = dialog(page, "Let 2 follow-ups wait")
    expect(waiting.get_by_text("1 follow-up may not wait until any of these times")).to_be_visible()
    expect(waiting.get_by_role("radio", name="Tomorrow")).to_be_checked()


def test_many_are_acknowledged_and_go_on_from_the_bar(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    for number in range(2):
        product.follow_up(amir, f"Call {number}", due=hours(-3))
    product.sweep()
    page = visit(amir, "/followups")
    for number in range(2):
        page.get_by_role("checkbox", name=f"Select Call {number}").check()
    bar = page.get_by_role("toolbar", name="Selected follow-ups")
    expect(bar.get_by_role("button", name="Go on")).to_be_hidden()
    bar.get_by_role("button", name="I have it").click()
    expect(said(page, "You have 2 follow-ups")).to_be_visible()
    for number in range(2):
        expect(row(page, f"Call {number}")).to_contain_text("Amir Patel has it")
        page.get_by_role("checkbox", name=f"Select Call {number}").check()
    bar.get_by_role("button", name="Go on").click()
    expect(said(page, "2 follow-ups go on")).to_be_visible()
    expect(row(page, "Call 0")).not_to_contain_text("has it")


def test_a_manager_sees_who_has_it_and_finds_it_by_a_filter(product: Product, visit: Visit) -> None:
    mia = product.person("Mia Middle", "manager")
    amir = product.person("Amir Patel", manager=mia)
    planned = product.follow_up(amir, "Call Acme", due=hours(-50))
    product.follow_up(amir, "Call Globex", due=hours(-50))
    product.sweep()
    page = visit(amir, "/followups")
    expect(row(page, "Call Acme")).to_contain_text("With manager")
    chosen(page, "Call Acme", "I have it")
    expect(said(page, "You have “Call Acme”")).to_be_visible()
    page = visit(mia, "/followups?who=all&held=acknowledged")
    expect(row(page, "Call Acme")).to_contain_text("Amir Patel has it")
    expect(row(page, "Call Globex")).to_have_count(0)
    page.get_by_role("button", name="Show all again, not only Somebody has it").click()
    expect(row(page, "Call Globex")).to_be_visible()
    path, later = f"/follow-ups/{planned['id']}", {"preset": "in_a_week", "reason": "They decide"}
    product.call("POST", f"{path}/wait", json=later)
    product.call("POST", f"{path}/snooze", json={"preset": "tomorrow"})
    page.get_by_role("link", name="Escalations").first.click()
    expect(row(page, "Call Acme")).to_contain_text(re.compile(r"Waiting until .+ \(\d days\)"))
    expect(row(page, "Call Acme")).to_contain_text(re.compile(r"Snoozed ×1, until .+ \(.+\)"))
    waiting, other = (row(page, title).get_by_text("overdue") for title in ("Call Acme", "Call Globex"))
    assert waiting.evaluate(COLOUR) != other.evaluate(COLOUR)
