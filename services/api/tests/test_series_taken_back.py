"""What ended one of a series is undone: the next one goes, unless it is no longer what that made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from .companies import Company
from .test_series import change, complete, of, open_ones, plan

OTHER = {"title": "Other"}


def test_what_another_rule_counts_from_is_not_taken_back(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    assert change(company, first["series_id"], repeats={"unit": "day", "every": 10}).status_code == 200
    undone = company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/undo")
    assert (undone.status_code, undone.json()["status"]) == (200, "open")
    assert undone.json()["series_id"] is None
    series = of(company, first)
    assert (series["open_id"], series["made"], series["missed"]) == (second, 1, 0)
    assert complete(company, second)["next_in_series"]["due_at"] == "2031-01-23T09:00:00Z"


def test_one_that_has_left_the_series_is_not_taken_back(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    third_id = deleted(company, second)
    assert company.ask(company.amir, "PATCH", f"/follow-ups/{third_id}", json=OTHER).status_code == 200
    assert restored(company, second)["series_id"] is None
    third = of(company, first)
    assert company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/undo").status_code == 200
    assert company.get(company.amir, f"/follow-ups/{second}")["status"] == "open"
    assert of(company, first)["made"] == third["made"]
    after = complete(company, third["open_id"])["next_in_series"]["due_at"]
    assert (third["open_due_at"], after) == ("2031-01-20T09:00:00Z", "2031-01-27T09:00:00Z")


def deleted(company: Company, follow_up: int) -> int:
    """Delete an open one; returns the one that came instead."""
    series = company.get(company.ada, f"/follow-ups/{follow_up}")["series_id"]
    assert company.ask(company.ada, "DELETE", f"/follow-ups/{follow_up}").status_code == 204
    number: int = company.get(company.ada, f"/series/{series}")["open_id"]
    return number


def restored(company: Company, follow_up: int) -> dict[str, Any]:
    answer = company.ask(company.ada, "POST", f"/follow-ups/{follow_up}/restore")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_deletion_is_undone_with_what_it_made(company: Company) -> None:
    begun = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=3, hours=1)
    first = plan(company, {"unit": "day"}, due_at=begun.isoformat())
    before = of(company, first)
    deleted(company, first["id"])
    assert restored(company, first["id"])["series_id"] == first["series_id"]
    assert [each["id"] for each in open_ones(company)] == [first["id"]]
    after = of(company, first)
    for same in ("open_id", "made", "missed", "upcoming", "ended_at"):
        assert after[same] == before[same]
    assert deleted(company, first["id"])


def test_what_somebody_changed_meanwhile_stays(company: Company) -> None:
    first = plan(company)
    second = deleted(company, first["id"])
    edited = company.ask(company.amir, "PATCH", f"/follow-ups/{second}", json=OTHER)
    assert edited.status_code == 200
    assert restored(company, first["id"])["series_id"] is None
    assert of(company, first)["open_id"] == second


def test_what_another_rule_counts_from_stays(company: Company) -> None:
    first = plan(company)
    second = deleted(company, first["id"])
    assert change(company, first["series_id"], repeats={"unit": "day", "every": 10}).status_code == 200
    assert restored(company, first["id"])["series_id"] is None
    assert (of(company, first)["open_id"], of(company, first)["made"]) == (second, 1)


def test_the_last_one_comes_back_into_a_series_that_goes_on(company: Company) -> None:
    first = plan(company, {"unit": "week", "count": 2})
    second = complete(company, first["id"])["next_in_series"]["id"]
    assert deleted(company, second) is None
    assert restored(company, second)["series_id"] == first["series_id"]
    series = of(company, first)
    assert (series["open_id"], series["ended_at"]) == (second, None)
    assert complete(company, second)["next_in_series"] is None
    assert of(company, first)["ended_at"] is not None


def test_no_series_has_a_date_twice(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    assert company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/undo").status_code == 200
    again = complete(company, first["id"])["next_in_series"]["id"]
    company.world.execute("UPDATE follow_ups SET completed_at = now() WHERE id = :id", id=again)
    assert restored(company, second)["series_id"] is None
