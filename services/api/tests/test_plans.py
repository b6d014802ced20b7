"""The plans of what people read most: from indexes, however much there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from followup_api.audit import Action
from followup_api.escalations import queries as escalations
from followup_api.escalations.counts import counts as escalation_counts
from followup_api.escalations.schemas import EscalationFilters, EscalationLevel, EscalationQuery
from followup_api.escalations.summary import summary
from followup_api.followups import queries as follow_ups
from followup_api.followups.calendar_days import CalendarQuery, days_of
from followup_api.followups.counts import LOOKED_THROUGH, counts, quick_counts
from followup_api.followups.next_ones import changed_next, remove_next
from followup_api.followups.queries import Filters
from followup_api.followups.schemas import View
from followup_api.followups.scopes import Scope, reports
from followup_api.followups.searches import looked_up
from followup_api.notifications import queries as notifications
from followup_api.notifications.schemas import NotificationQuery
from followup_api.ops.audit_log import queries as audit_log
from followup_api.ops.audit_log.schemas import AuditKind, AuditQuery
from followup_api.pagination import PageQuery
from followup_api.team import queries as team
from followup_api.team.periods import periods
from followup_common.db import Database, Transaction
from followup_common.policy import ALWAYS_OPEN, Severity
from sqlalchemy import event, text

from benchmarks.api.company import DIRECTOR, make_company
from tests.support.servers import Servers

LARGE = {
    *("follow_ups", "follow_up_texts", "escalation_states", "escalations"),
    *("notifications", "activities", "audit_log"),
}
FOLLOW_UPS, PEOPLE = 100_000, 2_000
EMPLOYEE, MANAGER_OF_EIGHT = PEOPLE, 240
LOGGED, ASKED = 200_000, datetime.now(UTC)
SCOPES = ("employee", "small team", "half of all", "everyone")
LIST_PAGES = 3_000
"""More buffers than a page of a list ever takes; the smallest scan of a large table takes more."""
LOOKED_UP = 10_000
"""As many buffers as a word that is not rare may have follow-ups, until another one is tried."""
QUICKLY = 10_001
"""Entries of an index that a quick count reads of a view."""
SEARCHED = pytest.mark.parametrize("database", ["force_custom_plan"], indirect=True)
"""What is searched is in the statement, so PostgreSQL plans for it."""

Node = dict[str, Any]
Reading = Callable[[Callable[[Transaction], object]], list[Node]]


PLANS: list[Node] = []
"""Of every statement on every connection."""

EXPLAINING = (
    "LOAD 'auto_explain'",
    "SET auto_explain.log_min_duration = 0",
    "SET auto_explain.log_analyze = on",
    "SET auto_explain.log_buffers = on",
    "SET auto_explain.log_format = json",
    "SET client_min_messages = log",  # to the one who asks
)


@pytest.fixture(scope="module", params=["force_custom_plan", "force_generic_plan"])
def database(servers: Servers, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A company with a hundred thousand follow-ups, the same for all tests here.

    PostgreSQL plans a prepared statement for the values at hand, until it takes to one plan for all values:
    the tests hold for either way.
    """
    url = servers.shared_database("company", lambda url: make_company(url, FOLLOW_UPS, PEOPLE))
    database = Database(url)
    settings = (*EXPLAINING, f"SET plan_cache_mode = {request.param}")
    event.listen(database.engine, "connect", lambda connection, _: explain(connection, settings))
    yield database
    database.close()


def explain(connection: psycopg.Connection, settings: Sequence[LiteralString]) -> None:
    """Have every statement prepared, and how it was run added to `PLANS`."""
    connection.prepare_threshold = 0
    for setting in settings:
        connection.execute(setting)
    connection.commit()
    connection.add_notice_handler(_note)


def _note(said: psycopg.errors.Diagnostic) -> None:
    _, _, plan = (said.message_primary or "").partition("plan:")
    if plan:
        PLANS.append(json.loads(plan)["Plan"])


@pytest.fixture
def plans(database: Database) -> Reading:
    """The plans of what a function asks, in turn."""

    def read(ask: Callable[[Transaction], object]) -> list[Node]:
        with database.reading() as tx:
            PLANS.clear()
            ask(tx)
            return list(PLANS)

    return read


