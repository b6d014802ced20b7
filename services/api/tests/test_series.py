"""Follow-ups that come again: how series begin, go on, are changed and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from .companies import Company
from .conftest import Person

DUE = "2031-01-06T09:00:00Z"
"""A Monday."""
WEEKLY: dict[str, Any] = {"unit": "week"}


def plan(company: Company, repeats: dict[str, Any] = WEEKLY, **more: Any) -> dict[str, Any]:
    """A follow-up that comes again."""
    return company.create(company.amir, **{"due_at": DUE, "repeats": repeats, **more})


def complete(company: Company, follow_up: int, **body: Any) -> dict[str, Any]:
    answer = company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/complete", json=body)
    assert answer.status_code == 200, answer.text
    completed: dict[str, Any] = answer.json()
    return completed


def of(company: Company, follow_up: dict[str, Any]) -> dict[str, Any]:
    """The series of a follow-up."""
    found: dict[str, Any] = company.get(company.ada, f"/series/{follow_up['series_id']}")
    return found


def open_ones(company: Company, title: str = "Call Acme") -> list[dict[str, Any]]:
    items = company.get(company.ada, "/follow-ups", view="open")["items"]
    return [item for item in items if item["title"] == title]


def change(company: Company, series: int, who: Person | None = None, **body: Any) -> Response:
    return company.ask(who or company.amir, "PATCH", f"/series/{series}", json=body)


def hand_over(company: Company, by: Person, giver: Person, to: Person) -> int:
    """Hand over the one that somebody has to do; returns the hand-over's id."""
    body = {"to": to.id, "expected": 1}
    answer = company.ask(by, "POST", f"/users/{giver.id}/hand-over", json=body)
    assert answer.status_code == 200, answer.text
    number: int = answer.json()["hand_over"]["id"]
    return number


def history(company: Company, follow_up: int) -> list[str]:
    entries = company.get(company.amir, f"/follow-ups/{follow_up}/activities")["items"]
    return [entry["summary"] for entry in entries]


def test_the_next_one_comes_when_one_is_completed(company: Company) -> None:
    first = plan(company, kind="call", tags=["vip"], notes="Ask for Ms Okafor.", priority="high")
    completed = complete(company, first["id"])
    [second] = open_ones(company)
    assert completed["next_in_series"] == {"id": second["id"], "due_at": "2031-01-13T09:00:00Z"}
    assert second["due_at"] == "2031-01-13T09:00:00Z"
    for kept in ("series_id", "title", "notes", "kind", "tags", "priority", "assignee_id", "subject"):
        assert second[kept] == first[kept]
    series = of(company, first)
    assert (series["open_id"], series["made"], series["missed"]) == (second["id"], 2, 0)
    assert history(company, second["id"]) == [
        "Amir Patel created it, due 13 Jan 2031, 09:00, the next one of its series"
    ]


def test_completing_it_again_makes_no_other(company: Company) -> None:
    first = plan(company)
    complete(company, first["id"])
    assert complete(company, first["id"])["next_in_series"] is None
    assert len(open_ones(company)) == 1


def test_the_next_one_comes_when_one_is_deleted(company: Company) -> None:
    first = plan(company)
    assert company.ask(company.ada, "DELETE", f"/follow-ups/{first['id']}").status_code == 204
    [second] = open_ones(company)
    assert second["due_at"] == "2031-01-13T09:00:00Z"
    assert of(company, first)["open_id"] == second["id"]


def test_many_at_once_go_on_each_with_its_own(company: Company) -> None:
    firsts = [plan(company, title=f"Call {number}") for number in range(3)]
    single = company.create(company.amir, due_at=DUE)
    ids = [each["id"] for each in (*firsts, single)]
    body = {"action": "complete", "ids": ids}
    assert company.ask(company.amir, "POST", "/follow-ups/bulk", json=body).status_code == 200
    for first in firsts:
        [second] = open_ones(company, first["title"])
        assert second["series_id"] == first["series_id"]
    undone = company.ask(company.amir, "POST", "/follow-ups/bulk", json={"action": "undo", "ids": ids})
    assert sorted(undone.json()["done"]) == sorted(ids)
    assert [open_ones(company, first["title"])[0]["id"] for first in firsts] == ids[:3]


