"""Leads and clients: who may change them, what is shown of changes, and two who change one at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.product import Product, hours


def test_a_manager_renames_a_client_and_everybody_sees_who_did(product: Product, visit: Visit) -> None:
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    client = {"kind": "client", "external_id": "C-1", "name": "Acme"}
    subject = product.follow_up(amir, "Call Acme", due=hours(3), subject=client)["subject"]

    page = visit(dana, f"/subjects/{subject['id']}")
    page.get_by_role("button", name="Edit", exact=True).click()
    form = page.get_by_role("dialog")
    form.get_by_label("Link to the CRM").fill("https://good.example\\@evil.example")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("backslash").first).to_be_visible()
    form.get_by_label("Link to the CRM").fill("https://crm.example.com/C-1")

    product.call("PATCH", f"/subjects/{subject['id']}", json={"name": "Acme Ltd"})
    form.get_by_label("Name").fill("Acme Corporation")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("Somebody changed this")
    expect(form.get_by_role("alert")).to_contain_text("they saved “Acme Ltd”, yours is “Acme Corporation”")
    form.get_by_role("button", name="Save mine").click()
    expect(form).to_be_hidden()
    expect(page.get_by_role("heading", name="Acme Corporation")).to_be_visible()

    page = visit(amir, f"/subjects/{subject['id']}")
    changes = page.get_by_role("region", name="Changes")
    expect(changes.get_by_role("listitem")).to_contain_text(
        [
            "to “https://crm.example.com/C-1”, the name from “Acme Ltd” to “Acme Corporation”",
            "changed the name from “Acme” to “Acme Ltd”",
        ]
    )
    link = page.get_by_role("link", name="Open in the CRM")
    expect(link).to_have_attribute("href", "https://crm.example.com/C-1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
