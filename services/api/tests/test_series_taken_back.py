"""A completion of a series is undone when the next one is no longer what it made."""

from __future__ import annotations

from .companies import Company
from .test_series import change, complete, of, plan


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
    assert company.ask(company.ada, "DELETE", f"/follow-ups/{second}").status_code == 204
    assert company.ask(company.ada, "POST", f"/follow-ups/{second}/restore").json()["series_id"] is None
    third = of(company, first)
    assert company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/undo").status_code == 200
    assert company.get(company.amir, f"/follow-ups/{second}")["status"] == "open"
    assert of(company, first)["made"] == third["made"]
    after = complete(company, third["open_id"])["next_in_series"]["due_at"]
    assert (third["open_due_at"], after) == ("2031-01-20T09:00:00Z", "2031-01-27T09:00:00Z")
