"""Quick counts: as far as a number still says something, and never more than there is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_api.escalations import counts as escalations
from followup_api.followups import counts as follow_ups
from followup_api.followups import searches

from .companies import Company

HOUR = timedelta(hours=1)
SOME = {"overdue": 3, "today": 0, "upcoming": 1}


@pytest.fixture
def company(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Three overdue follow-ups, one that is escalated, and one for next month; every word is common."""
    monkeypatch.setattr(searches, "RARE", 0)
    for hours in (1, 2, 60, -720):
        company.follow_up(company.amir, f"Call {hours}", overdue=hours * HOUR)
    return company


def test_they_are_exact_where_there_is_little(company: Company) -> None:
    for filters in ({}, {"q": "call"}, {"kind": "task"}):
        quick = company.get(company.ada, "/follow-ups/counts", quick=True, **filters)
        exact = company.get(company.ada, "/follow-ups/counts", **filters)
        assert quick.items() >= {**SOME, "at_least": []}.items()
        assert exact.items() >= {**SOME, "at_least": []}.items()


@pytest.mark.parametrize(("most", "seen", "at_least"), [(2, 2, ["overdue"]), (3, 3, [])])
def test_each_view_is_counted_up_to_a_number(
    company: Company, monkeypatch: pytest.MonkeyPatch, most: int, seen: int, at_least: list[str]
) -> None:
    monkeypatch.setattr(follow_ups, "COUNTED", most)
    quick = company.get(company.ada, "/follow-ups/counts", quick=True)
    assert quick.items() >= {**SOME, "overdue": seen, "at_least": at_least}.items()
    exact = company.get(company.ada, "/follow-ups/counts")
    assert exact.items() >= {**SOME, "at_least": []}.items()


def test_the_words_of_a_search_are_looked_for_in_the_most_overdue(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_ups, "LOOKED_THROUGH", 2)
    found = {q: company.get(company.ada, "/follow-ups/counts", quick=True, q=q) for q in ("call", "60", "1")}
    assert {q: (one["overdue"], one["at_least"]) for q, one in found.items()} == {
        "call": (2, ["overdue"]),
        "60": (1, ["overdue"]),
        "1": (0, ["overdue"]),  # it is the third
    }
    exact = company.get(company.amir, "/follow-ups/counts", quick=True, q="1")
    assert (exact["overdue"], exact["at_least"]) == (1, []), "those of few people are read one by one"


def test_filters_hold_beside_a_search(company: Company) -> None:
    company.follow_up(company.amir, "Call on them", overdue=HOUR, kind="visit")
    quick = company.get(company.ada, "/follow-ups/counts", quick=True, q="call", kind="visit")
    assert quick.items() >= {"overdue": 1, "upcoming": 0, "at_least": []}.items()


def test_escalations_say_when_there_may_be_more(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for hours in (50, 70):
        company.reaches(company.follow_up(company.amir, "Visit", overdue=hours * HOUR), 2)
    asked = {"quick": True, "q": "visit"}
    assert seen(company, **asked) == (2, False)
    monkeypatch.setattr(escalations, "LOOKED_THROUGH", 1)
    assert seen(company, **asked) == (1, True)
    assert seen(company, q="visit") == seen(company, quick=True) == (2, False)


def seen(company: Company, **asked: object) -> tuple[int, bool]:
    """The number at manager level, and whether it may be higher."""
    counts = company.get(company.ada, "/escalations/counts", **asked)
    in_lines = sum(line["manager"] for line in [*counts["by_line"], counts["others"]])
    assert in_lines == counts["manager"]
    return counts["manager"], counts["at_least"]
