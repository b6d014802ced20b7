"""Follow-ups as a file for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from followup_api.followups import export
from followup_api.followups.export import harmless
from hypothesis import given
from hypothesis import strategies as st

from .companies import Company
from .conftest import Person, World

EXPORT = "/follow-ups/export"


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def lines(company: Company, who: Person, **query: str) -> list[dict[str, str]]:
    answer = company.ask(who, "GET", EXPORT, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="follow-ups.csv"'
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_a_line_says_what_a_follow_up_is(company: Company) -> None:
    body = {
        "title": 'Grüße, "Acme"',
        "due_at": "2026-03-02T09:00:00Z",
        "external_id": "deal-1",
        "notes": "First line\nsecond line",
        "subject": {"kind": "client", "external_id": "C-1", "name": "Acme", "url": "https://example.com/1"},
    }
    number = company.ask(company.amir, "POST", "/follow-ups", json=body).json()["id"]
    [line] = lines(company, company.amir)
    assert list(line) == list(export.COLUMNS)
    assert (line["id"], line["title"], line["notes"]) == (str(number), body["title"], body["notes"])
    assert (line["due_at"], line["status"], line["level"]) == ("2026-03-02T09:00:00+00:00", "open", "0")
    assert (line["assignee_email"], line["subject_name"]) == (company.amir.email, "Acme")
    assert (line["completed_at"], line["level_label"], line["sla_breach"]) == ("", "", "false")


def test_it_holds_what_the_list_would_in_the_same_order(company: Company) -> None:
    company.follow_up(company.amir, "third", overdue=timedelta(hours=1))
    company.follow_up(company.mia, "first", overdue=timedelta(hours=9))
    company.follow_up(company.amir, "second", overdue=timedelta(hours=5))
    company.follow_up(company.amir, "later", overdue=timedelta(hours=-99))
    company.follow_up(company.otto, "not hers", overdue=timedelta(hours=2))
    assert [line["title"] for line in lines(company, company.mia, view="overdue")] == [
        "first",
        "second",
        "third",
    ]
    assert [line["title"] for line in lines(company, company.mia, view="overdue", assignee="me")] == ["first"]
    assert [line["title"] for line in lines(company, company.mia, q="late")] == ["later"]
    assert [line["title"] for line in lines(company, company.otto)] == ["not hers"]
    assert lines(company, company.dana, view="completed") == []


@pytest.mark.parametrize("begins", export.FORMULA)
def test_what_a_spreadsheet_would_run_it_shows(company: Company, begins: str) -> None:
    title, notes = f"{begins.strip() or '='}HYPERLINK(1)", f"{begins}cmd|' /C calc'!A0"
    number = company.follow_up(company.amir, title, notes=notes)
    [line] = lines(company, company.amir)
    assert (line["title"], line["notes"]) == (f"'{title}", f"'{notes}")
    assert company.get(company.amir, f"/follow-ups/{number}")["notes"] == notes


@given(st.text())
def test_no_text_begins_with_what_starts_a_formula(text: str) -> None:
    shown = harmless(text)
    assert not shown.strip(" \u00a0").startswith(export.FORMULA)
    assert shown.removeprefix("'") == text or shown == text


def test_more_than_a_file_takes_is_refused_and_not_cut(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_MOST", 2)
    for _ in range(2):
        company.follow_up(company.amir)
    assert len(lines(company, company.amir)) == 2
    company.follow_up(company.amir)
    answer = company.ask(company.amir, "GET", EXPORT)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "view"


def test_many_come_complete(company: Company) -> None:
    company.world.execute(
        "INSERT INTO follow_ups (title, due_at, assignee_id, notes) "
        "SELECT 'Call ' || i, now(), :id, repeat('x', 500) FROM generate_series(1, 5000) i",
        id=company.amir.id,
    )
    found = lines(company, company.amir)
    assert len({line["title"] for line in found}) == 5_000
    assert {line["notes"] for line in found} == {"x" * 500}


def test_an_export_is_in_the_audit_log(company: Company) -> None:
    lines(company, company.amir, view="overdue")
    [entry] = company.get(company.ada, "/ops/audit-log")["items"]
    assert (entry["action"], entry["actor_id"]) == ("follow-ups.exported", company.amir.id)
    assert entry["details"] == {"view": "overdue"}
