"""Export, import, export: what comes out goes in again unchanged, and comes out the same, byte for byte."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from .companies import Company
from .conftest import World
from .importing import follow_up_rows

TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS = ("", "</r>")
LATER = "2199-03-02T09:00:00"
BEGINNINGS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "'",
    "'=",
    "''+",
    "＝",
    "－",
    '"',
    ";=",
    ";'=",
    "<r>",
    "_x000D_",
    "sep=;",
)
TEXTS = (
    *(f"{begins}1+1" for begins in BEGINNINGS),
    '=HYPERLINK("https://evil.example")',
    'She said "no"; then, left',
    "a\tb\r\nc\rd\ne",
    "first\n=second",
    "first\r+second;@third",
    "שלום (Acme) 12",
    "مرحبا ABC",
    "👩‍👩‍👧‍👦 🇩🇪 call",
    "<r>bold</r>",
    "<r><t>a</t></r></is></c></r>",
    "a_x000D_b_x005F_x0041_",
    "\ufffe\uffff end",
    "Ångström e\u0301 ﬁ Ⅷ",
    "0049 170",
    "1e5",
    "TRUE",
    "46083",
    "2026-03-02",
    "\\N",
    "\\.",
    "NULL",
    ",,,",
    "x" * 200,
)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def exported(company: Company, kind: str) -> bytes:
    answer = company.ask(company.ada, "GET", "/follow-ups/export", params={"format": kind, "view": "all"})
    assert answer.status_code == 200, answer.text
    return answer.content


def imported(company: Company, kind: str, file: bytes) -> tuple[int, int, int]:
    headers = {"Content-Type": TYPES[kind]}
    answer = company.ask(company.ada, "POST", "/imports/follow-ups", content=file, headers=headers)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["errors"], body["warnings"]) == ([], [])
    return body["created"], body["updated"], body["unchanged"]


def fill(company: Company) -> int:
    """Follow-ups with all texts in every place that takes one, with and without an external id."""
    fractions = itertools.cycle(("", ".5", ".123", ".123456"))
    for number, (text, fraction) in enumerate(zip(TEXTS, fractions, strict=False)):
        body: dict[str, Any] = {
            "title": text,
            "notes": f"{text}\n{text}\n\u0001 bell \u001f" + ENDINGS[number % len(ENDINGS)],
            "due_at": f"{LATER}{fraction}Z",
            "assignee_id": company.amir.id,
        }
        if number % 2:
            body["external_id"] = f"{text[:150]} {number}"
            body["subject"] = {"kind": "client", "name": text, "external_id": f"{text[:150]} {number}"}
        if number % 3 == 0:
            body["subject"] = {"kind": "lead", "name": f"{text[:150]} {number}"}
        if number % 3 == 1:
            body |= {"kind": "call", "priority": "high", "tags": ['say "hi"', "back\\slash", "vip"]}
            body["value"] = {"amount": f"{number}200.50", "currency": "EUR"}
        if number % 4 == 0 and "subject" in body:
            body["subject"]["url"] = "https://crm.example.com/1?a=b"
        answer = company.ask(company.ada, "POST", "/follow-ups", json=body)
        assert answer.status_code == 201, answer.text
        if number % 5 == 0:
            company.ask(company.ada, "POST", f"/follow-ups/{answer.json()['id']}/complete")
    return len(TEXTS)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_is_imported_unchanged_and_exported_the_same(company: Company, kind: str) -> None:
    number = fill(company)
    first, rows = exported(company, kind), follow_up_rows(company)
    assert imported(company, kind, first) == (0, 0, number)
    assert follow_up_rows(company) == rows
    assert exported(company, kind) == first


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_import_brings_everything_back_that_was_changed_since(company: Company, kind: str) -> None:
    number = fill(company)
    first = exported(company, kind)
    company.world.execute(
        "UPDATE follow_ups SET title = 'x', notes = 'y', subject_id = NULL, kind = 'visit', "
        "priority = 'low', tags = '{other}', value_amount = 1, value_currency = 'USD', "
        "assignee_id = CASE WHEN is_open THEN :other ELSE assignee_id END, "
        "due_at = CASE WHEN is_open THEN due_at + interval '1 s' ELSE due_at END",
        other=company.otto.id,
    )
    assert imported(company, kind, first) == (0, number, 0)
    assert exported(company, kind) == first


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_two_kinds_of_file_say_the_same(company: Company, kind: str) -> None:
    number = fill(company)
    other = "xlsx" if kind == "csv" else "csv"
    assert imported(company, other, exported(company, other)) == (0, 0, number)
    assert imported(company, kind, exported(company, kind)) == (0, 0, number)


def test_an_id_that_is_nobodys_or_there_twice_is_named(company: Company) -> None:
    company.create(company.ada, title="One")
    file = exported(company, "csv").decode("utf-8-sig")
    header, line = file.strip().split("\r\n")
    wrong = "\r\n".join([header, line, line, line.replace('"1"', '"99"', 1)])
    headers = {"Content-Type": "text/csv"}
    answer = company.ask(company.ada, "POST", "/imports/follow-ups", content=wrong.encode(), headers=headers)
    assert [(error["line"], error["field"]) for error in answer.json()["errors"]] == [(3, "id"), (4, "id")]
