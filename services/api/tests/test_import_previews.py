"""What the head of a file says before it is imported, and what is proposed for its columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, FOLLOW_UPS, PLAIN, USERS, follow_up_rows, send

FILES = Path(__file__).with_name("files")


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def preview(company: Company, kind: str, content: str | bytes) -> dict[str, Any]:
    answer = send(company, f"{kind}/preview", content)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def columns(found: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(column["heading"], column["column"]) for column in found["columns"]]


def test_columns_are_proposed_and_the_proposal_imports_the_file(company: Company) -> None:
    file = (FILES / "hubspot-owners.csv").read_bytes()
    found = preview(company, "users", file)
    assert (found["kind"], found["encoding"], found["separator"], found["sheets"]) == (
        "csv",
        "UTF-8",
        ",",
        [],
    )
    assert columns(found) == [
        ("Email", "email"),
        ("First Name", "first_name"),
        ("Last Name", "last_name"),
        ("Team", None),
        ("Status", "active"),
    ]
    assert [column["samples"] for column in found["columns"]][3:] == [["Sales"], ["Active"]]
    assert (found["looks_like"], found["required"]) == (None, ["email", "name"])
    proposal = ",".join(column["column"] or "" for column in found["columns"])
    assert send(company, "users", file, columns=proposal).json()["created"] == 1


def test_a_workbook_names_its_sheet_and_times_that_need_a_zone(company: Company) -> None:
    found = preview(company, "follow-ups", (FILES / "book.xlsx").read_bytes())
    assert (found["kind"], found["encoding"], found["sheets"]) == ("xlsx", None, ["Follow-ups"])
    assert columns(found)[3] == ("Due at", "due_at")
    assert found["columns"][3]["samples"][0] == "2027-03-01T09:00:00"
    assert found["times_without_zone"] is True


def test_times_need_a_zone_whatever_their_column_is_called(company: Company) -> None:
    for time, needed in ((DUE, False), ("2026-07-01 09:00", True), ("2026-07-01", False)):
        assert preview(company, "follow-ups", f"a,b\n1,{time}\n")["times_without_zone"] is needed
        assert preview(company, "users", f"a,b\n1,{time}\n")["times_without_zone"] is False


def test_the_head_of_a_text_is_enough(company: Company) -> None:
    whole = (FOLLOW_UPS + f'd-1,"T;ü",{PLAIN}\n' * 9).encode()
    for end in range(len(FOLLOW_UPS), len(whole), 7):
        found = preview(company, "follow-ups", whole[:end])
        assert [column for _, column in columns(found)] == FOLLOW_UPS.strip().split(",")
    assert follow_up_rows(company) == []


def test_a_file_of_the_other_kind_is_recognised(company: Company) -> None:
    people = USERS + f"{AMIR},Amir,employee,,,\n"
    assert preview(company, "follow-ups", people)["looks_like"] == "users"
    assert preview(company, "users", FOLLOW_UPS)["looks_like"] == "follow-ups"
    assert preview(company, "users", people)["looks_like"] is None


def test_of_two_headings_for_one_column_the_first_is_proposed(company: Company) -> None:
    found = preview(company, "users", "E-Mail,Work email,Name\na@example.com,b@example.com,A\n")
    assert [column for _, column in columns(found)] == ["email", None, "name"]


def test_an_id_is_ours_only_in_an_export_of_ours(company: Company) -> None:
    foreign = preview(company, "follow-ups", "ID,External ID,Title\n1,x,T\n")
    assert columns(foreign)[0] == ("ID", None)
    exported = company.ask(company.ada, "GET", "/follow-ups/export").content
    assert columns(preview(company, "follow-ups", exported))[0] == ("id", "id")


def test_what_cannot_be_read_is_refused_with_its_cause(company: Company) -> None:
    answer = send(company, "users/preview", b"%PDF-1.7")
    assert answer.status_code == 422
    assert "is a PDF" in answer.json()["errors"][0]["message"]
    assert company.ask(company.dana, "POST", "/imports/users/preview", content=b"x").status_code == 403
