"""Logging in through an OpenID Connect provider, as people do it where passwords are switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, running
from tests.e2e.pages import dialog, said
from tests.e2e.product import Product
from tests.e2e.test_accessibility import violations
from tests.support import oidc
from tests.support.ports import free_port

ENTER = "Log in with Acme SSO"


@dataclass
class Trusting:
    """A product and the provider through which people come."""

    product: Product
    provider: oidc.Provider


@pytest.fixture(scope="module")
def trusting(built_ui: None) -> Iterator[Trusting]:
    """One that gives Amir, who is known here, his role."""
    port = free_port()
    with oidc.running(f"http://localhost:{port}/api/v1/session/oidc/callback", asks=True) as provider:
        settings = {f"FOLLOWUP_{name.upper()}": value for name, value in provider.settings.items()}
        settings |= {"FOLLOWUP_PASSWORD_LOG_IN": "false", "FOLLOWUP_OIDC_NAME": "Acme SSO"}
        with running(port, **settings, FOLLOWUP_OIDC_ROLE_CLAIM="role") as product:
            product.call("POST", "/users", json={"name": "Amir Patel", "email": oidc.AMIR["email"]})
            yield Trusting(product, provider)


def answer(page: Page, link: str, role: str, trusting: Trusting) -> None:
    """Go to the provider, which gives a role, and click a link there."""
    trusting.provider.person = {**oidc.AMIR, "role": role}
    page.get_by_role("link", name=ENTER).click()
    page.get_by_role("link", name=link).click()


def test_a_person_logs_in_through_the_provider_and_lands_where_they_wanted_to_go(
    trusting: Trusting, visit: Visit
) -> None:
    page = visit(None, "/inbox", at=trusting.product)
    expect(page.get_by_role("link", name=ENTER)).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    answer(page, "Cancel", "employee", trusting)
    expect(said(page, "The log-in provider did not let you in.")).to_be_visible()
    assert violations(page) == []
    answer(page, "Continue as Amir Patel", "guest", trusting)
    expect(said(page, "The log-in provider gives you no role here.")).to_be_visible()
    assert page.context.request.get("/api/v1/me").status == 401
    answer(page, "Continue as Amir Patel", "employee", trusting)
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Account of Amir Patel")).to_be_visible()


def test_a_session_that_ends_goes_on_after_a_log_in_in_another_tab(trusting: Trusting, visit: Visit) -> None:
    page = visit(None, "/followups", at=trusting.product)
    answer(page, "Continue as Amir Patel", "employee", trusting)
    page.get_by_role("button", name="New follow-up").click()
    form = dialog(page, "New follow-up")
    form.get_by_label("What is to be done").fill("Call about the tender")
    page.context.request.delete("/api/v1/session", headers={"Origin": trusting.product.url})
    form.get_by_role("button", name="Create follow-up").click()
    ended = dialog(page, "Your session has ended")
    with page.expect_popup() as opened:
        ended.get_by_role("link", name=f"{ENTER} in a new tab").click()
    opened.value.get_by_role("link", name="Continue as Amir Patel").click()
    expect(opened.value.get_by_role("button", name="Account of Amir Patel")).to_be_visible()
    # Without a window no page gains or loses focus: say it does.
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(ended).to_be_hidden()
    form.get_by_role("button", name="Create follow-up").click()
    expect(said(page, "Planned “Call about the tender”")).to_be_visible()


def test_what_decides_about_rights_asks_for_a_fresh_log_in(trusting: Trusting, visit: Visit) -> None:
    """The provider knew Amir and asked him nothing, so his log-in proves nothing yet."""
    page = visit(None, "/settings/tokens", at=trusting.product)
    answer(page, "Continue as Amir Patel", "employee", trusting)
    page.get_by_role("button", name="Token", exact=True).click()
    form = dialog(page, "New API token")
    form.get_by_label("What it is for").fill("Nightly report")
    form.get_by_role("button", name="Create token").click()
    asked = dialog(page, "Confirm that it is you")
    expect(asked.get_by_label("Your password")).to_have_count(0)
    assert violations(page) == []
    with page.expect_popup() as opened:
        asked.get_by_role("link", name="Log in again with Acme SSO in a new tab").click()
    opened.value.get_by_role("link", name="Continue as Amir Patel").click()
    expect(dialog(page, "Copy it now")).to_be_visible()
    assert trusting.provider.asked[-1]["prompt"] == "login"
