"""The plans of lists in every order, whatever they are narrowed to: a page reads little of however much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from followup_api.followups import queries as follow_ups
from followup_api.followups.due_filters import DueFilters, about_conditions, due_conditions
from followup_api.followups.facts import FactFilters
from followup_api.followups.progress_filters import ProgressFilters
from followup_api.followups.queries import Filters
from followup_api.followups.schemas import View
from followup_api.followups.scopes import Scope
from followup_api.followups.searches import looked_up
from followup_api.followups.sorting import FollowUpSort
from followup_api.pagination import PageQuery
from followup_common.db import Database, Transaction
from sqlalchemy import event

from benchmarks.api.company import make_company
from tests.support.servers import Servers

from .test_plans import EXPLAINING, FOLLOW_UPS, PEOPLE, PLANS, SCOPES, Reading, buffers, explain, plans, scope

__all__ = ["plans"]  # a fixture

NOW = datetime.now(UTC)
NARROWED: Mapping[str, Any] = {
    "all": {},
    "common kind": {"facts": FactFilters(kind="call")},
    "rare kind": {"facts": FactFilters(kind="visit")},
    "high": {"facts": FactFilters(priority="high")},
    "normal": {"facts": FactFilters(priority="normal")},
    "common tag": {"facts": FactFilters(tag="vip")},
    "rare tag": {"facts": FactFilters(tag="key account")},
    "value": {"facts": FactFilters(currency="EUR", value_from=Decimal(100))},
    "overdue": {"progress": ProgressFilters(severity_min="overdue")},
    "escalated": {"progress": ProgressFilters(severity_min="escalated")},
    "breach": {"progress": ProgressFilters(severity_min="breach")},
    "moved": {"progress": ProgressFilters(moved_min=1)},
    "moved often": {"progress": ProgressFilters(moved_min=5)},
    "nobody": {"about": tuple(about_conditions(DueFilters(has_subject=False)))},
    "somebody": {"about": tuple(about_conditions(DueFilters(has_subject=True)))},
    "a month": {
        "due": tuple(
            due_conditions(
                DueFilters(due_from=NOW - timedelta(days=200), due_before=NOW - timedelta(days=170)),
                NOW,
                "UTC",
                "monday",
            )
        )
    },
    "moved visits": {
        "facts": FactFilters(kind="visit"),
        "progress": ProgressFilters(moved_min=1),
    },
    "a common word": {"q": "trial"},
}
FEW = ("all", "common tag", "overdue", "moved")
"""Those that were worst: narrowed to what is common, but early in no order."""
PAGE = 4_800
"""Buffers of a page of 20 among 100,000; who sorts first reads more than `sorting.FEW`."""
MILLION_PAGE = 65_000
"""Of a page of 100 among a million; it was up to 920,000."""


@pytest.fixture(scope="module")
def database(servers: Servers) -> Iterator[Database]:
    """The company of the other plans."""
    url = servers.shared_database("company", lambda url: make_company(url, FOLLOW_UPS, PEOPLE))
    yield from opened(url)


@pytest.fixture(scope="module")
def million(servers: Servers) -> Iterator[Database]:
    """The same company with a million follow-ups, gone after these tests."""
    url = servers.new_database()
    make_company(url, 1_000_000, PEOPLE)
    yield from opened(url)
    servers.postgres().drop_database(url)


def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    settings = (*EXPLAINING, "SET auto_explain.log_timing = off")
    event.listen(database.engine, "connect", lambda connection, _: explain(connection, settings))
    yield database
    database.close()


def two_pages(
    tx: Transaction, view: View, whose: Scope, narrowed: Mapping[str, Any], sort: FollowUpSort, limit: int
) -> None:
    asked = {name: value for name, value in narrowed.items() if name != "q"}
    filters = Filters(whose, "UTC", search=looked_up(tx, narrowed.get("q"), whose), **asked)
    page = follow_ups.page(tx, view, filters, PageQuery(limit=limit), sort)
    if page.next_cursor:
        follow_ups.page(tx, view, filters, PageQuery(limit=limit, cursor=page.next_cursor), sort)


@pytest.mark.parametrize("narrowed", FEW)
@pytest.mark.parametrize("sort", FollowUpSort)
@pytest.mark.parametrize("whose", ["small team", "everyone"])
def test_a_page_in_any_order_reads_little(
    database: Database, plans: Reading, whose: str, sort: FollowUpSort, narrowed: str
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        for view in (View.OPEN, View.UPCOMING):
            two_pages(tx, view, who, NARROWED[narrowed], sort, 20)

    # Whether those about somebody are open is not in their index.
    assert max(map(buffers, plans(ask))) < PAGE * (2 if sort is FollowUpSort.SUBJECT else 1)


@pytest.mark.long
@pytest.mark.parametrize("whose", SCOPES)
def test_a_page_of_a_million_in_any_order_whatever_it_is_narrowed_to(million: Database, whose: str) -> None:
    who = scope(million, whose)
    read = {}
    for name, narrowed in NARROWED.items():
        for sort in FollowUpSort:
            for view in (View.OPEN, View.OVERDUE, View.UPCOMING):
                with million.reading() as tx:
                    PLANS.clear()
                    two_pages(tx, view, who, narrowed, sort, 100)
                read[name, sort.value, view.value] = max(map(buffers, PLANS))
    assert {asked: number for asked, number in read.items() if number > MILLION_PAGE} == {}
