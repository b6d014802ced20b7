"""An escalation arrives as a mail, whose links open and complete it; the inbox says that it was sent."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Visit, running
from tests.e2e.product import hours
from tests.e2e.test_accessibility import PHONE, violations_at_each_size
from tests.support.mail_server import MailServer
from tests.support.ports import free_port
from tests.support.waiting import eventually


def test_an_escalation_arrives_as_a_mail(built_ui: None, visit: Visit) -> None:
    port = free_port()
    with (
        MailServer() as mail,
        running(
            port,
            FOLLOWUP_SMTP_URL=mail.url,
            FOLLOWUP_MAIL_FROM="Followup <followup@example.com>",
            FOLLOWUP_PUBLIC_URL=f"http://localhost:{port}",
        ) as product,
    ):
        amir, nina = product.person("Amir Patel"), product.person("Nina Berg")
        product.follow_up(amir, "Call Acme", due=hours(-2))
        mail.on_recipient = lambda to: "550 no such user" if to == nina.email else None
        product.follow_up(nina, "Call Globex", due=hours(-2))
        product.sweep()
        eventually(lambda: mail.taken, 30, what="a mail")
        [taken] = mail.taken
        assert (taken.recipients, mail.subjects) == ((amir.email,), ["Call Acme is 2 h overdue"])
        plain = taken.message.get_body(("plain",))
        assert plain is not None
        link = re.search(r"http\S+", plain.get_content())
        assert link is not None
        page = visit(amir, link[0], at=product)
        expect(page.get_by_role("heading", name="Call Acme")).to_be_visible()
        page.goto("/inbox")
        expect(page.get_by_text(re.compile(r"^Mail sent today "))).to_be_visible()
        other = visit(nina, "/inbox", at=product)
        expect(other.get_by_text("Mail failed: 550 no such user")).to_be_visible()
        complete, snooze = (link_in(plain.get_content(), name) for name in ("Complete", "Snooze"))
        stop = link_in(plain.get_content(), "Get no more of these mails")
        for found in (complete, snooze, stop):
            with_scripts = visit(None, found, at=product)
            assert violations_at_each_size(with_scripts) == []
        phone = visit(None, complete, at=product, java_script_enabled=False, viewport=PHONE)
        expect(phone.get_by_role("heading", name="Complete “Call Acme”?")).to_be_visible()
        expect(phone.get_by_text("You act as Amir Patel.")).to_be_visible()
        phone.get_by_label("What came of it (if you like)").fill("They sign.")
        phone.get_by_role("button", name="Complete it").click()
        expect(phone.get_by_role("heading", name="“Call Acme” is completed")).to_be_visible()
        phone.goto(complete)
        expect(phone.get_by_role("heading", name="You have used this link already")).to_be_visible()
        phone.goto(snooze)
        expect(phone.get_by_role("heading", name="It is completed already")).to_be_visible()
        phone.goto(stop)
        expect(phone.get_by_text("These are the mails of Amir Patel.")).to_be_visible()
        phone.get_by_role("button", name="Get no more of these mails").click()
        ended = phone.get_by_role("heading", name="You get no more mails about what is overdue")
        expect(ended).to_be_visible()
        assert str(taken.message["List-Unsubscribe"]).endswith(f"{stop}>")
        page.goto("/settings")
        mode = page.get_by_role(
            "combobox", name="Overdue, given to you, mentioning you, or no longer on hold"
        )
        expect(mode).to_have_value("Never")


def link_in(mail: str, name: str) -> str:
    """Where a link of a mail leads."""
    found = re.search(rf"^{name}: http://[^/]+(\S+)", mail, re.MULTILINE)
    assert found is not None
    return found[1]
