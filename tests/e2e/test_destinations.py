"""A person adds a chat and an address in their settings, types the codes that were sent, and tests one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit, running
from tests.e2e.pages import dialog, said
from tests.e2e.product import hours
from tests.e2e.test_accessibility import DESK, violations_at_each_size
from tests.support.imap_server import ImapServer, serving
from tests.support.mail_server import MailServer
from tests.support.receiver import Receiver
from tests.support.reports import POSTFIX
from tests.support.waiting import eventually

HOME = "amir@home.example.com"


@pytest.fixture
def mailbox() -> Iterator[ImapServer]:
    with serving() as server:
        yield server


@pytest.mark.long
def test_a_person_reads_that_their_address_takes_no_mail_and_switches_it_on_again(
    built_ui: None, visit: Visit, mailbox: ImapServer
) -> None:
    with (
        MailServer() as mail,
        running(
            FOLLOWUP_SMTP_URL=mail.url,
            FOLLOWUP_MAIL_FROM="Followup <f@example.com>",
            FOLLOWUP_BOUNCES_URL=mailbox.url,
        ) as product,
    ):
        amir = product.person("Amir Patel")
        product.follow_up(amir, "Call Acme", due=hours(-2))
        product.sweep()
        [taken] = eventually(lambda: mail.taken, 30, what="a mail")
        report = POSTFIX.report(to=amir.email, message_id=str(taken.message["Message-ID"]))
        mailbox.deliver(report)
        page = visit(amir, "/inbox", at=product, viewport=DESK, reduced_motion="reduce")
        entry = page.get_by_role("link", name=f"Mail to {amir.email} came back: 550 5.1.1 no such user")
        expect(entry).to_be_visible(timeout=90_000)  # it is looked for each minute
        expect(page.get_by_text("Mail failed: 550 5.1.1 no such user")).to_be_visible()
        found = {"inbox": violations_at_each_size(page)}
        entry.click()
        told = page.get_by_role("region", name="Where you are told")
        expect(told.get_by_text("Switched off, as what was sent there came back: 550 5.1.1")).to_be_visible()
        found["settings"] = violations_at_each_size(page)
        told.get_by_role("button", name=f"Switch on {amir.email}").click()
        expect(told.get_by_text("On", exact=True)).to_be_visible()
        expect(told.get_by_text("came back")).to_have_count(0)
    assert not {what: problems for what, problems in found.items() if problems}


@pytest.mark.long
def test_a_person_is_told_at_another_address(built_ui: None, visit: Visit) -> None:
    with (
        MailServer() as mail,
        Receiver() as chat,
        running(
            FOLLOWUP_SMTP_URL=mail.url,
            FOLLOWUP_MAIL_FROM="Followup <f@example.com>",
            FOLLOWUP_SLACK_TOKEN="xoxb-1234567890",
            FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8",
        ) as product,
    ):
        amir = product.person("Amir Patel")
        page = visit(amir, "/settings", at=product, viewport=DESK, reduced_motion="reduce")
        told = page.get_by_role("region", name="Where you are told")
        expect(told.get_by_text("The address that you log in with")).to_be_visible(timeout=30_000)
        told.get_by_role("button", name="Add an address").click()
        form = dialog(page, "Where else are you told?")
        form.get_by_role("combobox", name="By").click()
        page.get_by_role("option", name="Slack", exact=True).click()
        expect(form.get_by_label("Member ID, or the e-mail address")).to_be_visible()
        form.get_by_role("combobox", name="By").click()
        page.get_by_role("option", name="Slack (webhook)").click()
        form.get_by_label("URL of the incoming webhook").fill("https://10.0.0.1/services/T/B/x")
        form.get_by_label("Nobody else reads there").check()
        form.get_by_role("button", name="Send a code").click()
        expect(form.get_by_text("which is not a public address")).to_be_visible()
        found = {"webhook": violations_at_each_size(page)}
        form.get_by_label("URL of the incoming webhook").fill(chat.url())
        form.get_by_role("button", name="Send a code").click()
        verify = dialog(page, "Type the code")
        eventually(lambda: chat.received, 30, what="a code in the chat")
        verify.get_by_label("Code").fill(json.loads(chat.received[0].body)["text"].splitlines()[0][-9:])
        verify.get_by_role("button", name="Verify").click()
        expect(verify).to_have_count(0)
        expect(told.get_by_text("127.0.0.1 (")).to_be_visible()
        told.get_by_role("button", name="Add an address").click()
        form.get_by_label("E-mail address").fill("home")
        form.get_by_role("button", name="Send a code").click()
        expect(form.get_by_text("is not an e-mail address")).to_be_visible()
        found["form"] = violations_at_each_size(page)
        form.get_by_label("E-mail address").fill(HOME)
        form.get_by_role("button", name="Send a code").click()
        verify = dialog(page, "Type the code")
        eventually(lambda: mail.taken, 30, what="a code")
        assert mail.taken[0].recipients == (HOME,)
        code = mail.subjects[0].removeprefix("Your code is ")
        verify.get_by_label("Code").fill(f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}")
        verify.get_by_role("button", name="Verify").click()
        expect(verify.get_by_text("you have 4 more tries")).to_be_visible()
        found["code"] = violations_at_each_size(page)
        verify.get_by_label("Code").fill(code)
        verify.get_by_role("button", name="Verify").click()
        expect(said(page, "Verified: you are told there from now on").last).to_be_visible()
        expect(verify).to_have_count(0)
        told.get_by_role("button", name=f"Send a test to {HOME}").click()
        expect(told.get_by_text("Sent: the test")).to_be_visible(timeout=30_000)
        assert mail.subjects[1] == "It works: Followup reaches you here"
        mail.on_recipient = lambda _: "550 no such user"
        told.get_by_role("button", name=f"Send a test to {HOME}").click()
        expect(told.get_by_text("550 no such user")).to_be_visible(timeout=30_000)
        found["list"] = violations_at_each_size(page)
        told.get_by_role("button", name=f"Switch off {HOME}").click()
        expect(told.get_by_text("Off", exact=True)).to_be_visible()
        told.get_by_role("button", name=f"Remove {HOME}").click()
        dialog(page, "Remove this address?").get_by_role("button", name="Remove").click()
        expect(told.get_by_text(HOME)).to_have_count(0)
    assert not {what: problems for what, problems in found.items() if problems}