def test_an_import_that_completes_one_goes_on_with_it(company: Company) -> None:
    first = plan(company, external_id="S-1")
    line = f"S-1,{first['title']},{first['assignee']['email']},{DUE},completed"
    text = f"external_id,title,assignee_email,due_at,status\n{line}\n"
    answer = company.ask(
        company.ada, "POST", "/imports/follow-ups", content=text, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 200, answer.text
    [second] = open_ones(company)
    assert second["due_at"] == "2031-01-13T09:00:00Z"


def test_dates_that_pass_while_one_is_open_are_counted(company: Company) -> None:
    begun = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=10, hours=1)
    first = plan(company, {"unit": "day"}, due_at=begun.isoformat())
    complete(company, first["id"])
    [second] = open_ones(company)
    series = of(company, first)
    assert (series["made"], series["missed"]) == (2, 10)
    assert datetime.fromisoformat(second["due_at"]) > datetime.now(UTC)
    assert "10 dates before it passed" in history(company, second["id"])[0]


def test_what_is_counted_from_completion_comes_so_much_after_it(company: Company) -> None:
    first = plan(company, {"unit": "day", "every": 3, "counted_from": "completion"})
    today = datetime.now(UTC).date()
    due_at = datetime.fromisoformat(complete(company, first["id"])["next_in_series"]["due_at"])
    assert due_at.date() - today in (timedelta(days=3), timedelta(days=4))  # over midnight
    assert (due_at.hour, due_at.minute) == (9, 0)


@pytest.mark.parametrize("end", [{"count": 2}, {"until": "2031-01-14"}])
def test_a_rule_that_is_over_ends_its_series(company: Company, end: dict[str, Any]) -> None:
    first = plan(company, WEEKLY | end)
    second = complete(company, first["id"])["next_in_series"]
    completed = complete(company, second["id"])
    assert completed["next_in_series"] is None
    series = of(company, first)
    assert (series["open_id"], series["upcoming"]) == (None, [])
    assert series["ended_at"] is not None
    assert "the last one of its series" in history(company, second["id"])[0]


def test_undoing_a_completion_takes_the_next_one_back(company: Company) -> None:
    first = plan(company)
    before = of(company, first)
    complete(company, first["id"])
    undone = company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/undo")
    assert (undone.status_code, undone.json()["series_id"]) == (200, first["series_id"])
    assert [each["id"] for each in open_ones(company)] == [first["id"]]
    after = of(company, first)
    for same in ("open_id", "made", "missed", "upcoming", "ended_at"):
        assert after[same] == before[same]


def test_undoing_another_change_of_what_is_completed_leaves_the_next_one(company: Company) -> None:
    first = plan(company)
    complete(company, first["id"])
    before = [each["id"] for each in open_ones(company)]
    company.ask(company.amir, "PATCH", f"/follow-ups/{first['id']}", json={"title": "Called"})
    assert company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/undo").status_code == 200
    assert [each["id"] for each in open_ones(company)] == before


def test_undoing_the_last_completion_lets_the_series_go_on(company: Company) -> None:
    first = plan(company, WEEKLY | {"count": 2})
    second = complete(company, first["id"])["next_in_series"]["id"]
    complete(company, second)
    assert company.ask(company.amir, "POST", f"/follow-ups/{second}/undo").status_code == 200
    series = of(company, first)
    assert (series["open_id"], series["ended_at"]) == (second, None)


