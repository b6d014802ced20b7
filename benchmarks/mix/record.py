"""`python -m benchmarks.mix.record`: drives the page through a working day and writes what it asked for.

A real product and a real Chromium. Numbers of rows, cursors and what was typed are left out of the addresses,
so that the benchmark can put its own company's in their place.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page, Request, sync_playwright

from benchmarks.mix.day import DAYS, Company, Day, hire
from tests.e2e.conftest import OPTIONS, installed_browser, running
from tests.e2e.product import Person

RECORDED = Path(__file__).with_name("recorded.json")
SOURCE = (
    "Written by `python -m benchmarks.mix.record`: the page, driven in Chromium through the working day of "
    "benchmarks/mix/day.py, once for each of these people. `who`: whose page; `times`: how often a day."
)
TYPED = {"cursor", "q"}
NUMBERS = {"assignee", "assignee_id", "person", "subject_id", "user_id"}
"""Parameters whose values, where they are numbers, are those of one company."""

Kind = tuple[str, str, str, str]
"""Whose page, method and route, query, names in the body."""


def main() -> None:
    """Record all days, one after the other."""
    counted: Counter[Kind] = Counter()
    with running() as product, sync_playwright() as playwright:
        company = hire(product)
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=OPTIONS)
        people = {"employee": company.employees[0], "manager": company.manager, "admin": company.admin}
        for who, person in people.items():
            page = browser.new_page(base_url=product.url, viewport={"width": 1440, "height": 900})
            page.set_default_timeout(60_000)
            counted.update(_requests(page, who, company, person))
            page.close()
        browser.close()
    write(counted)


def write(counted: Counter[Kind]) -> None:
    """Write the mix, a line a kind of request."""
    lines = [
        json.dumps({"who": who, "request": request, "query": query, "body": body, "times": times})
        for (who, request, query, body), times in sorted(counted.items())
    ]
    listed = ",\n    ".join(lines)
    RECORDED.write_text(f'{{\n  "source": {json.dumps(SOURCE)},\n  "requests": [\n    {listed}\n  ]\n}}\n')


def _requests(page: Page, who: str, company: Company, person: Person) -> list[Kind]:
    seen: list[Kind] = []

    def note(request: Request) -> None:
        if "/api/" in request.url:
            seen.append(_kind(who, request))

    page.on("request", note)
    DAYS[who](Day(page, company, person))
    return seen


def _kind(who: str, request: Request) -> Kind:
    address = urlsplit(request.url)
    route = re.sub(r"/\d+(?=/|$)", "/{id}", address.path.removeprefix("/api/v1"))
    route = re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27}", "/{id}", route)
    query = "&".join(f"{name}={_value(name, value)}" for name, value in parse_qsl(address.query))
    body = request.post_data_json if request.post_data else {}
    names = ",".join(
        f"action={value}" if name == "action" else name for name, value in sorted((body or {}).items())
    )
    return who, f"{request.method} {route}", query, names


def _value(name: str, value: str) -> str:
    """Its place, for a value that another company has another of."""
    return f"{{{name}}}" if name in TYPED or (name in NUMBERS and value.isdigit()) else value


if __name__ == "__main__":
    main()