def scope(database: Database, name: str) -> Scope:
    with database.reading() as tx:
        match name:
            case "employee":
                return Scope(frozenset({EMPLOYEE}))
            case "small team":
                return Scope(reports(tx, MANAGER_OF_EIGHT))
            case "half of all":
                return Scope(reports(tx, DIRECTOR))
            case _:
                return Scope(None)


def nodes(plan: Node) -> list[Node]:
    """What was really run of a plan."""
    own = [plan] if plan["Actual Loops"] else []
    return own + [node for part in plan.get("Plans", []) for node in nodes(part)]


def buffers(plan: Node) -> int:
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def from_indexes(plans: list[Node]) -> None:
    """No large table is read from its beginning to its end."""
    assert plans
    scans = [node for plan in plans for node in nodes(plan) if node["Node Type"] == "Seq Scan"]
    assert not {node["Relation Name"] for node in scans} & LARGE


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("whose", SCOPES)
def test_a_page_of_follow_ups_and_the_next_one(
    database: Database, plans: Reading, whose: str, view: View
) -> None:
    filters = Filters(scope(database, whose), "Europe/Berlin")
    cursors = []

    def ask(tx: Transaction) -> None:
        page = follow_ups.page(tx, view, filters, PageQuery(limit=20))
        assert page.rows or view is View.TODAY
        cursors.append(page.next_cursor)
        if page.next_cursor:
            follow_ups.page(tx, view, filters, PageQuery(limit=20, cursor=page.next_cursor))

    found = plans(ask)
    assert len(found) == 1 + bool(cursors[0])
    from_indexes(found)
    # Of few rows PostgreSQL may sort them all: some 1,000 that are due today, each with what a line shows.
    assert max(buffers(plan) for plan in found) < LIST_PAGES * (4 if view is View.TODAY else 1)


