"""SQLAlchemy compiles each statement once: what is asked again comes from its cache."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from followup_api import openapi

from .companies import API, Company

COMPILED = ("[no key", "[generated", "[caching disabled")
"""How SQLAlchemy's log says that it has compiled a statement."""
QUERIES = {"view": ("overdue", "completed"), "level": ("manager",), "unread": ("true",), "kind": ("people",)}
"""Some values of parameters that lead to other statements, by the parameter."""


def lists(company: Company) -> Iterator[str]:
    """What can be read without an id, at once; with each of the parameters above that it has."""
    apart = ("{", "/oidc", "/stream", "/export", "/cron/")
    for path, ways in openapi.document(company.world.app)["paths"].items():
        if "get" in ways and not any(part in path for part in apart):
            yield path
            for name in (each["name"] for each in ways["get"].get("parameters", ())):
                yield from (f"{path}?{name}={value}" for value in QUERIES.get(name, ()))


def test_what_is_read_again_is_not_compiled_again(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    company.follow_up(company.amir)
    found = set()
    for address in lists(company):
        for person in (company.amir, company.dana, company.ada):
            for last in (False, False, True):
                with caplog.at_level(logging.INFO, "sqlalchemy.engine.Engine"):
                    caplog.clear()
                    company.ask(person, "GET", address.removeprefix(API))
                if last and any(line.startswith(COMPILED) for line in caplog.messages):
                    found.add(address)
    assert found == set()
