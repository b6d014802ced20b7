"""Who sees and changes a series, and in how many statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from .companies import Company
from .conftest import Person
from .test_series import change, complete, history, of, open_ones, plan


def away(company: Company, person: Person, substitute: Person) -> None:
    company.world.execute(
        "INSERT INTO absences (user_id, first_day, last_day, substitute_id, set_by) VALUES "
        "(:user, current_date - 1, current_date + 1, :substitute, :user)",
        user=person.id,
        substitute=substitute.id,
    )


def told_instead(company: Company, follow_up: int, of_whom: Person, reader: Person) -> None:
    """Somebody is told of a follow-up in place of its assignee, who is away."""
    company.world.execute(
        "INSERT INTO notifications (user_id, follow_up_id, run, step, repeat, policy_version_id, due_at, "
        "audience, fallback, for_user_id) VALUES "
        "(:reader, :follow_up, 1, 1, 0, 1, now(), 'assignee', 'substitute', :whom)",
        reader=reader.id,
        follow_up=follow_up,
        whom=of_whom.id,
    )


def statements(company: Company, who: Person, method: str, path: str, **more: Any) -> int:
    """How many a request takes."""
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    company.get(who, "/me")  # the first request notes when the token was used
    engine = company.world.app.state.context.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = company.ask(who, method, path, **more)
        assert answer.is_success, answer.text
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def out_of_sight(company: Company) -> dict[str, Any]:
    """A series of Amir's whose open one an admin has given to Otto alone."""
    first = plan(company)
    given = company.ask(
        company.ada, "PATCH", f"/follow-ups/{first['id']}", json={"assignee_id": company.otto.id}
    )
    assert given.status_code == 200, given.text
    return first


def test_ones_own_is_changed_when_its_open_one_is_out_of_sight(company: Company) -> None:
    first = out_of_sight(company)
    changed = change(company, first["series_id"], title="Visit", repeats={"unit": "day", "every": 2})
    assert changed.status_code == 200, changed.text
    stays = company.get(company.ada, f"/follow-ups/{first['id']}")
    assert (stays["title"], stays["assignee"]["id"]) == ("Call Acme", company.otto.id)
    company.ask(company.otto, "POST", f"/follow-ups/{first['id']}/complete")
    [second] = open_ones(company, "Visit")
    assert (second["assignee_id"], second["due_at"]) == (company.amir.id, "2031-01-08T09:00:00Z")


def test_ones_own_ends_when_its_open_one_is_out_of_sight(company: Company) -> None:
    first = out_of_sight(company)
    assert company.ask(company.amir, "POST", f"/series/{first['series_id']}/end").status_code == 200
    assert company.get(company.ada, f"/follow-ups/{first['id']}")["status"] == "open"


def test_who_stands_in_sees_the_series_and_may_not_change_it(company: Company) -> None:
    first = plan(company)
    path = f"/series/{first['series_id']}"
    assert company.ask(company.otto, "GET", path).status_code == 404
    away(company, company.amir, company.otto)
    told_instead(company, first["id"], company.amir, company.otto)
    seen = company.get(company.otto, path)
    assert (seen["summary"], seen["may_change"]) == ("Every week on Monday at 09:00", False)
    assert change(company, first["series_id"], company.otto, title="Visit").status_code == 404
    assert of(company, first)["may_change"] is True


def test_who_stands_in_lets_it_repeat(company: Company) -> None:
    single = company.create(company.amir, due_at="2031-01-06T09:00:00Z")
    away(company, company.amir, company.otto)
    told_instead(company, single["id"], company.amir, company.otto)
    begun = company.ask(
        company.otto, "POST", f"/follow-ups/{single['id']}/series", json={"repeats": {"unit": "week"}}
    )
    assert (begun.status_code, begun.json().get("assignee_id")) == (201, company.amir.id)


def test_the_following_are_about_somebody_else(company: Company) -> None:
    first = plan(company)
    done = complete(company, first["id"])
    second = done["next_in_series"]["id"]
    changed = change(company, first["series_id"], subject={"kind": "lead", "name": "Globex"}, apply="all")
    assert changed.status_code == 200, changed.text
    for number in (first["id"], second):
        found = company.get(company.amir, f"/follow-ups/{number}")
        assert found["subject"]["name"] == "Globex"
        assert history(company, number)[0] == "Amir Patel changed the lead or client"
    third = complete(company, second)["next_in_series"]["id"]
    assert company.get(company.amir, f"/follow-ups/{third}")["subject"]["name"] == "Globex"
    assert change(company, first["series_id"], subject=None).json()["subject_id"] is None


def test_a_change_of_the_following_asks_about_the_policy_too(company: Company) -> None:
    published = company.policy()
    answer = company.ask(company.ada, "POST", f"/policies/{published['id']}/publish", json={})
    assert answer.status_code == 200, answer.text
    begun = company.follow_up(company.amir, overdue=timedelta(hours=1))
    path = f"/follow-ups/{begun}/series"
    series = company.ask(company.amir, "POST", path, json={"repeats": {"unit": "week"}}).json()["id"]
    asked = change(company, series, kind="call", ask_about_policy=True)
    assert (asked.status_code, asked.json()["type"]) == (409, "urn:followup:problem:policy-would-change")
    assert company.get(company.amir, f"/series/{series}")["kind"] == "task"
    assert change(company, series, kind="call", restart_clock=True).status_code == 200
    assert company.get(company.amir, f"/follow-ups/{begun}")["kind"] == "call"


def test_a_list_takes_as_many_statements_as_one(company: Company) -> None:
    plan(company)
    one = statements(company, company.mia, "GET", "/series")
    for who in (company.amir, company.mia, company.mia):
        company.create(who, due_at="2031-01-06T09:00:00Z", repeats={"unit": "week"})
    assert len(company.get(company.mia, "/series")["items"]) == 4
    assert statements(company, company.mia, "GET", "/series") == one


def test_many_are_completed_and_undone_in_as_many_statements_as_two(company: Company) -> None:
    def needed(number: int) -> tuple[int, int]:
        ids = [plan(company)["id"] for _ in range(number)]
        body = {"json": {"action": "complete", "ids": ids}}
        completed = statements(company, company.amir, "POST", "/follow-ups/bulk", **body)
        undo = {"json": {"action": "undo", "ids": ids}}
        return completed, statements(company, company.amir, "POST", "/follow-ups/bulk", **undo)

    assert needed(2) == needed(6)