@SEARCHED
@pytest.mark.parametrize("view", [View.OVERDUE, View.COMPLETED, View.ALL])
@pytest.mark.parametrize("whose", SCOPES)
@pytest.mark.parametrize("search", ["77123", "person1234", "deal-9999 tri\u0301al"])
def test_a_rare_word_is_found_by_indexes(
    database: Database, plans: Reading, whose: str, view: View, search: str
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        words = looked_up(tx, search, who)
        assert words
        assert words.one_by_one or words.among is not None
        filters = Filters(who, "UTC", search=words)
        follow_ups.page(tx, view, filters, PageQuery(limit=20))
        counts(tx, filters)

    found = plans(ask)
    from_indexes(found)
    assert max(map(buffers, found)) < 2 * LIST_PAGES  # of few people each text is read, with its names


@SEARCHED
@pytest.mark.parametrize("view", [View.OVERDUE, View.COMPLETED, View.ALL])
@pytest.mark.parametrize("whose", SCOPES)
@pytest.mark.parametrize("search", ["contract trial company", "person contract", "company 17"])
def test_a_page_of_common_words_takes_no_more_than_looking_them_up(
    database: Database, plans: Reading, whose: str, view: View, search: str
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        words = looked_up(tx, search, who)
        assert words
        assert words.among is None
        page = follow_ups.page(tx, view, Filters(who, "UTC", search=words), PageQuery(limit=20))
        assert page.rows

    assert max(map(buffers, plans(ask))) < max(LOOKED_UP, 25 * follow_ups.EARLY)


@SEARCHED
@pytest.mark.parametrize("whose", ["employee", "small team"])
@pytest.mark.parametrize("search", ["contract", "nowhere", "company 17"])
def test_a_search_among_those_of_few_people_reads_no_more_than_theirs(
    database: Database, plans: Reading, whose: str, search: str
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        filters = Filters(who, "UTC", search=looked_up(tx, search, who))
        for view in View:
            follow_ups.page(tx, view, filters, PageQuery(limit=20))
        counts(tx, filters)
        for level in (None, *EscalationLevel):
            escalations.page(tx, EscalationQuery(q=search, level=level, limit=20), who)

    found = plans(ask)
    from_indexes(found)
    assert max(map(buffers, found)) < 3 * LIST_PAGES  # each word looks at each text, and at the names with it


@pytest.mark.parametrize("view", [View.OPEN, View.OVERDUE, View.COMPLETED])
@pytest.mark.parametrize("whose", SCOPES)
def test_a_month_is_read_day_by_day_from_an_index(
    database: Database, plans: Reading, whose: str, view: View
) -> None:
    today = ASKED.date()
    query = CalendarQuery(
        first_day=today - timedelta(days=21), last_day=today + timedelta(days=20), view=view
    )
    filters = Filters(scope(database, whose), "Europe/Berlin")

    def ask(tx: Transaction) -> None:
        assert any(day.items for day in days_of(tx, filters, query, ALWAYS_OPEN)) or whose == "employee"

    counted, *shown = plans(ask)
    from_indexes([counted, *shown])
    read = [node for node in nodes(counted) if node.get("Relation Name") == "follow_ups"]
    assert {node["Node Type"] for node in read} == {"Index Only Scan"}
    assert buffers(counted) < LIST_PAGES


@pytest.mark.parametrize("level", [None, *EscalationLevel])
@pytest.mark.parametrize("whose", SCOPES)
def test_a_page_of_escalations(
    database: Database, plans: Reading, whose: str, level: EscalationLevel | None
) -> None:
    who = scope(database, whose)
    [plan] = plans(lambda tx: escalations.page(tx, EscalationQuery(level=level, limit=20), who))
    from_indexes([plan])
    assert buffers(plan) < LIST_PAGES
    if who.size.value != "one":
        assert "ix_escalation_states_escalated" in {node.get("Index Name") for node in nodes(plan)}


@pytest.mark.parametrize("whose", SCOPES)
def test_counts_come_from_an_index_alone(database: Database, plans: Reading, whose: str) -> None:
    filters = Filters(scope(database, whose), "UTC")
    [plan] = plans(lambda tx: counts(tx, filters))
    from_indexes([plan])
    assert {node["Node Type"] for node in nodes(plan)} & {"Index Only Scan", "Bitmap Index Scan"}
    once = [node["Actual Loops"] for node in nodes(plan) if node.get("Parent Relationship") == "InitPlan"]
    assert set(once) == {1}, "when the day ends is computed for each row"


@pytest.mark.parametrize("whose", SCOPES)
def test_a_quick_count_ends_soon(database: Database, plans: Reading, whose: str) -> None:
    filters = Filters(scope(database, whose), "UTC")
    [plan] = plans(lambda tx: quick_counts(tx, filters))
    from_indexes([plan])
    assert max(node["Actual Rows"] for node in nodes(plan)) <= QUICKLY
    assert buffers(plan) < LIST_PAGES / 2


@SEARCHED
@pytest.mark.parametrize("whose", SCOPES[2:])
@pytest.mark.parametrize("search", ["contract", "person contract", "company 17"])
def test_a_quick_count_of_common_words_reads_the_texts_of_few(
    database: Database, plans: Reading, whose: str, search: str
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        words = looked_up(tx, search, who)
        assert quick_counts(tx, Filters(who, "UTC", search=words)).at_least
        assert escalation_counts(tx, who, EscalationFilters(q=search), None, quick=True).at_least

    found = plans(ask)
    texts = [node for plan in found for node in nodes(plan) if node.get("Relation Name") == "follow_up_texts"]
    assert {node["Actual Rows"] for node in texts if node["Node Type"] == "Index Scan"} == {1}
    assert max(map(buffers, found)) < 3 * LOOKED_THROUGH * 25


def test_an_undo_finds_what_was_planned_by_indexes(database: Database, plans: Reading) -> None:
    def ask(tx: Transaction) -> None:
        changed_next(tx, [3, 4])
        remove_next(tx, [3, 4])  # nothing was planned with them

    found = plans(ask)
    from_indexes(found)
    assert max(map(buffers, found)) < LIST_PAGES / 10


@pytest.mark.parametrize("whose", SCOPES[1:])
def test_the_summary_reads_what_is_escalated_and_these_thirty_days(
    database: Database, plans: Reading, whose: str
) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        found = summary(tx, who, "UTC")
        assert found.of(Severity.BREACH) > found.of(Severity.ESCALATED) > 0 or whose == "small team"
        assert found.days

    from_indexes(plans(ask))


@pytest.mark.parametrize("whose", SCOPES)
def test_escalations_are_counted_from_the_index_of_those_open(
    database: Database, plans: Reading, whose: str
) -> None:
    """As many reads as there are escalated ones in sight, whatever else there is."""
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        assert escalation_counts(tx, who, EscalationFilters(), None).by_line or whose in SCOPES[:2]
        escalation_counts(tx, who, EscalationFilters(q="acme"), DIRECTOR)

    counted, waiting, *searched = plans(ask)
    from_indexes([counted, waiting, *searched])
    of_states = {
        node["Node Type"] for node in nodes(counted) if node.get("Relation Name") == "escalation_states"
    }
    assert of_states == {"Index Only Scan"}


@pytest.mark.parametrize(("number", "pages"), [(8, LIST_PAGES / 10), (80, LIST_PAGES)])
def test_the_figures_of_a_team_are_counted_from_indexes_alone(
    plans: Reading, number: int, pages: float
) -> None:
    ids, during = range(PEOPLE - number, PEOPLE), periods(ASKED, "UTC", "monday")

    def ask(tx: Transaction) -> None:
        assert len(tx.execute(team.FIGURES, team.figure_values(ids, during)).all()) == number
        assert len(team.trends(tx, ids, during)) == number
        team.oldest(tx, ids)

    found = plans(ask)
    from_indexes(found)
    counted = [node for plan in found for node in nodes(plan) if node.get("Relation Name") == "follow_ups"]
    assert {node["Node Type"] for node in counted} == {"Index Only Scan"}
    assert sum(map(buffers, found)) < pages


@pytest.mark.parametrize("whose", SCOPES)
def test_an_inbox(database: Database, plans: Reading, whose: str) -> None:
    who = scope(database, whose)

    def ask(tx: Transaction) -> None:
        for unread in (None, True):
            notifications.page(tx, DIRECTOR, who, NotificationQuery(limit=20, unread=unread))
        notifications.unread(tx, DIRECTOR)

    found = plans(ask)
    from_indexes(found)
    assert max(buffers(plan) for plan in found) < LIST_PAGES


def test_a_follow_up_and_who_reports_to_whom(database: Database, plans: Reading) -> None:
    everyone = Scope(None)

    def ask(tx: Transaction) -> None:
        assert follow_ups.get(tx, 7, everyone)
        assert len(reports(tx, MANAGER_OF_EIGHT)) == 8

    found = plans(ask)
    from_indexes(found)
    assert buffers(found[0]) < 50


@pytest.fixture(scope="module")
def logged(database: Database) -> None:
    """An audit log in which log-ins drown all else, and one person's are many."""
    with database.transaction() as tx:
        if tx.execute(text("SELECT count(*) FROM audit_log")).scalar_one() < LOGGED:
            tx.execute(
                text(
                    "INSERT INTO audit_log (at, action, actor_id, target) "
                    "SELECT now() - i * interval '1 minute', "
                    "       CASE WHEN i % 5000 = 0 THEN 'user.changed' ELSE 'log-in.succeeded' END, "
                    "       CASE WHEN i % 5000 = 0 THEN 1 ELSE i % 2000 + 1 END, 'users/' || i % 2000 + 1 "
                    "FROM generate_series(1, :number) i"
                ),
                {"number": LOGGED},
            )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE audit_log"))


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"kind": AuditKind.LOG_INS},
        {"kind": AuditKind.OTHER_THAN_LOG_INS},
        {"kind": AuditKind.PEOPLE, "since": ASKED - timedelta(days=60), "until": ASKED - timedelta(days=50)},
        {"person_id": EMPLOYEE},
        {"person_id": EMPLOYEE, "kind": AuditKind.LOG_INS, "until": ASKED - timedelta(days=50)},
        {"since": ASKED - timedelta(days=60), "until": ASKED - timedelta(days=50)},
        {"action": Action.USER_CHANGED},
        {"actor_id": EMPLOYEE},
        {"target": "users/7"},
    ],
    ids="-".join,  # not their times, which each process of a run would name otherwise
)
def test_a_page_of_the_audit_log(
    database: Database, logged: None, plans: Reading, filters: dict[str, Any]
) -> None:
    def ask(tx: Transaction) -> None:
        page = audit_log.page(tx, AuditQuery(limit=20, **filters))
        audit_log.names(tx, page.rows)
        if page.next_cursor:
            audit_log.page(tx, AuditQuery(limit=20, cursor=page.next_cursor, **filters))

    found = plans(ask)
    from_indexes(found)
    assert max(buffers(plan) for plan in found) < LIST_PAGES / 5
