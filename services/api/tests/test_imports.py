"""Importing follow-ups from CSV files, and what holds for every import."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.processes import REPOSITORY
from tests.support.waiting import eventually

from .companies import DUE, Company
from .conftest import World
from .importing import AMIR, FOLLOW_UPS, PLAIN, USERS, follow_up_rows, imported, send, wrong


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_follow_ups_are_created_with_everything(company: Company) -> None:
    file = FOLLOW_UPS + (
        f'd-1,"Call Acme, now",{AMIR.upper()},2026-03-02T10:00:00+01:00,client,C-1,Acme,https://a.example,'
        f'"first\nsecond",open\n'
        f"d-2,Call Bo,{AMIR},{DUE},lead,,Bo,,,completed\n"
    )
    assert imported(company, "follow-ups", file) == (2, 0, 0)
    [first, second] = company.get(company.amir, "/follow-ups")["items"][::-1]
    assert first["title"] == "Call Acme, now"
    assert (first["due_at"], first["notes"], first["status"]) == (DUE, "first\nsecond", "open")
    assert (
        first["subject"].items()
        >= {"kind": "client", "external_id": "C-1", "name": "Acme", "url": "https://a.example"}.items()
    )
    assert first["next_step_at"] == DUE
    assert (second["status"], second["subject"]["name"], second["next_step_at"]) == ("completed", "Bo", None)
    assert [company.activities(entry["id"]) for entry in (first, second)] == [["imported"]] * 2


def test_importing_a_file_again_changes_nothing(company: Company) -> None:
    file = FOLLOW_UPS + f"d-1,One,{AMIR},{DUE},lead,,Bo,,n,\nd-2,Two,{AMIR},{DUE},client,C,Acme,,,completed\n"
    assert imported(company, "follow-ups", file) == (2, 0, 0)
    before = follow_up_rows(company), company.world.execute("SELECT * FROM subjects ORDER BY id")
    assert imported(company, "follow-ups", file) == (0, 0, 2)
    assert (follow_up_rows(company), company.world.execute("SELECT * FROM subjects ORDER BY id")) == before
    assert company.world.execute("SELECT count(*) FROM activities")[0][0] == 2


def test_only_what_differs_is_updated_and_a_new_due_time_starts_over(company: Company) -> None:
    file = FOLLOW_UPS + "".join(f"d-{n},T{n},{PLAIN}\n" for n in range(4))
    imported(company, "follow-ups", file)
    company.world.execute("UPDATE escalation_states SET step = 2, severity = 'escalated', wake_at = now()")
    changed = file.replace("T1", "New").replace(f"d-2,T2,{AMIR},{DUE}", f"d-2,T2,{AMIR},2026-03-05T09:00:00Z")
    changed = changed.replace(f"d-3,T3,{PLAIN}", f"d-3,T3,otto.other@example.com,{DUE},,,,,,")
    assert imported(company, "follow-ups", changed) == (0, 3, 1)
    rows = {row.external_id: row for row in follow_up_rows(company)}
    assert [(rows[f"d-{n}"].run, rows[f"d-{n}"].step) for n in range(4)] == [
        (1, 2),
        (1, 2),
        (2, 0),
        (1, 2),
    ]
    told = [
        entry["summary"]
        for entry in company.get(company.ada, f"/follow-ups/{rows['d-2'].id}/activities")["items"]
    ]
    assert told == ["Ada Admin changed the due time by an import", "Ada Admin imported it"]
    assert rows["d-3"].assignment == 2


@pytest.mark.parametrize(
    ("before", "cell", "after"),
    [
        ("open", "open", "open"),
        ("open", "completed", "completed"),
        ("open", "", "open"),
        ("completed", "open", "open"),
        ("completed", "completed", "completed"),
        ("completed", "", "completed"),
    ],
)
def test_a_status_is_set_and_an_empty_one_left_alone(
    company: Company, before: str, cell: str, after: str
) -> None:
    line = f"d-1,T,{AMIR},{DUE},,,,,,"
    imported(company, "follow-ups", FOLLOW_UPS + line + before + "\n")
    [first] = follow_up_rows(company)
    changed = int(before != after)
    assert imported(company, "follow-ups", FOLLOW_UPS + line + cell + "\n") == (0, changed, 1 - changed)
    [row] = follow_up_rows(company)
    assert row.is_open == (after == "open")
    if before == after:
        assert row.completed_at == first.completed_at


def test_who_gets_an_open_follow_up_of_somebody_else_is_told_as_by_hand(company: Company) -> None:
    lines = "".join(f"{name},T,{PLAIN}\n" for name in ("given", "kept", "done"))
    imported(company, "follow-ups", FOLLOW_UPS + lines)
    assert company.events("reassigned") == []
    to_otto = f"otto.other@example.com,{DUE},,,,,"
    file = FOLLOW_UPS + f"given,T,{to_otto},\nkept,Renamed,{PLAIN}\ndone,T,{to_otto},completed\n"
    assert imported(company, "follow-ups", file, dry_run=True) == (0, 3, 0)
    assert company.events("reassigned") == []
    assert imported(company, "follow-ups", file) == (0, 3, 0)
    [given] = [row.id for row in follow_up_rows(company) if row.external_id == "given"]
    told = {"follow_up_id": given, "assignee_id": company.otto.id, "actor_id": company.ada.id}
    assert company.events("reassigned") == [{**told, "assignment": 2}]
    assert imported(company, "follow-ups", file) == (0, 0, 3)
    assert len(company.events("reassigned")) == 1


def test_whose_follow_ups_they_are_already_need_not_be_active(company: Company) -> None:
    imported(company, "follow-ups", FOLLOW_UPS + f"a,T,{PLAIN}\n")
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    assert imported(company, "follow-ups", FOLLOW_UPS + f"a,Renamed,{PLAIN}\n") == (0, 1, 0)


def test_a_subject_is_renamed_by_a_later_line_and_keeps_its_link(company: Company) -> None:
    lines = [
        f"d-1,T,{AMIR},{DUE},client,C,Old,https://a.example,,",
        f"d-2,T,{AMIR},{DUE},client,C,New,,,",
        f"d-3,T,{AMIR},{DUE},lead,,Same,,,",
        f"d-4,T,{AMIR},{DUE},lead,,SAME,,,",
    ]
    imported(company, "follow-ups", FOLLOW_UPS + lines[0] + "\n")
    assert imported(company, "follow-ups", FOLLOW_UPS + "\n".join(lines)) == (3, 0, 1)
    subjects = company.world.execute("SELECT kind, name, url FROM subjects ORDER BY id")
    assert [tuple(row) for row in subjects] == [
        ("client", "New", "https://a.example"),
        ("lead", "SAME", None),
    ]
    alone = f"d-1,T,{AMIR},{DUE},client,C,Newer,https://b.example,,\n"
    assert imported(company, "follow-ups", FOLLOW_UPS + alone) == (0, 0, 1)
    assert company.get(company.amir, "/subjects")["items"][0]["name"] == "Newer"


def test_subjects_known_by_name_are_not_looked_for_one_by_one_in_all_of_them(company: Company) -> None:
    lines = "".join(f"d-{n},T,{AMIR},{DUE},lead,,Lead {n % 1_000},,,\n" for n in range(2_000))
    assert imported(company, "follow-ups", FOLLOW_UPS + lines) == (2_000, 0, 0)
    reads = (
        "SELECT n_tup_ins, seq_tup_read + idx_tup_fetch AS read FROM pg_stat_user_tables "
        "WHERE relname = 'subjects' AND n_tup_ins > 0"
    )
    [(added, read)] = eventually(lambda: company.world.execute(reads), what="what was read is counted")
    assert added == 1_000
    assert read < 50_000, "a line times a subject would be two million"


BAD_FOLLOW_UPS = [
    (f",T,{PLAIN}", "external_id", "is empty"),
    (f"d,,{PLAIN}", "title", "is empty"),
    (f"d,{'x' * 201},{PLAIN}", "title", "shorten it to 200"),
    (f"d,T,nobody@example.com,{DUE},,,,,,", "assignee_email", "belongs to nobody here"),
    (f"d,T,nobody,{DUE},,,,,,", "assignee_email", "ada@example.com"),
    (f"d,T,{AMIR},tomorrow,,,,,,", "due_at", "2026-03-31T09:00:00Z"),
    (f"d,T,{AMIR},,,,,,,", "due_at", "is not a time"),
    (f"d,T,gone@example.com,{DUE},,,,,,", "assignee_email", "Gone is inactive: name somebody active"),
    (f"d,T,{AMIR},2026-03-02 09:00,,,,,,", "due_at", "has no time zone"),
    (f"d,T,{AMIR},2026-03-02,,,,,,", "due_at", "is not a time"),
    (f"d,T,{AMIR},0001-01-01T00:00:00+14:00,,,,,,", "due_at", "1970"),
    (f"d,T,{AMIR},{DUE},friend,,Bo,,,", "subject_kind", "lead or client"),
    (f"d,T,{AMIR},{DUE},lead,,,,,", "subject_name", "is empty"),
    (f"d,T,{AMIR},{DUE},,C-1,,,,", "subject_kind", "is empty"),
    (f"d,T,{AMIR},{DUE},lead,,Bo,javascript:alert(1),,", "subject_url", "https://"),
    (f"d,T,{AMIR},{DUE},,,,,{'x' * 10_001},", "notes", "shorten it to 10,000"),
    (f"d,T,{AMIR},{DUE},,,,,,done", "status", "open or completed"),
    ("d,T", "", "The line has 2 cells where the header has 10"),
    (f'd,"T"x,{PLAIN}', "", "quotes"),
    (f"d,T\x00,{PLAIN}", "", "NUL"),
]


@pytest.mark.parametrize(("line", "field", "says"), BAD_FOLLOW_UPS)
def test_a_bad_line_is_named_and_nothing_is_written(
    company: Company, line: str, field: str, says: str
) -> None:
    company.world.person("Gone", active=False)
    file = FOLLOW_UPS + f"good,Good,{PLAIN}\n{line}\n"
    answer = send(company, "follow-ups", file)
    assert wrong(answer) == [(3, field)]
    [error] = answer.json()["errors"]
    assert says in error["message"]
    assert follow_up_rows(company) == []
    assert company.world.execute("SELECT FROM subjects") == []


@pytest.mark.parametrize(("line", "field", "says"), BAD_FOLLOW_UPS)
def test_with_partial_the_good_lines_are_written(company: Company, line: str, field: str, says: str) -> None:
    company.world.person("Gone", active=False)
    file = FOLLOW_UPS + f"good,Good,{PLAIN}\n{line}\nlast,Last,{PLAIN}\n"
    answer = send(company, "follow-ups", file, partial=True)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["created"], body["updated"], body["unchanged"]) == (2, 0, 0)
    assert [(error["line"], error["field"]) for error in body["errors"]] == [(3, field)]
    assert [row.external_id for row in follow_up_rows(company)] == ["good", "last"]


def test_every_bad_line_and_field_is_named_in_order(company: Company) -> None:
    lines = [f"a,T,{PLAIN}", f"b,,{AMIR},soon,,,,,,", f"a,T,{PLAIN}", "x", f",T,who@example.com,{DUE},,,,,,"]
    answer = send(company, "follow-ups", FOLLOW_UPS + "\n".join(lines))
    assert wrong(answer) == [
        (3, "title"),
        (3, "due_at"),
        (4, "external_id"),
        (5, ""),
        (6, "external_id"),
        (6, "assignee_email"),
    ]
    assert "line 2" in answer.json()["errors"][2]["message"]
    assert answer.json()["detail"].startswith("The file has 6 errors, so nothing of it was written.")


def test_a_dry_run_says_what_would_happen_and_writes_nothing(company: Company) -> None:
    file = FOLLOW_UPS + f"a,T,{PLAIN}\nb,T,{PLAIN}\n"
    imported(company, "follow-ups", file)
    before = follow_up_rows(company)
    changed = FOLLOW_UPS + f"a,New,{PLAIN}\nb,T,{PLAIN}\nc,T,{AMIR},{DUE},lead,,Bo,,,\nbad\n"
    body = send(company, "follow-ups", changed, dry_run=True).json()
    assert (body["created"], body["updated"], body["unchanged"], body["dry_run"]) == (1, 1, 1, True)
    assert [error["line"] for error in body["errors"]] == [5]
    assert follow_up_rows(company) == before
    assert company.world.execute("SELECT FROM subjects") == []


@pytest.mark.parametrize("kind", ["users", "follow-ups"])
def test_only_admins_import(company: Company, kind: str) -> None:
    for person in (company.dana, company.amir):
        answer = company.ask(
            person, "POST", f"/imports/{kind}", content=b"x", headers={"Content-Type": "text/csv"}
        )
        assert answer.status_code == 403


def test_a_second_import_of_a_kind_does_not_get_in_the_way(company: Company) -> None:
    with company.world.engine.begin() as other:
        other.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('imports.follow-ups'))")
        answer = send(company, "follow-ups", FOLLOW_UPS + f"a,T,{PLAIN}\n")
        assert answer.status_code == 409
        assert imported(company, "users", USERS + "bo@example.com,Bo,employee,,,\n") == (1, 0, 0)
    assert imported(company, "follow-ups", FOLLOW_UPS + f"a,T,{PLAIN}\n") == (1, 0, 0)


def test_anyone_who_makes_the_same_follow_up_just_then_sees_it_brought_up_to_date(company: Company) -> None:
    lines = f"new,New,{PLAIN}\ntaken,From the file,{AMIR},{DUE},client,C-1,Acme,,,\n"
    made = (
        "INSERT INTO follow_ups (external_id, title, assignee_id, due_at) VALUES ('taken', 'T', :id, now())"
    )
    waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with company.world.engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(text(made), {"id": company.amir.id})
        answer = pool.submit(imported, company, "follow-ups", FOLLOW_UPS + lines)
        eventually(lambda: company.world.execute(waiting), what="the import waits for it")
        other.commit()
    assert answer.result() == (2, 0, 0)
    rows = {row.external_id: row for row in follow_up_rows(company)}
    assert (rows["new"].title, rows["taken"].title) == ("New", "From the file")
    assert rows["taken"].subject_id is not None
    assert [company.activities(row.id) for row in rows.values()] == [["imported"]] * 2


@pytest.mark.parametrize("many", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_that_many_lines_import_within_bounds(company: Company, tmp_path: Path, many: int) -> None:
    """In a process of its own, whose memory is then the import's.

    Every tenth person has a manager: the rest would only repeat a trigger that costs more than all else.
    """
    people = tmp_path / "people.csv"
    with people.open("w") as file:
        file.write(USERS)
        for n in range(many):
            boss = f"u{n // 10}@example.com" if n and n % 10 == 0 else ""
            file.write(f"u{n}@example.com,User {n},employee,{boss},Europe/Berlin,true\n")
    promises = tmp_path / "follow-ups.csv"
    with promises.open("w") as file:
        file.write(FOLLOW_UPS)
        for n in range(many):
            subject = f"client,C{n % 5_000},Company {n % 5_000},https://crm.example.com/{n % 5_000}"
            file.write(
                f"d{n},Call number {n},u{n % 1_000}@example.com,{DUE},{subject},Some notes on {n},open\n"
            )
    url = company.world.app.state.context.settings.database_url.get_secret_value()
    program = Path(__file__).with_name("big_import.py")
    done = subprocess.run(
        [sys.executable, program, url, company.ada.token, people, promises, promises],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == 0, done.stderr
    *results, mebibytes = done.stdout.split()
    assert results == [f"{many},0,0", f"{many},0,0", f"0,0,{many}"]
    assert int(mebibytes) < 300
