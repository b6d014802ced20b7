"""Follow-ups from CSV through the API, against PostgreSQL's own COPY of the same file into a bare table.

Next to it the floor: the same rows from a table into the product's, by one statement that checks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psycopg

from benchmarks.bench import Bench, timed
from benchmarks.clients import address_of, admin_token
from benchmarks.data import fill
from benchmarks.figures import Figure, ratio
from tests.support import memory
from tests.support.postgres import libpq_url

LINES = 100_000
HEADER = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_url,"
    "notes,status"
)

ROWS = """
    CREATE TEMPORARY TABLE imported AS
    SELECT 'again-' || external_id AS external_id, title, assignee_id, due_at, notes, subject_id
    FROM follow_ups WHERE external_id IS NOT NULL ORDER BY id
"""
FLOOR = """
    WITH added AS (
        INSERT INTO follow_ups (external_id, title, assignee_id, due_at, notes, subject_id)
        SELECT * FROM imported RETURNING id
    )
    INSERT INTO activities (follow_up_id, kind, actor_id) SELECT id, 'imported', 1 FROM added
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """COPY, the import and the floor in turn; COPY and the import each into an empty database."""
    lines = bench.scaled(LINES)
    file = _csv(lines)
    copied, imported, floor, memory = [], [], [], []
    for number in range(1, bench.runs + 1):
        with bench.database() as url:
            copied.append(lines / _copy(url, file))
        with bench.database() as url:
            seconds, mebibytes = _import(bench, url, file)
            floor.append(lines / _floor(url))
        imported.append(lines / seconds)
        memory.append(mebibytes)
        bench.say(f"run {number}: COPY {copied[-1]:,.0f}, floor {floor[-1]:,.0f} lines/s")
        bench.say(f"run {number}: import {imported[-1]:,.0f} lines/s, {mebibytes:.0f} MiB")
    ours = Figure("import.rate", "lines/s", tuple(imported))
    theirs = Figure("import.copy", "lines/s", tuple(copied))
    bound = Figure("import.floor", "lines/s", tuple(floor))
    yield from (ours, theirs, bound, ratio("import.ratio_to_copy", ours, theirs, goal=0.25))
    yield ratio("import.ratio_to_floor", ours, bound)
    yield Figure("import.memory", "MiB", tuple(memory), goal=300, at_most=True)


def _csv(lines: int) -> bytes:
    rows = (
        f"deal-{i},Call about offer {i},agent{1 + i % 200}@example.com,2026-0{1 + i % 9}-1{i % 10}T09:00:00Z,"
        f"client,C-{i % 5_000},Client {i % 5_000},https://crm.example.com/clients/{i % 5_000},"
        f"Asked for number {i}.,open"
        for i in range(lines)
    )
    return "\n".join([HEADER, *rows, ""]).encode()


def _copy(url: str, file: bytes) -> float:
    columns = ", ".join(f"{name} text" for name in HEADER.split(","))
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(f"CREATE TABLE bare ({columns})")

        def copy() -> None:
            with connection.cursor().copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as stream:
                stream.write(file)

        return timed(copy)


def _import(bench: Bench, url: str, file: bytes) -> tuple[float, float]:
    fill(url, due=1, waiting=1)  # the people
    token = admin_token(url)
    with bench.service("api", url, "amqp://localhost:1/") as process:
        client = httpx.Client(base_url=address_of(process), headers={"Authorization": f"Bearer {token}"})
        answers: list[httpx.Response] = []
        seconds = timed(
            lambda: answers.append(
                client.post(
                    "/api/v1/imports/follow-ups",
                    content=file,
                    headers={"Content-Type": "text/csv"},
                    timeout=300,
                )
            )
        )
        created = answers[0].json()["created"]
        assert created == file.count(b"\n") - 1, answers[0].text
        assert process.pid
        return seconds, memory.peak(process.pid) / memory.MIB


def _floor(url: str) -> float:
    """Beside what was imported, under other external ids: the same rows, keys, indexes and trigger."""
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(ROWS)
        return timed(lambda: connection.execute(FLOOR))
