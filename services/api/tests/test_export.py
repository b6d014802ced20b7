"""Follow-ups as a file for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from followup_api.followups import export
from followup_api.followups.schemas import Format
from followup_api.formulas import CUTS, FORMULA, harmless, plain
from hypothesis import given
from hypothesis import strategies as st

from .companies import Company
from .conftest import Person, World
from .importing import follow_up_rows, imported

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


@pytest.mark.parametrize("begins", sorted(FORMULA))
@pytest.mark.parametrize("after", ["", ";", "x;", 'x; "', "x\n", "x\r\n", "x\t", "x;\t ' \""])
def test_what_a_spreadsheet_would_run_it_shows(company: Company, begins: str, after: str) -> None:
    title = f"{after}{begins}cmd|' /C calc'!A0"
    company.follow_up(company.amir, title, notes=title)
    content = company.ask(company.amir, "GET", EXPORT).content.decode("utf-8-sig")
    for cell in every_cell(content):
        assert not may_run(cell), cell
    [line] = lines(company, company.amir)
    assert plain(line["title"]) == plain(line["notes"]) == title != line["title"]


def every_cell(content: str) -> set[str]:
    """The cells that readers make of a file: by any separator, with quotes understood or not."""
    found: set[str] = set()
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
            found.update(row)
    for separator in ";\t":
        for unquoted in content.replace("\r", "\n").split("\n"):
            found.update(unquoted.split(separator))
    return found


def may_run(cell: str) -> bool:
    """Whether a reader that skips spaces, quotes and what one does not see finds a formula."""
    skipped = ' \u00a0\u3000"\u200b\ufeff\x0b\x0c\x1f\t\r\n'
    return cell.lstrip(skipped)[:1] in FORMULA


texts = st.one_of(
    st.text(),
    st.text(st.sampled_from("=+-@＝＠;,\t\r\n '\"\u00a0\u200b\ufeffax1")),
)


@given(texts)
def test_no_text_runs_for_any_reader_and_an_import_reads_it_as_it_was(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow(["1", harmless(text), harmless(text), "2"])
    for cell in every_cell(file.getvalue()):
        assert not may_run(cell), (text, cell)
    assert plain(harmless(text)) == text
    assert harmless(text) != text or not text.startswith((*FORMULA, *CUTS))


@pytest.mark.parametrize(
    "text", ["Call Acme", "Acme, -5 %", "a - b", "it's", "1;2", "amir@example.com", "'a'"]
)
def test_what_is_harmless_is_written_as_it_is(text: str) -> None:
    assert harmless(text) == text == plain(text)


HOSTILE = [
    *("=1+1", "+49 30 1234", "- call back", "@team", "＝1", "'=1", "''=1", "'quoted'", 'say "hi"', "a;=1"),
    *("a\t=1", "a\n=1", "a\r\n-1", "a,=1", "x\n\n'=1", '"=1"', ";=1", "a'b", "\u200b=1"),
]


def test_an_export_comes_back_through_an_import_as_it_was(company: Company) -> None:
    for number, text in enumerate(HOSTILE):
        subject = {"kind": "lead", "external_id": f"L{number}", "name": text}
        company.create(
            company.amir, title=text, notes=f"{text}\n{text}", external_id=f"{text}{number}", subject=subject
        )
    number = company.create(company.amir, title="Done", external_id="done")["id"]
    company.ask(company.amir, "POST", f"/follow-ups/{number}/complete")
    before = follow_up_rows(company)
    file = company.ask(company.ada, "GET", EXPORT).content
    assert imported(company, "follow-ups", file) == (0, 0, len(HOSTILE) + 1)
    assert follow_up_rows(company) == before
    assert company.world.execute("SELECT count(*) FROM subject_changes") == [(0,)]
    company.world.execute("DELETE FROM follow_ups")
    assert imported(company, "follow-ups", file) == (len(HOSTILE) + 1, 0, 0)
    kept = [(row.external_id, row.title, row.notes) for row in follow_up_rows(company)]
    assert kept == [(row.external_id, row.title, row.notes) for row in before]


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(company: Company, who: Person, **query: str) -> list[list[Any]]:
    """The cells of an exported workbook: texts as texts, numbers and truths as they are."""
    answer = company.ask(who, "GET", EXPORT, params={**query, "format": "xlsx"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="follow-ups.xlsx"'
    assert answer.headers["Content-Type"] == export.MEDIA_TYPES[Format.XLSX]
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    assert not [name for name in book.namelist() if "rels" in name and b"External" in book.read(name)]
    root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert root.findall(f".//{SHEET}f") == [], "it has a formula"
    return [[_value(cell) for cell in row] for row in root.iter(f"{SHEET}row")]


def _value(cell: ElementTree.Element) -> Any:
    if cell.get("t") == "inlineStr":
        text = "".join(cell.itertext())
        return re.sub(r"_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), text)
    value = cell.findtext(f"{SHEET}v")
    return bool(int(value or "0")) if cell.get("t") == "b" else value and float(value)


def test_a_workbook_holds_texts_as_they_are_and_times_as_dates(company: Company) -> None:
    for text in HOSTILE:
        company.create(company.amir, title=text, notes=text)
    header, *rows = sheet(company, company.amir)
    assert header == list(export.COLUMNS)
    titles = [row[1] for row in rows]  # cells that hold nothing are not there: no external id
    assert sorted(titles) == sorted(HOSTILE)
    assert {row[4] for row in rows} == {46083.375}, "2 March 2026, 9:00, as spreadsheets count days"


def test_a_workbook_is_empty_or_refused_like_a_file(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sheet(company, company.amir) == [list(export.COLUMNS)]
    monkeypatch.setattr(export, "AT_MOST", 1)
    for _ in range(2):
        company.follow_up(company.amir)
    assert company.ask(company.amir, "GET", EXPORT, params={"format": "xlsx"}).status_code == 422
    answer = company.ask(company.amir, "GET", EXPORT, params={"format": "pdf"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "format")


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
    assert entry["details"] == {"view": "overdue", "format": "csv"}


def test_one_person_holds_no_more_than_two_files_at_once(company: Company) -> None:
    """Anyone who fetches and does not read keeps a file on the disk for it; others still get theirs."""
    downloads = company.world.app.state.context.downloads
    with downloads.one(company.amir.id):
        with downloads.one(company.amir.id):
            refused = company.ask(company.amir, "GET", EXPORT)
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
            assert "fetching 2 files already" in refused.json()["detail"]
            assert lines(company, company.ada) == []
        assert lines(company, company.amir) == []
    assert lines(company, company.amir) == [], "a file that was fetched takes no place any more"


def test_all_together_hold_no_more_than_sixteen_files(company: Company) -> None:
    downloads = company.world.app.state.context.downloads
    with ExitStack() as fetching:
        for user_id in range(1000, 1016):
            fetching.enter_context(downloads.one(user_id))
        assert company.ask(company.amir, "GET", EXPORT).status_code == 503
    assert lines(company, company.amir) == []


def test_few_files_are_written_at_once_so_that_others_find_a_thread(company: Company) -> None:
    writing = company.world.app.state.context.downloads.writing
    with writing.one(company.ada.id):
        own = company.ask(company.ada, "GET", EXPORT)
        assert (own.status_code, own.headers["Retry-After"]) == (429, "10")
        assert lines(company, company.amir) == []
        with writing.one(company.otto.id):
            full = company.ask(company.amir, "GET", EXPORT)
            assert (full.status_code, full.headers["Retry-After"]) == (503, "10")
            assert "try again" in full.json()["detail"]
            assert company.ask(company.amir, "GET", "/follow-ups").status_code == 200
    assert lines(company, company.ada) == []


def test_a_file_takes_a_thread_only_while_it_is_written(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, written, taken = company.world.app.state.context.downloads.writing, export.written, list[int]()

    def watched(*given: Any) -> Any:
        taken.append(writing.taken)
        return written(*given)

    monkeypatch.setattr(export, "written", watched)
    assert lines(company, company.amir) == []
    assert (taken, writing.taken) == ([1], 0)


def test_a_file_that_cannot_be_written_takes_no_place(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.follow_up(company.amir)
    with monkeypatch.context() as few:
        few.setattr(export, "AT_MOST", 0)
        for _ in range(3):
            assert company.ask(company.amir, "GET", EXPORT).status_code == 422
    assert company.world.app.state.context.downloads.taken == 0
    assert company.world.app.state.context.downloads.writing.taken == 0
    assert len(lines(company, company.amir)) == 1
