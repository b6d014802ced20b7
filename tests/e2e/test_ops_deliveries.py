"""Operators see on the page which mails failed, and try one again once the mail server takes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit, running
from tests.e2e.product import hours
from tests.e2e.test_accessibility import DESK, PHONE, violations_at_each_size
from tests.e2e.test_layout import FITS
from tests.support.mail_server import MailServer
from tests.support.waiting import eventually

SENDER = "Followup <followup@example.com>"


@pytest.mark.long
def test_a_mail_that_failed_is_tried_again(built_ui: None, visit: Visit) -> None:
    with MailServer() as mails:
        mails.on_recipient = lambda _: "554 relay access denied"
        url = mails.url
        with running(FOLLOWUP_SMTP_URL=url, FOLLOWUP_MAIL_FROM=SENDER) as product:
            ada, eve = product.person("Ada Okafor", "admin"), product.person("Eve Moreau")
            product.follow_up(eve, "Call Acme", due=hours(-2))
            product.sweep()
            page = visit(ada, "/admin/ops?tab=deliveries", at=product, viewport=DESK, reduced_motion="reduce")
            retry = page.get_by_role("button", name="Try again: what goes to Eve Moreau")
            expect(retry).to_be_visible(timeout=60_000)
            failed = page.get_by_role("list", name="Deliveries that failed")
            expect(failed).to_contain_text("554 relay access denied")
            expect(page.get_by_role("row").filter(has_text="E-mail")).to_contain_text("1")
            found = violations_at_each_size(page)
            page.set_viewport_size(PHONE)
            assert retry.locator(".mantine-Button-label").evaluate(FITS)
            page.set_viewport_size(DESK)
            mails.on_recipient = lambda _: None
            retry.click()
            eventually(lambda: mails.taken, what="the mail is sent")
            expect(page.get_by_text("None.")).to_be_visible()
            assert found == []