def test_a_completion_whose_next_one_was_changed_is_not_undone(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    edited = company.ask(company.amir, "PATCH", f"/follow-ups/{second}", json={"title": "Other"})
    assert edited.status_code == 200
    refused = company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/undo")
    assert refused.status_code == 409
    assert f"{second}, has been changed since: reopen this one" in refused.json()["detail"]
    assert of(company, first)["open_id"] == second


def test_one_that_is_reopened_beside_another_is_no_longer_of_the_series(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    reopened = company.ask(company.amir, "POST", f"/follow-ups/{first['id']}/reopen").json()
    assert (reopened["status"], reopened["series_id"]) == ("open", None)
    assert of(company, first)["open_id"] == second


def test_undoing_a_reopening_goes_on_with_the_series(company: Company) -> None:
    first = plan(company, WEEKLY | {"count": 2})
    second = complete(company, first["id"])["next_in_series"]["id"]
    complete(company, second)
    company.ask(company.amir, "POST", f"/follow-ups/{second}/reopen")
    assert of(company, first)["open_id"] == second
    assert company.ask(company.amir, "POST", f"/follow-ups/{second}/undo").status_code == 200
    assert open_ones(company) == []


def test_one_that_is_there_can_come_again(company: Company) -> None:
    follow_up = company.create(company.amir, due_at=DUE)
    path = f"/follow-ups/{follow_up['id']}/series"
    body = {"repeats": {"unit": "month", "nth": -1, "weekday": 5, "closed_days": "previous"}}
    begun = company.ask(company.amir, "POST", path, json=body, headers={"If-Match": follow_up["etag"]})
    assert begun.status_code == 201, begun.text
    series = begun.json()
    assert begun.headers["Location"] == f"/api/v1/series/{series['id']}"
    assert series["summary"] == (
        "Every month on the last Friday at 09:00, the working day before where it is closed"
    )
    assert series["upcoming"][:2] == ["2031-01-31T09:00:00Z", "2031-02-28T09:00:00Z"]
    assert history(company, follow_up["id"])[0].startswith("Amir Patel lets it repeat: Every month")
    again = company.ask(company.amir, "POST", path, json=body)
    assert (again.status_code, str(series["id"]) in again.json()["detail"]) == (409, True)
    complete(company, follow_up["id"])
    done = company.ask(company.amir, "POST", path, json=body)
    assert done.status_code == 409


def test_one_alone_is_changed_as_any_follow_up(company: Company) -> None:
    first = plan(company)
    alone = {"title": "Call them", "due_at": "2031-01-08T10:00:00Z"}
    assert company.ask(company.amir, "PATCH", f"/follow-ups/{first['id']}", json=alone).status_code == 200
    complete(company, first["id"])
    [second] = open_ones(company)
    assert second["due_at"] == "2031-01-13T09:00:00Z"


def test_this_and_the_following_are_changed(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    changed = change(company, first["series_id"], title="Visit", kind="visit", tags=["vip"])
    assert changed.status_code == 200, changed.text
    for number, title in ((first["id"], "Call Acme"), (second, "Visit")):
        assert company.get(company.amir, f"/follow-ups/{number}")["title"] == title
    third = complete(company, second)["next_in_series"]["id"]
    found = company.get(company.amir, f"/follow-ups/{third}")
    assert (found["title"], found["kind"], found["tags"]) == ("Visit", "visit", ["vip"])


def test_all_are_changed_also_those_that_are_completed(company: Company) -> None:
    first = plan(company, value={"amount": "10.00", "currency": "EUR"})
    second = complete(company, first["id"])["next_in_series"]["id"]
    value = {"amount": "12.00", "currency": "EUR"}
    changed = change(company, first["series_id"], title="Visit", value=value, apply="all")
    assert changed.status_code == 200, changed.text
    for number in (first["id"], second):
        found = company.get(company.amir, f"/follow-ups/{number}")
        assert (found["title"], found["value"]) == ("Visit", value)
        assert history(company, number)[0].startswith("Amir Patel changed the title")


def test_all_are_those_that_one_may_see(company: Company) -> None:
    first = company.create(company.otto, due_at=DUE, repeats=WEEKLY, title="Secret")
    done = company.ask(company.otto, "POST", f"/follow-ups/{first['id']}/complete").json()
    hand_over(company, company.ada, company.otto, company.amir)
    assert company.ask(company.amir, "GET", f"/follow-ups/{first['id']}").status_code == 404
    assert change(company, first["series_id"], title="Mine", apply="all").status_code == 200
    assert company.get(company.ada, f"/follow-ups/{first['id']}")["title"] == "Secret"
    assert company.get(company.ada, f"/follow-ups/{done['next_in_series']['id']}")["title"] == "Mine"


def test_another_assignee_has_the_following_too(company: Company) -> None:
    first = plan(company)
    changed = change(company, first["series_id"], company.mia, assignee_id=company.mia.id)
    assert changed.status_code == 200, changed.text
    completed = company.ask(company.mia, "POST", f"/follow-ups/{first['id']}/complete").json()
    second = company.get(company.mia, f"/follow-ups/{completed['next_in_series']['id']}")
    assert second["assignee_id"] == company.mia.id
    assert company.ask(company.amir, "GET", f"/series/{first['series_id']}").status_code == 404


def test_another_rule_counts_from_the_open_one(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    changed = change(company, first["series_id"], repeats={"unit": "day", "every": 10, "at": "14:30"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["summary"] == "Every 10 days at 14:30"
    assert changed.json()["open_due_at"] == "2031-01-13T09:00:00Z"
    assert complete(company, second)["next_in_series"]["due_at"] == "2031-01-23T14:30:00Z"


def test_a_change_of_what_was_seen_before_is_refused(company: Company) -> None:
    first = plan(company)
    seen = of(company, first)["etag"]
    complete(company, first["id"])
    path, stale = f"/series/{first['series_id']}", {"If-Match": seen}
    for method, where, body in (
        ("PATCH", path, {"title": "Visit"}),
        ("POST", f"{path}/end", None),
    ):
        answer = company.ask(company.amir, method, where, json=body, headers=stale)
        assert answer.status_code == 412
        assert answer.json()["current"]["made"] == 2
    assert company.ask(company.ada, "DELETE", path, headers=stale).status_code == 412


def test_a_series_is_ended_and_its_open_one_stays(company: Company) -> None:
    first = plan(company)
    path = f"/series/{first['series_id']}"
    for _ in range(2):
        ended = company.ask(company.amir, "POST", f"{path}/end")
        assert (ended.status_code, ended.json()["open_id"]) == (200, first["id"])
    assert ended.json()["upcoming"] == []
    assert history(company, first["id"])[0] == "Amir Patel ended its series: nothing comes after it"
    assert complete(company, first["id"])["next_in_series"] is None
    assert change(company, first["series_id"], title="Visit").status_code == 409
    listed = company.get(company.amir, "/series")["items"]
    assert listed == []
    assert [each["id"] for each in company.get(company.amir, "/series", ended=True)["items"]] == [
        first["series_id"]
    ]


def test_one_whose_series_has_ended_comes_again_in_another(company: Company) -> None:
    first = plan(company)
    assert company.ask(company.amir, "POST", f"/series/{first['series_id']}/end").status_code == 200
    path, body = f"/follow-ups/{first['id']}/series", {"repeats": {"unit": "day", "every": 10}}
    begun = company.ask(company.amir, "POST", path, json=body)
    assert (begun.status_code, begun.json()["open_id"]) == (201, first["id"]), begun.text
    assert begun.json()["id"] != first["series_id"]
    assert complete(company, first["id"])["next_in_series"]["due_at"] == "2031-01-16T09:00:00Z"
    assert of(company, first)["ended_at"] is not None


def test_a_series_is_deleted_with_its_open_one(company: Company) -> None:
    first = plan(company)
    second = complete(company, first["id"])["next_in_series"]["id"]
    path = f"/series/{first['series_id']}"
    assert company.ask(company.amir, "DELETE", path).status_code == 403
    assert company.ask(company.ada, "DELETE", path).status_code == 204
    assert open_ones(company) == []
    assert company.get(company.amir, f"/follow-ups/{first['id']}")["status"] == "completed"
    assert company.ask(company.amir, "GET", f"/follow-ups/{second}").status_code == 404
    assert of(company, first)["ended_at"] is not None


def test_work_that_is_handed_over_comes_again_with_who_has_it(company: Company) -> None:
    first = plan(company)
    hand_over(company, company.mia, company.amir, company.mia)
    completed = company.ask(company.mia, "POST", f"/follow-ups/{first['id']}/complete").json()
    second = company.get(company.mia, f"/follow-ups/{completed['next_in_series']['id']}")
    assert second["assignee_id"] == company.mia.id


def test_others_see_and_change_nothing(company: Company) -> None:
    first = plan(company)
    path = f"/series/{first['series_id']}"
    assert company.get(company.otto, "/series")["items"] == []
    assert [each["id"] for each in company.get(company.mia, "/series")["items"]] == [first["series_id"]]
    for method, where, body in (
        ("GET", path, None),
        ("PATCH", path, {"title": "Mine"}),
        ("POST", f"{path}/end", None),
        ("POST", f"/follow-ups/{first['id']}/series", {"repeats": WEEKLY}),
    ):
        assert company.ask(company.otto, method, where, json=body).status_code == 404


@pytest.mark.parametrize(
    ("repeats", "field", "words"),
    [
        ({"unit": "year"}, "repeats.unit", "unit"),
        ({"unit": "day", "every": 0}, "repeats.every", "every"),
        ({"unit": "day", "weekdays": [1]}, "repeats", "weekdays belongs to unit week"),
        ({"unit": "day", "until": "2031-01-06"}, "repeats.until", "use that day or a later one"),
        ({"unit": "day", "count": 1}, "repeats.count", "use 2 or more"),
        ({"unit": "day", "time_zone": "Mars/Base"}, "repeats.time_zone", "IANA"),
        ({"unit": "day", "at": "9"}, "repeats.at", "at"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_is_written(
    company: Company, repeats: dict[str, Any], field: str, words: str
) -> None:
    for path, body in (
        ("/follow-ups", {"title": "Call Acme", "due_at": DUE, "repeats": repeats}),
        ("/series/preview", {"due_at": DUE, "repeats": repeats}),
    ):
        answer = company.ask(company.amir, "POST", path, json=body)
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert error["field"] == field
        assert words in error["message"]
    assert open_ones(company) == []


def test_a_rule_whose_dates_are_all_closed_says_so(company: Company) -> None:
    hours = [{"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"}]
    body = {"name": "Office", "time_zone": "UTC", "hours": hours}
    calendar = company.ask(company.ada, "POST", "/calendars", json=body)
    assert calendar.status_code == 201, calendar.text
    company.world.execute(
        "UPDATE users SET calendar_id = :number WHERE id = :id",
        number=calendar.json()["id"],
        id=company.amir.id,
    )
    sundays = {"unit": "week", "weekdays": [7], "closed_days": "skip"}
    answer = company.ask(company.amir, "POST", "/series/preview", json={"due_at": DUE, "repeats": sundays})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "repeats.closed_days"
    moved = sundays | {"closed_days": "next"}
    answer = company.ask(company.amir, "POST", "/series/preview", json={"due_at": DUE, "repeats": moved})
    assert answer.json()["due_at"][:2] == [DUE, "2031-01-13T09:00:00Z"]


def test_a_preview_says_what_a_rule_means(company: Company) -> None:
    body = {"due_at": DUE, "repeats": {"unit": "week", "every": 2, "weekdays": [4, 1], "until": "2031-02-05"}}
    found = company.ask(company.amir, "POST", "/series/preview", json=body).json()
    assert found["summary"] == "Every 2 weeks on Monday and Thursday at 09:00, until 5 Feb 2031"
    assert [each[:10] for each in found["due_at"]] == [
        "2031-01-06",
        "2031-01-09",
        "2031-01-20",
        "2031-01-23",
        "2031-02-03",
    ]
