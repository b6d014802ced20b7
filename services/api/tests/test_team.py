"""The team view: each figure is the number of a list, in any order, for those who may look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from followup_api.preferences import WeekStart
from followup_api.team.periods import periods
from followup_api.team.queries import SORTED_AT_MOST

from .companies import Company
from .conftest import Person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def team(company: Company, who: Person, **parameters: Any) -> dict[str, Any]:
    found: dict[str, Any] = company.get(who, "/team", **parameters)
    return found


def page_by_page(company: Company, who: Person, **parameters: Any) -> Iterator[dict[str, Any]]:
    """All of a team, four people at a time."""
    cursor: dict[str, str] = {}
    while True:
        page = team(company, who, limit=4, **parameters, **cursor)
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def names(found: dict[str, Any]) -> list[str]:
    return [member["person"]["name"] for member in found["items"]]


def listed(company: Company, who: Person, **filters: Any) -> Iterator[dict[str, Any]]:
    """All of a list, page by page."""
    cursor: dict[str, str] = {}
    while True:
        page = company.get(who, "/follow-ups", limit=50, **filters, **cursor)
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


LISTS: dict[str, dict[str, Any]] = {
    "open": {"view": "open"},
    "overdue": {"view": "overdue"},
    "escalated": {"view": "open", "severity_min": "escalated"},
    "moved": {"view": "open", "moved_min": 1},
    "waiting": {"view": "open", "held": "waiting"},
    "snoozed": {"view": "open", "held": "snoozed"},
    "done": {"view": "completed", "completed_from": "{week_from}"},
    "completed": {"view": "completed", "completed_from": "{month_from}"},
    "on_time": {"view": "completed", "completed_from": "{month_from}", "on_time": "true"},
}
"""Which list each figure counts; the page opens these."""
COUNTED = [figure for figure in LISTS if figure not in ("completed", "on_time")]


def busy(company: Company, drawn: Random, people: list[Person], number: int) -> None:
    """Give people follow-ups of every kind: late, moved, held, escalated, done in time or not."""
    for _ in range(number):
        id_ = company.follow_up(drawn.choice(people), overdue=drawn.randint(-400, 2_500) * HOUR)
        for _ in range(drawn.choice((0, 0, 1, 3))):
            company.world.execute(
                "UPDATE follow_ups SET due_at = now() - :overdue WHERE id = :id",
                overdue=drawn.randint(-400, 2_500) * HOUR,
                id=id_,
            )
        company.reaches(id_, drawn.randint(0, 3))
        if drawn.random() < 0.45:
            company.world.execute(
                "UPDATE follow_ups SET completed_at = now() - :ago WHERE id = :id",
                ago=drawn.choice((drawn.randint(0, 200), drawn.randint(0, 2_500))) * HOUR,
                id=id_,
            )
        elif drawn.random() < 0.4:
            kind = drawn.choice(("wait", "snooze"))
            body = {"preset": "tomorrow", "reason": "They are away"}
            company.ask(people[-1], "POST", f"/follow-ups/{id_}/{kind}", json=body)
            if drawn.random() < 0.3:
                company.world.execute(
                    "UPDATE holds SET starts_at = now() - interval '2 days', "
                    "until = now() - interval '1 day' WHERE follow_up_id = :id",
                    id=id_,
                )


@pytest.mark.parametrize("seed", [3, 8])
def test_each_figure_is_the_number_of_the_list_that_it_names(company: Company, seed: int) -> None:
    drawn = Random(seed)
    people = [company.amir, company.otto, company.mia]
    company.world.execute(
        "UPDATE users SET manager_id = :mia WHERE id = :otto", mia=company.mia.id, otto=company.otto.id
    )
    company.ask(company.dana, "PATCH", "/me", json={"time_zone": "Pacific/Auckland", "week_start": "sunday"})
    busy(company, drawn, people, 90)
    done = company.follow_up(company.amir, overdue=-HOUR)  # this week, even when that has just begun
    company.world.execute("UPDATE follow_ups SET completed_at = now() WHERE id = :id", id=done)
    found = team(company, company.dana, depth="all")
    assert names(found) == ["Amir Patel", "Mia Middle", "Otto Other"]
    seen = dict.fromkeys(LISTS, 0)
    for member in found["items"]:
        figures = {**member, **member["month"]}
        lists = {
            figure: list(
                listed(
                    company,
                    company.dana,
                    assignee=member["person"]["id"],
                    **{name: str(value).format(**found) for name, value in filters.items()},
                )
            )
            for figure, filters in LISTS.items()
        }
        assert {figure: len(entries) for figure, entries in lists.items()} == {
            figure: figures[figure] for figure in LISTS
        }
        assert member["moves"] == sum(entry["moved"] for entry in lists["moved"])
        first = lists["overdue"][0]
        assert (member["oldest"]["id"], member["oldest"]["due_at"]) == (first["id"], first["due_at"])
        assert member["month"]["share"] == pytest.approx(
            len(lists["on_time"]) / len(lists["completed"]) if lists["completed"] else None
        )
        assert_trend(company, member, found["weeks"])
        for figure, entries in lists.items():
            seen[figure] += len(entries)
    assert all(seen.values()), f"of some figure the data has nothing: {seen}"


def assert_trend(company: Company, member: dict[str, Any], weeks: list[str]) -> None:
    """Compare a trend with what is due and done, counted one by one."""
    rows = company.world.execute(
        "SELECT due_at, completed_at, now() AS now FROM follow_ups WHERE assignee_id = :id",
        id=member["person"]["id"],
    )
    begins = list(map(datetime.fromisoformat, weeks))
    ends = [*begins[1:], rows[0].now]
    assert member["trend"]["done"] == [
        sum(bool(row.completed_at) and begin <= row.completed_at < end for row in rows)
        for begin, end in zip(begins, ends, strict=True)
    ]
    assert member["trend"]["overdue"] == [
        sum(row.due_at < end and (row.completed_at is None or row.completed_at >= end) for row in rows)
        for end in ends
    ]
    assert member["trend"]["overdue"][-1] == member["overdue"]


def test_a_team_is_ordered_by_any_figure_and_read_page_by_page(company: Company) -> None:
    drawn = Random(5)
    people = [company.world.person(f"Report {n}", manager=company.mia) for n in range(5)]
    busy(company, drawn, people[:3], 40)
    company.world.execute(
        "INSERT INTO absences (user_id, first_day, last_day) "
        "VALUES (:away, current_date - 3, current_date + 3)",
        away=people[1].id,
    )
    keys: dict[str, Callable[[dict[str, Any]], Any]] = {
        **{name: itemgetter(name) for name in COUNTED},
        "on_time": lambda member: member["month"]["share"],
        "oldest": lambda member: member["oldest"] and member["oldest"]["due_at"],
        "away": lambda member: member["away_until"],
        "name": lambda member: member["person"]["name"],
    }
    for sort, key in keys.items():
        for order in ("asc", "desc"):
            whole = team(company, company.mia, sort=sort, order=order)["items"]
            values = [key(member) for member in whole]
            known = [value for value in values if value is not None]
            assert values == [*sorted(known, reverse=order == "desc"), *[None] * (6 - len(known))]
            paged = list(page_by_page(company, company.mia, sort=sort, order=order))
            assert [m["person"]["id"] for m in paged] == [m["person"]["id"] for m in whole]


def test_who_may_look_at_whom(company: Company) -> None:
    assert names(team(company, company.mia)) == ["Amir Patel"]
    assert names(team(company, company.dana)) == ["Mia Middle"]
    assert names(team(company, company.dana, depth="all")) == ["Amir Patel", "Mia Middle"]
    assert names(team(company, company.dana, of=company.mia.id)) == ["Amir Patel"]
    assert names(team(company, company.ada)) == ["Dana Reyes", "Otto Other"]
    assert names(team(company, company.ada, depth="all")) == [
        *("Amir Patel", "Dana Reyes", "Mia Middle", "Otto Other")
    ]
    assert names(team(company, company.ada, of=company.dana.id, depth="all")) == ["Amir Patel", "Mia Middle"]
    for of in (company.dana, company.otto, company.ada):
        refused = company.ask(company.mia, "GET", "/team", params={"of": of.id})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "of")
    for who in (company.amir, company.otto):
        assert company.ask(who, "GET", "/team").status_code == 403
        assert "team:read" not in company.get(who, "/me")["permissions"]
    assert "team:read" in company.get(company.mia, "/me")["permissions"]


def test_who_left_is_there_as_long_as_they_have_open_work(company: Company) -> None:
    call = company.follow_up(company.amir)
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    [member] = team(company, company.mia)["items"]
    assert (member["person"]["active"], member["open"]) == (False, 1)
    company.world.execute("UPDATE follow_ups SET completed_at = now() WHERE id = :id", id=call)
    found = team(company, company.mia)
    assert (found["items"], found["people"]) == ([], 0)


def test_how_long_the_oldest_is_overdue_is_said_in_working_time_too(company: Company) -> None:
    body = {"calendar_id": company.calendar()["id"]}
    assert company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json=body).status_code == 200
    call = company.follow_up(company.amir, overdue=20 * DAY)
    company.follow_up(company.amir, overdue=DAY)
    oldest = team(company, company.mia)["items"][0]["oldest"]
    shown = company.get(company.mia, f"/follow-ups/{call}")
    assert oldest["working_overdue"] == shown["working_overdue"]
    assert oldest["working_overdue"]["days"] > 5
    assert oldest["id"] == call


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"of": "x"}, "of"),
        ({"of": 2**50}, "of"),
        ({"depth": "two"}, "depth"),
        ({"sort": "luck"}, "sort"),
        ({"order": "up"}, "order"),
        ({"limit": 0}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"who": 1}, "who"),
    ],
)
def test_what_is_wrong_is_named(company: Company, wrong: dict[str, Any], field: str) -> None:
    refused = company.ask(company.mia, "GET", "/team", params=wrong)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"severity_min": "grave"}, "severity_min"),
        ({"moved_min": 0}, "moved_min"),
        ({"completed_from": "2026-03-02"}, "completed_from"),
        (
            {"completed_from": "2026-03-02T00:00:00Z", "completed_before": "2026-03-02T00:00:00Z"},
            "completed_before",
        ),
        ({"on_time": "yes"}, "on_time"),
    ],
)
def test_a_filter_that_is_wrong_is_named(company: Company, wrong: dict[str, Any], field: str) -> None:
    for path in ("/follow-ups", "/follow-ups/counts"):
        refused = company.ask(company.mia, "GET", path, params=wrong)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_what_a_figure_lists_is_changed_at_once(company: Company) -> None:
    """A bulk action on all that a list holds takes the same filters: nothing beside them is changed."""
    grave, mild = company.follow_up(company.amir), company.follow_up(company.amir)
    company.reaches(grave, 2)
    company.reaches(mild, 1)
    filters = {"severity_min": "escalated", "assignee": str(company.amir.id)}
    counted = company.get(company.mia, "/follow-ups/counts", **filters)
    chosen = {"view": "overdue", "expected": counted["overdue"], "as_of": counted["as_of"], **filters}
    done = company.ask(company.mia, "POST", "/follow-ups/bulk", json={"filter": chosen, "action": "complete"})
    assert done.json()["done"] == [grave]


@pytest.mark.parametrize("severity", ["overdue", "escalated", "breach"])
def test_what_is_grave_is_in_the_view_of_its_due_time(company: Company, severity: str) -> None:
    """Also before it is due, which takes a clock that was ahead."""
    busy(company, Random(5), [company.amir, company.otto], 80)
    for who, whose in ((company.ada, "all"), (company.dana, "team"), (company.mia, str(company.amir.id))):
        grave = {"severity_min": severity, "assignee": whose}
        opened = [entry["id"] for entry in listed(company, who, view="open", **grave)]
        views = [list(listed(company, who, view=view, **grave)) for view in ("overdue", "today", "upcoming")]
        assert [entry["id"] for entries in views for entry in entries] == opened
        assert (views[0] and views[2]) or who is not company.ada
        counted = company.get(who, "/follow-ups/counts", **grave)
        assert [counted[view] for view in ("overdue", "today", "upcoming")] == list(map(len, views))


def test_more_people_than_are_sorted_by_a_figure_come_by_name(company: Company) -> None:
    company.world.execute(
        "INSERT INTO users (email, name, manager_id) "
        "SELECT 'many' || i || '@example.com', 'Many ' || i, :mia FROM generate_series(1, :number) i",
        mia=company.mia.id,
        number=SORTED_AT_MOST,
    )
    refused = company.ask(company.mia, "GET", "/team", params={"sort": "overdue"})
    assert refused.json()["errors"][0]["field"] == "sort"
    page = team(company, company.mia)
    assert (len(page["items"]), page["people"], bool(page["next_cursor"])) == (50, SORTED_AT_MOST + 1, True)
    company.world.execute("DELETE FROM users WHERE email = 'many1@example.com'")
    assert len(team(company, company.mia, sort="overdue", limit=200)["items"]) == SORTED_AT_MOST


@pytest.mark.parametrize(
    ("week_start", "week", "before"),
    [
        ("monday", "2026-03-22T23:00Z", "2026-03-15T23:00Z"),
        ("sunday", "2026-03-28T23:00Z", "2026-03-21T23:00Z"),
        ("saturday", "2026-03-27T23:00Z", "2026-03-20T23:00Z"),
    ],
)
def test_weeks_begin_at_midnight_with_the_day_of_the_one_who_asks(
    week_start: WeekStart, week: str, before: str
) -> None:
    """On the Sunday on which Berlin's clocks go forward."""
    now = datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    found = periods(now.astimezone(UTC), "Europe/Berlin", week_start)
    assert found.week == datetime.fromisoformat(week)
    assert found.weeks[-2:-1] == (datetime.fromisoformat(before),)
    assert found.month == datetime.fromisoformat("2026-02-28T23:00Z")
    assert found.ends[-1] == now
    assert len(found.weeks) == len(found.ends) == 12
