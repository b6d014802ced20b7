"""Lists of open follow-ups in other orders, and narrowed by when they are due and whom they are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from followup_api.followups import ahead, queries, sorting
from followup_api.followups.due_filters import Period, span
from followup_api.followups.sorting import FollowUpSort

from .companies import Company
from .conftest import World

NOW = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)
"""A Wednesday evening; in Berlin too, in Auckland it is Thursday."""


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def fill(company: Company) -> None:
    """Follow-ups with ties in all that lists are sorted by, and some about nobody."""
    subjects = [
        company.ask(company.ada, "POST", "/subjects", json={"kind": "client", "name": name}).json()["id"]
        for name in ("Zebra", "acme", "Acme", "Éclair")
    ]
    dues = ["2026-03-02T09:00:00Z", "2026-03-02T09:00:00.5Z", "2031-03-02T09:00:00Z"]
    for number in range(24):
        about = {"subject": {"id": subjects[number % 4]}} if number % 3 else {}
        company.create(
            company.dana,
            title=f"{number:02}",
            due_at=dues[number % 2 if number % 5 else 2],
            assignee_id=(company.amir, company.mia, company.dana)[number // 8].id,
            priority=("low", "high", "normal")[number % 3],
            kind=("visit", "call")[number // 3 % 2],
            **about,
        )


def pages(company: Company, **query: Any) -> list[dict[str, Any]]:
    """All of a list, in pages of five."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = company.get(company.dana, "/follow-ups", limit=5, **query, **cursor)
        found += page["items"]
        assert len(found) < 100, "pages come again"
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def expected(sort: FollowUpSort, listed: list[dict[str, Any]]) -> list[str]:
    """The same by Python."""

    def key(one: dict[str, Any]) -> tuple[Any, ...]:
        due, id_ = datetime.fromisoformat(one["due_at"]).timestamp(), one["id"]
        about = one["subject"]
        match sort:
            case FollowUpSort.DUE | FollowUpSort.DUE_LAST:
                return due, id_
            case FollowUpSort.PRIORITY:
                return ("high", "normal", "low").index(one["priority"]), due, id_
            case FollowUpSort.KIND:
                return one["kind"], due, id_
            case FollowUpSort.ASSIGNEE:
                return one["assignee"]["name"].lower(), due, id_
            case FollowUpSort.SUBJECT:
                name = about["name"].lower().replace("é", "e") if about else ""
                return about is None, name, about["id"] if about else 0, due, id_
            case _:
                return one["updated_at"], id_

    return [one["title"] for one in sorted(listed, key=key, reverse=sort.value.startswith("-"))]


