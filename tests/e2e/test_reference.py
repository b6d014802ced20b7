"""The page of the API's description, in a browser that reaches nothing but this server."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit


@pytest.mark.long
def test_it_shows_every_section_and_asks_nobody_else(visit: Visit) -> None:
    page = visit(None, "/favicon.svg")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs")
    for section in ("Follow-ups", "Escalations", "Operations"):
        expect(page.get_by_role("heading", name=f"tag/{section} {section}", exact=True)).to_be_visible()
    expect(page.get_by_text("/api/v1/follow-ups/{follow_up_id}/complete").first).to_be_attached()
    expect(page.get_by_role("link", name="the OpenAPI document")).to_be_visible()
    own = page.evaluate("location.origin")
    assert [url for url in asked if not url.startswith((own, "data:"))] == []
