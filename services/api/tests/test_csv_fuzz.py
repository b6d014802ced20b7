"""Files that nobody meant: an import refuses them with a reason or takes all of them, and never breaks."""

from __future__ import annotations

import csv
import io
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .companies import Company
from .conftest import World

USERS = ["email", "name", "role", "manager_email", "time_zone", "active"]
FOLLOW_UPS = ["external_id", "title", "assignee_email", "due_at", "notes", "status"]
FOLLOW_UPS += [f"subject_{part}" for part in ("kind", "external_id", "name", "url")]
COLUMNS = {"users": USERS, "follow-ups": FOLLOW_UPS}
WRITTEN = ("users", "follow_ups", "subjects", "activities")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7")
MEBIBYTE = 1024 * 1024

hostile = st.sampled_from(
    (
        "=1+1",
        '=HYPERLINK("http://evil.example")',
        "@SUM(A1)",
        "+1",
        "-1",
        "\t=1",
        "'; DROP TABLE users; --",
        "\\N",
        "\\.",
        "\x00",
        "\u202e",
        "\ufeff",
        "\U0001f600",
        "e\u0301" * 50,
        '"',
        '""',
        "\r",
        "\n",
        ",",
        ";",
        "9" * 400,
        "1e309",
        "NaN",
        "2026-02-30T25:61:61Z",
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
    )
)
sane = st.sampled_from(
    (
        "amir.patel@example.com",
        "new@example.com",
        "Call",
        "lead",
        "open",
        "2026-03-02T09:00:00Z",
        "employee",
        "admin",
        "UTC",
        "true",
        "https://crm.example.com/1",
        "x-1",
        "",
    )
)
cells = st.one_of(sane, sane, hostile, st.text(max_size=20))


@st.composite
def files(draw: st.DrawFn, columns: list[str]) -> bytes:
    """A file that looks like one of ours, more or less."""
    width = len(columns)
    header = draw(st.one_of(st.just(columns), st.permutations(columns), st.lists(cells, max_size=width)))
    rows = draw(
        st.lists(
            st.one_of(st.lists(cells, min_size=width, max_size=width), st.lists(cells, max_size=width + 2)),
            max_size=6,
        )
    )
    out = io.StringIO()
    quoting: Literal[0, 1] = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    delimiter = draw(st.sampled_from((",", ",", ",", ";", "\t")))
    csv.writer(out, quoting=quoting, lineterminator=end, delimiter=delimiter).writerows([header, *rows])
    encoding = draw(st.sampled_from(("utf-8", "utf-8", *ENCODINGS)))
    whole = bytearray(out.getvalue().encode(encoding, "replace"))
    for _ in range(draw(st.integers(0, 3))):  # damage
        at = draw(st.integers(0, len(whole)))
        whole[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(whole)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def written(company: Company) -> list[Any]:
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in WRITTEN)
    sums = "(SELECT md5(string_agg(users::text, '' ORDER BY id)) FROM users)"
    sums += ", (SELECT md5(string_agg(follow_ups::text, '' ORDER BY id)) FROM follow_ups)"
    [row] = company.world.execute(f"SELECT {counts}, {sums}")
    return list(row)


def send(company: Company, kind: str, file: bytes, query: str = "") -> Any:
    """Import a file, and check what holds for every file."""
    before = written(company)
    headers = {"Content-Type": "text/csv"}
    answer = company.ask(company.ada, "POST", f"/imports/{kind}{query}", content=file, headers=headers)
    assert answer.status_code in (200, 409, 422), answer.text
    if answer.status_code != 200:
        assert written(company) == before, "half of it was written"
        assert answer.json()["errors"], answer.text
        assert all(error["message"] for error in answer.json()["errors"])
    return answer


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("query", ["", "?partial=true"])
def test_whatever_the_file_it_is_taken_or_refused(company: Company, kind: str, query: str) -> None:
    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(file=st.one_of(files(COLUMNS[kind]), st.binary(max_size=300)))
    def check(file: bytes) -> None:
        send(company, kind, file, query)

    check()


def rows(kind: str, **changed: str) -> bytes:
    """A file of one line; the rest of the line is as it should be."""
    good = {
        "email": "new@example.com",
        "name": "New",
        "role": "employee",
        "time_zone": "UTC",
        "active": "true",
        "external_id": "x-1",
        "title": "Call",
        "assignee_email": "amir.patel@example.com",
        "due_at": "2026-03-02T09:00:00Z",
        "subject_kind": "lead",
        "subject_external_id": "L-1",
        "subject_name": "Acme",
        "status": "open",
    }
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS[kind], extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerow({**good, **changed})
    return out.getvalue().encode()


@pytest.mark.parametrize(("kind", "column"), [(kind, c) for kind, names in COLUMNS.items() for c in names])
def test_a_cell_of_a_mebibyte_is_refused_by_name(company: Company, kind: str, column: str) -> None:
    answer = send(company, kind, rows(kind, **{column: "x" * MEBIBYTE}))
    assert answer.status_code == 422
    assert len(answer.content) < 10_000, "the answer repeats the cell"


def test_a_line_of_a_mebibyte_of_commas_or_quotes_is_refused(company: Company) -> None:
    for kind, columns in COLUMNS.items():
        header = ",".join(columns).encode() + b"\n"
        for filler in (b",", b'"', b'"\n', b"\n", b"\r"):
            answer = send(company, kind, header + filler * (MEBIBYTE // len(filler)))
            assert len(answer.content) < 500_000


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "+1", "-1", '=HYPERLINK("http://evil.example")'])
def test_a_formula_is_text_like_any_other(company: Company, formula: str) -> None:
    assert send(company, "follow-ups", rows("follow-ups", title=formula)).status_code == 200
    assert company.titles(company.ada, "/follow-ups") == [formula]


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name not in ("utf-8", "utf-8-sig")])
def test_another_encoding_is_refused_or_means_the_same(company: Company, encoding: str) -> None:
    file = rows("follow-ups", title="Grüße").decode().encode(encoding)
    answer = send(company, "follow-ups", file)
    assert answer.status_code == 422 or company.titles(company.ada, "/follow-ups") in (
        ["Grüße"],
        ["Gr+APwA3w-e"],
    )
