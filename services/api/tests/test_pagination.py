"""Keyset pages: every entry once, in order, and no cursor does harm."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from fastapi.testclient import TestClient
from followup_api.pagination import PageQuery, paginate
from followup_api.problems import Invalid
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from .conftest import World

entries = Table(
    "entries",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("at", TIMESTAMP(timezone=True), nullable=False),
    prefixes=["TEMPORARY"],
)
START = datetime(2026, 3, 31, 9, tzinfo=UTC)


@pytest.fixture
def table(tx: Connection) -> Connection:
    """Twelve entries, with names and times that repeat."""
    entries.create(tx)
    rows = [
        {"id": n, "name": f"ä{n % 3}", "at": START + timedelta(microseconds=n // 4)} for n in range(1, 13)
    ]
    tx.execute(insert(entries), rows)
    return tx


def read(tx: Connection, order: Any, limit: int) -> list[int]:
    """All ids, page by page."""
    ids: list[int] = []
    cursor = None
    while True:
        page = paginate(tx, select(entries.c.id), order, PageQuery(limit=limit, cursor=cursor))
        ids += [row.id for row in page.rows]
        if page.next_cursor is None:
            return ids
        assert len(page.rows) == limit
        cursor = page.next_cursor


@pytest.mark.parametrize("limit", [1, 5, 6, 12, 200])
@pytest.mark.parametrize(("first", "last"), list(product((False, True), repeat=2)))
def test_every_entry_comes_once_and_in_order(table: Connection, limit: int, first: bool, last: bool) -> None:
    for column in (entries.c.name, entries.c.at):
        order = (column.desc() if first else column, entries.c.id.desc() if last else entries.c.id)
        expected = list(table.execute(select(entries.c.id).order_by(*order)).scalars())
        assert read(table, order, limit) == expected


def test_an_empty_list_has_no_next_page(table: Connection) -> None:
    page = paginate(table, select(entries.c.id).where(entries.c.id < 0), (entries.c.id,), PageQuery(limit=1))
    assert (list(page.rows), page.next_cursor) == ([], None)


def test_entries_that_come_or_go_between_pages_disturb_nobody(table: Connection) -> None:
    query, order = select(entries.c.id), (entries.c.id,)
    page = paginate(table, query, order, PageQuery(limit=4))
    table.execute(entries.delete().where(entries.c.id.in_([2, 4, 6])))
    following = paginate(table, query, order, PageQuery(limit=4, cursor=page.next_cursor))
    assert [row.id for row in following.rows] == [5, 7, 8, 9]


def cursor_of(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


BAD = [
    "",
    "!",
    "é",
    "AAAA",
    cursor_of({}),
    cursor_of([]),
    cursor_of([1]),
    cursor_of(["a", "b"]),
    cursor_of(["a", 1, 2]),
    cursor_of(["a", True]),
    cursor_of(["a", 1.0]),
    cursor_of(["a", None]),
    cursor_of(["a", 2**63]),
    cursor_of(["a\x00", 1]),
    cursor_of(["\ud800", 1]),
    urlsafe_b64encode(b"[" * 1_400).decode(),
    "x" * 2_001,
]


@pytest.mark.parametrize("cursor", BAD)
def test_a_cursor_from_elsewhere_is_refused_by_name(api: TestClient, cursor: str) -> None:
    answer = api.get("/api/v1/users", params={"cursor": cursor})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize("value", ["soon", "2026-03-31T09:00:00", 5, "9" * 30])
def test_a_time_in_a_cursor_has_to_be_one(table: Connection, value: object) -> None:
    with pytest.raises(Invalid):
        paginate(table, select(entries.c.id), (entries.c.at,), PageQuery(limit=1, cursor=cursor_of([value])))


@pytest.mark.parametrize("limit", [0, 201, -1, "many"])
def test_the_limit_has_bounds(api: TestClient, limit: object) -> None:
    answer = api.get("/api/v1/users", params={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"


def test_people_of_one_name_are_not_lost_between_pages(world: World, api: TestClient) -> None:
    for number in range(5):
        world.person("Same Name", email=f"same{number}@example.com")
    seen, cursor = [], None
    while True:
        query = {"limit": 2, "q": "same", **({"cursor": cursor} if cursor else {})}
        page = api.get("/api/v1/users", params=query).json()
        seen += [each["email"] for each in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [f"same{number}@example.com" for number in range(5)]
