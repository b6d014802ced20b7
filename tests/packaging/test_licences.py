"""We ship nothing under a licence that nobody looked at."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.licences import shipped

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "LGPL-3.0-only",  # psycopg: used as it is
    "LGPL-3.0-or-later",  # dramatiq, periodiq: used as they are
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PostgreSQL",
    "PSF-2.0",
}
LISTED = Path(__file__).parents[2] / "docs" / "licences.md"


def test_every_licence_is_one_that_we_accept() -> None:
    refused = {
        name: licence
        for name, licence in shipped().items()
        if not set(re.split(r" (?:OR|AND) ", licence.strip("()"))) <= ALLOWED
    }
    assert refused == {}


def test_every_package_is_listed_with_its_licence() -> None:
    listed = LISTED.read_text(encoding="utf-8")
    missing = [
        f"| {name} | {licence} |"
        for name, licence in shipped().items()
        if f"| {name} | {licence} |" not in listed
    ]
    assert missing == [], "run: python -m tests.support.licences docs/licences.md"