EARLY = {"few": 0, "few_people": 0, "seen": 0}
WAYS: dict[str, dict[str, int]] = {
    "few": {},
    "many": {"few": 0},
    "early": EARLY,
    "missed": {**EARLY, "few": sorting.FEW, "tried": 3},
}
"""How a page is found: all is sorted; the index of the order is walked; that first; and that, but too few
entries are tried, so that all is sorted after all."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sort", FollowUpSort)
def test_each_order_is_kept_over_pages_whatever_ties(
    company: Company, monkeypatch: pytest.MonkeyPatch, sort: FollowUpSort, way: str
) -> None:
    here = {"few": sorting, "few_people": queries, "seen": ahead, "tried": ahead}
    for name, value in WAYS[way].items():
        monkeypatch.setattr(here[name], name.upper(), value)
    fill(company)
    for view, narrowed in (("open", {}), ("overdue", {"priority": "high"}), ("upcoming", {"kind": "call"})):
        listed = pages(company, view=view, sort=sort.value, **narrowed)
        plain = pages(company, view=view, **narrowed)
        assert sorted(one["id"] for one in listed) == sorted(one["id"] for one in plain)
        assert [one["title"] for one in listed] == expected(sort, plain)
    searched = pages(company, view="open", sort=sort.value, q="zebra")
    assert [one["title"] for one in searched] == expected(sort, searched)
    assert searched


def test_a_file_has_the_order_of_the_list(company: Company) -> None:
    fill(company)
    listed = [one["title"] for one in pages(company, view="open", sort="subject")]
    answer = company.ask(
        company.dana, "GET", "/follow-ups/export", params={"view": "open", "sort": "subject"}
    )
    lines = answer.text.splitlines()[1:]
    assert [line.split('","')[2] for line in lines] == listed


@pytest.mark.parametrize(
    ("wrong", "field", "fix"),
    [
        ({"view": "completed", "sort": "due"}, "sort", "view=open"),
        ({"sort": "due"}, "sort", "view=open"),
        ({"view": "open", "sort": "title"}, "sort", "'due'"),
        (
            {"due_from": "2026-03-02T09:00:00Z", "due_before": "2026-03-02T09:00:00Z"},
            "due_before",
            "swap the two",
        ),
        ({"due_from": "tomorrow"}, "due_from", "write it like"),
        ({"due_in": "this_year"}, "due_in", "'this_week'"),
        ({"due_from": "2026-03-02T09:00:00Z", "due_in": "this_week"}, "due_in", "leave these out"),
        ({"has_subject": "maybe"}, "has_subject", "true or false"),
    ],
    ids=str,
)
def test_what_means_nothing_is_refused_with_the_fix(
    company: Company, wrong: dict[str, str], field: str, fix: str
) -> None:
    for path in ("", "/export"):
        answer = company.ask(company.amir, "GET", f"/follow-ups{path}", params=wrong)
        assert answer.status_code == 422, answer.text
        assert {error["field"]: error["message"] for error in answer.json()["errors"]}[field].count(fix)


NARROWED: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"due_from": "2026-03-02T09:00:00Z"}, ["at", "about", "later"]),
    ({"due_before": "2026-03-02T09:00:00Z"}, ["before"]),
    ({"due_from": "2026-03-02T09:00:00Z", "due_before": "2026-03-03T00:00:00+01:00"}, ["at", "about"]),
    ({"has_subject": False}, ["before", "at", "later"]),
    ({"has_subject": True}, ["about"]),
    ({"has_subject": False, "moved_min": 1}, ["later"]),
)


@pytest.mark.parametrize(("narrowed", "titles"), NARROWED, ids=str)
def test_lists_counts_files_and_actions_on_all_mean_the_same(
    company: Company, narrowed: dict[str, Any], titles: list[str]
) -> None:
    company.create(company.amir, title="before", due_at="2026-03-02T08:59:59Z")
    company.create(company.amir, title="at", due_at="2026-03-02T09:00:00Z")
    about = {"subject": {"kind": "lead", "name": "Globex"}}
    company.create(company.amir, title="about", due_at="2026-03-02T10:00:00Z", **about)
    later = company.create(company.amir, title="later", due_at="2026-03-02T10:00:00Z")["id"]
    company.ask(company.amir, "PATCH", f"/follow-ups/{later}", json={"due_at": "2031-03-02T09:00:00Z"})
    assert company.titles(company.amir, "/follow-ups", view="open", **narrowed) == titles
    counted = company.get(company.amir, "/follow-ups/counts", **narrowed)
    number = sum(counted[view] for view in ("overdue", "today", "upcoming"))
    assert number == len(titles)
    file = company.ask(company.amir, "GET", "/follow-ups/export", params={"view": "open", **narrowed})
    assert len(file.text.splitlines()) == 1 + len(titles)
    of = {"view": "open", "expected": number, "as_of": counted["as_of"], **narrowed}
    body = {"filter": of, "action": "edit", "add_tags": ["found"]}
    answer = company.ask(company.amir, "POST", "/follow-ups/bulk", json=body)
    assert answer.status_code == 200, answer.text
    assert company.titles(company.amir, "/follow-ups", view="open", tag="found") == titles


@pytest.mark.parametrize(
    ("period", "zone", "week_start", "begins", "ends"),
    [
        (Period.THIS_WEEK, "UTC", "monday", "2026-03-02T00:00Z", "2026-03-09T00:00Z"),
        (Period.THIS_WEEK, "Europe/Berlin", "sunday", "2026-02-28T23:00Z", "2026-03-07T23:00Z"),
        (Period.NEXT_WEEK, "Pacific/Auckland", "saturday", "2026-03-06T11:00Z", "2026-03-13T11:00Z"),
        (Period.THIS_MONTH, "Europe/Berlin", "monday", "2026-02-28T23:00Z", "2026-03-31T22:00Z"),
        (Period.NEXT_MONTH, "UTC", "monday", "2026-04-01T00:00Z", "2026-05-01T00:00Z"),
    ],
)
def test_weeks_and_months_are_those_of_the_caller(
    period: Period, zone: str, week_start: Any, begins: str, ends: str
) -> None:
    begin, end = span(period, NOW, zone, week_start)
    assert [begin.astimezone(UTC), end.astimezone(UTC)] == [
        datetime.fromisoformat(begins),
        datetime.fromisoformat(ends),
    ]


def test_a_week_is_asked_for_by_name(company: Company) -> None:
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    for title, due in (("soon", soon), ("long ago", "2026-03-02T09:00:00Z")):
        company.create(company.amir, title=title, due_at=due)
    found = [
        company.titles(company.amir, "/follow-ups", view="open", due_in=period)
        for period in ("this_week", "next_week")
    ]
    assert sorted(found) == [[], ["soon"]]
