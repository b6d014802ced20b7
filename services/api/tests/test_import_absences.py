"""Importing absences from a file: all or nothing, by person and days, with each mistake named."""

from __future__ import annotations

from typing import Any

import pytest

from .companies import Company
from .conftest import World
from .importing import imported, send, wrong

HEAD = "E-mail,From,To,Substitute,Note\n"
AMIR = "amir.patel@example.com,2199-12-21,2200-01-03,{substitute},{note}\n"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def planned(company: Company) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = company.get(company.ada, "/absences")["items"]
    return sorted(items, key=lambda each: str(each["from"]))


def test_absences_are_planned_once_and_changed_by_person_and_days(company: Company) -> None:
    file = HEAD + AMIR.format(substitute="MIA.middle@example.com", note='"Sun, sea"')
    file += f"{company.get(company.ada, f'/users/{company.otto.id}')['email']},2199-07-01,2199-07-01,,\n"
    dry = send(company, "absences", file, dry_run=True).json()
    assert (dry["created"], planned(company)) == (2, [])
    assert imported(company, "absences", file) == (2, 0, 0)
    first, second = planned(company)
    assert (first["user"]["id"], first["from"], first["to"]) == (company.otto.id, "2199-07-01", "2199-07-01")
    assert (second["user"]["id"], second["substitute"]["id"]) == (company.amir.id, company.mia.id)
    assert (second["note"], second["source"], second["set_by"]["id"]) == (
        "Sun, sea",
        "import",
        company.ada.id,
    )
    assert imported(company, "absences", file) == (0, 0, 2)
    short = "email,first_day,last_day,note\namir.patel@example.com,2199-12-21,2200-01-03,Snow\n"
    assert imported(company, "absences", short) == (0, 1, 0)
    assert (planned(company)[1]["substitute"]["id"], planned(company)[1]["note"]) == (company.mia.id, "Snow")
    entry = company.get(company.ada, "/ops/audit-log")["items"][0]
    assert entry["summary"].endswith("imported absences: 1 changed")


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("nobody@example.com,2199-01-01,2199-01-02,,", "email", "nobody active here"),
        ("amir.patel@example.com,1.1.2199,2199-01-02,,", "first_day", "write it like 2026-12-21"),
        ("amir.patel@example.com,2199-01-02,2199-01-01,,", "last_day", "lies before first_day"),
        ("amir.patel@example.com,2199-01-01,2200-01-02,,", "last_day", "hand the work over"),
        ("amir.patel@example.com,2020-01-01,2020-01-02,,", "last_day", "is over"),
        ("amir.patel@example.com,2199-01-01,2199-01-02,x@example.com,", "substitute_email", "name another"),
        (
            "amir.patel@example.com,2199-01-01,2199-01-02,amir.patel@example.com,",
            "substitute_email",
            "name another",
        ),
        ("amir.patel@example.com,2200-01-03,2200-01-05,,", "first_day", "another absence, from 2199-12-21"),
        ("mia.middle@example.com,2199-03-04,2199-03-05,,", "first_day", "that of line 2"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    company: Company, line: str, field: str, said: str
) -> None:
    imported(company, "absences", HEAD + AMIR.format(substitute="", note=""))
    before = planned(company)
    answer = send(
        company, "absences", HEAD + "mia.middle@example.com,2199-03-01,2199-03-04,,\n" + line + "\n"
    )
    assert wrong(answer) == [(3, field)]
    assert said in answer.json()["errors"][0]["message"]
    assert planned(company) == before
    part = send(
        company,
        "absences",
        HEAD + "mia.middle@example.com,2199-03-01,2199-03-04,,\n" + line + "\n",
        partial=True,
    )
    assert (part.json()["created"], len(planned(company))) == (1, len(before) + 1)
