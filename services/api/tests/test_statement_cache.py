"""SQLAlchemy compiles each statement once: what is asked again comes from its cache."""

from __future__ import annotations

import logging

import pytest
from followup_api import openapi

from .companies import API, Company

COMPILED = ("[no key", "[generated", "[caching disabled")
"""How SQLAlchemy's log says that it has compiled a statement."""
QUERIES = ("", "?view=overdue", "?view=completed", "?level=manager", "?unread=true", "?kind=people")


def lists(company: Company) -> list[str]:
    """What can be read without an id, at once."""
    paths = openapi.document(company.world.app)["paths"]
    apart = ("{", "/oidc", "/stream", "/export", "/cron/")
    return [path for path, ways in paths.items() if "get" in ways and not any(part in path for part in apart)]


def test_what_is_read_again_is_not_compiled_again(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    company.follow_up(company.amir)
    found = set()
    for path in lists(company):
        for query in QUERIES:
            for person in (company.amir, company.dana, company.ada):
                for last in (False, False, True):
                    with caplog.at_level(logging.INFO, "sqlalchemy.engine.Engine"):
                        caplog.clear()
                        company.ask(person, "GET", path.removeprefix(API) + query)
                    if last and any(line.startswith(COMPILED) for line in caplog.messages):
                        found.add(path + query)
    assert found == set()
