"""The plans of lists that are narrowed by kind, priority, tag, value or policy: never a whole large table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from followup_api.escalations import queries as escalations
from followup_api.escalations.counts import counts as escalation_counts
from followup_api.escalations.schemas import EscalationFilters, EscalationLevel, EscalationQuery
from followup_api.followups import queries as follow_ups
from followup_api.followups.counts import counts
from followup_api.followups.facts import FactFilters
from followup_api.followups.progress_filters import ProgressFilters
from followup_api.followups.queries import Filters
from followup_api.followups.schemas import View
from followup_api.pagination import PageQuery
from followup_common.db import Database, Transaction
from followup_common.db.tables import policies
from sqlalchemy import event, select

from benchmarks.api.company import make_company
from tests.support.servers import Servers

from .test_plans import (
    EXPLAINING,
    FOLLOW_UPS,
    LIST_PAGES,
    PEOPLE,
    SCOPES,
    Reading,
    buffers,
    explain,
    from_indexes,
    plans,
    scope,
)

__all__ = ["plans"]  # a fixture

RARE = (
    {"kind": "visit"},
    {"priority": "low"},
    {"tag": "key account"},
    {"currency": "CHF", "value_from": "100000"},
)
COMMON = ({"kind": "call"}, {"priority": "normal"}, {"tag": "vip"}, {"currency": "EUR", "value_from": "100"})
NOT_DUE_YET = (View.TODAY, View.UPCOMING)

ESCALATED = FOLLOW_UPS // 2
"""More than there are open escalations."""
# Whose follow-ups they are comes as a bind parameter: in a plan for any number of people that is a guess.
WAYS = [
    *(("force_custom_plan", whose) for whose in SCOPES),
    *(("force_generic_plan", whose) for whose in ("employee", "everyone")),
]
EACH_WAY = pytest.mark.parametrize(("database", "whose"), WAYS, indirect=["database"])


@pytest.fixture(scope="module")
def database(servers: Servers, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The company of the other plans, planned in the way that a test names."""
    url = servers.shared_database("company", lambda url: make_company(url, FOLLOW_UPS, PEOPLE))
    database = Database(url)
    settings: Sequence[Any] = (*EXPLAINING, f"SET plan_cache_mode = {request.param}")
    event.listen(database.engine, "connect", lambda connection, _: explain(connection, settings))
    yield database
    database.close()


@pytest.mark.parametrize("facts", [*RARE, *COMMON], ids=str)
@EACH_WAY
def test_a_page_of_follow_ups_reads_little_whatever_it_is_narrowed_to(
    database: Database, plans: Reading, whose: str, facts: dict[str, Any]
) -> None:
    filters = Filters(scope(database, whose), "UTC", facts=FactFilters(**facts))

    def ask(tx: Transaction) -> None:
        for view in View:
            follow_ups.page(tx, view, filters, PageQuery(limit=20))

    found = plans(ask)
    from_indexes(found)
    assert max(map(buffers, found)) < 2 * LIST_PAGES


@pytest.mark.parametrize(
    ("view", "progress"),
    [
        *((view, {"severity_min": severity}) for view in NOT_DUE_YET for severity in ("escalated", "breach")),
        *((View.COMPLETED, {"outcome": outcome}) for outcome in ("meeting set", "left message", "done")),
    ],
    ids=str,
)
@EACH_WAY
def test_how_they_went_is_looked_up_where_hardly_any_went_like_that(
    database: Database, plans: Reading, whose: str, view: View, progress: dict[str, Any]
) -> None:
    filters = Filters(scope(database, whose), "UTC", progress=ProgressFilters(**progress))
    found = plans(lambda tx: follow_ups.page(tx, view, filters, PageQuery(limit=20)))
    from_indexes(found)
    assert max(map(buffers, found)) < LIST_PAGES


@pytest.mark.parametrize("facts", RARE, ids=str)
@EACH_WAY
def test_what_is_rare_is_counted_from_indexes(
    database: Database, plans: Reading, whose: str, facts: dict[str, Any]
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        counts(tx, Filters(who, "UTC", facts=FactFilters(**facts)))
        escalation_counts(tx, who, EscalationFilters(**facts), None)

    found = plans(ask)
    from_indexes(found)
    assert max(map(buffers, found)) < 2 * LIST_PAGES


@pytest.mark.parametrize("facts", [*RARE, *COMMON], ids=str)
@EACH_WAY
def test_a_page_of_escalations_reads_little_whatever_it_is_narrowed_to(
    database: Database, plans: Reading, whose: str, facts: dict[str, Any]
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        for level in (None, *EscalationLevel):
            escalations.page(tx, EscalationQuery(limit=20, level=level, **facts), who)

    found = plans(ask)
    from_indexes(found)
    assert max(map(buffers, found)) < 2 * LIST_PAGES


@pytest.mark.parametrize("policy", ["standard", "Of last year"])
@EACH_WAY
def test_escalations_of_a_policy_are_found_among_those_open(
    database: Database, plans: Reading, whose: str, policy: str
) -> None:
    """No index of the table that escalating writes is for this: it reads at most what is escalated."""
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        for level in (None, *EscalationLevel):
            escalations.page(tx, EscalationQuery(limit=20, level=level, policy_id=policy_id), who)
        escalation_counts(tx, who, EscalationFilters(policy_id=policy_id), None)

    with database.reading() as tx:
        policy_id = tx.execute(select(policies.c.id).where(policies.c.name == policy)).scalar_one()
    found = plans(ask)
    from_indexes(found)
    assert max(map(buffers, found)) < ESCALATED
