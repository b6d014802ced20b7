"""What edits of a follow-up do: fields, stale versions, completing and reopening, another assignee."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from .companies import DUE, Company
from .conftest import World

HOUR = timedelta(hours=1)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_an_edit_bumps_the_version_and_logs_what_changed(company: Company) -> None:
    body = company.create(company.amir)
    path = f"/follow-ups/{body['id']}"
    change = {"title": "Write to Acme", "due_at": "2026-03-03T09:00:00+01:00", "notes": "n"}
    answer = company.ask(company.amir, "PATCH", path, json=change, headers={"If-Match": body["etag"]})
    edited = answer.json()
    assert edited["version"] == 2
    assert answer.headers["ETag"] == edited["etag"] != body["etag"]
    assert answer.json()["due_at"] == "2026-03-03T08:00:00Z"
    assert sorted(company.activities(body["id"])) == ["created", "edited", "rescheduled"]
    unchanged = company.ask(company.amir, "PATCH", path, json={**change, "external_id": None})
    assert unchanged.headers["ETag"] == edited["etag"]
    assert company.ask(company.amir, "PATCH", path, json={}).headers["ETag"] == edited["etag"]
    assert len(company.activities(body["id"])) == 3


@pytest.mark.parametrize("field", ["title", "due_at", "assignee_id", "notes"])
def test_a_field_that_is_needed_cannot_be_taken_away(company: Company, field: str) -> None:
    path = f"/follow-ups/{company.create(company.amir)['id']}"
    answer = company.ask(company.amir, "PATCH", path, json={field: None})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_subject_can_be_changed_and_taken_away(company: Company) -> None:
    path = f"/follow-ups/{company.create(company.amir)['id']}"
    given = company.ask(company.amir, "PATCH", path, json={"subject": {"kind": "lead", "name": "Initech"}})
    assert given.json()["subject"]["name"] == "Initech"
    assert company.ask(company.amir, "PATCH", path, json={"subject": None}).json()["subject"] is None


@pytest.mark.parametrize(("method", "suffix"), [("PATCH", ""), ("DELETE", ""), ("POST", "/complete")])
@pytest.mark.parametrize("tag", ['"1"', 'W/"2"', '"x"', "2", '"0", "1"'])
def test_a_stale_edit_shows_both_versions_and_changes_nothing(
    company: Company, method: str, suffix: str, tag: str
) -> None:
    path = f"/follow-ups/{company.create(company.amir)['id']}"
    saved = company.ask(company.dana, "PATCH", path, json={"title": "Dana's"}).json()
    body = {"title": "Amir's"} if method == "PATCH" else None
    answer = company.ask(company.mia, method, path + suffix, json=body, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert answer.headers["ETag"] == saved["etag"]
    current = answer.json()["current"]
    assert (current["title"], current["version"], current["status"]) == ("Dana's", 2, "open")
    assert company.get(company.amir, path)["version"] == 2


@pytest.mark.parametrize("tag", ["{}", "*", '"7", {}'])
def test_a_matching_tag_lets_an_edit_through(company: Company, tag: str) -> None:
    made = company.create(company.amir)
    path, seen = f"/follow-ups/{made['id']}", {"If-Match": tag.format(made["etag"])}
    answer = company.ask(company.amir, "PATCH", path, json={"title": "New"}, headers=seen)
    assert answer.status_code == 200


def test_of_many_edits_of_one_version_exactly_one_succeeds(company: Company) -> None:
    made = company.create(company.amir)
    path, tag = f"/follow-ups/{made['id']}", {"If-Match": made["etag"]}

    def edit(n: int) -> int:
        return company.ask(company.amir, "PATCH", path, json={"title": f"T{n}"}, headers=tag).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(edit, range(8))) == [200] + [412] * 7


def test_completing_twice_is_one_completion(company: Company) -> None:
    made = company.create(company.amir)
    follow_up_id, tag = made["id"], {"If-Match": made["etag"]}
    path = f"/follow-ups/{follow_up_id}"
    first = company.ask(company.amir, "POST", f"{path}/complete", headers=tag)
    again = company.ask(company.amir, "POST", f"{path}/complete", headers=tag)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["status"] == "completed"
    assert first.json()["next_step_at"] is None
    assert company.activities(follow_up_id) == ["created", "completed"]


def test_reopening_starts_over_from_the_due_time_once(company: Company) -> None:
    follow_up_id = company.create(company.amir)["id"]
    path = f"/follow-ups/{follow_up_id}"
    assert company.ask(company.amir, "POST", f"{path}/reopen").json()["version"] == 1
    company.ask(company.amir, "POST", f"{path}/complete")
    reopened = [company.ask(company.amir, "POST", f"{path}/reopen").json() for _ in range(2)]
    assert reopened[0]["version"] == reopened[1]["version"] == 3
    assert (reopened[0]["status"], reopened[0]["next_step_at"]) == ("open", DUE)
    assert company.activities(follow_up_id) == ["created", "completed", "reopened"]


def test_many_completions_at_once_are_one(company: Company) -> None:
    follow_up_id = company.create(company.amir)["id"]
    with ThreadPoolExecutor(8) as pool:
        path = f"/follow-ups/{follow_up_id}/complete"
        answers = list(pool.map(lambda _: company.ask(company.amir, "POST", path).status_code, range(8)))
    assert answers == [200] * 8
    assert company.activities(follow_up_id) == ["created", "completed"]


def test_a_deleted_follow_up_is_gone_with_its_history(company: Company) -> None:
    made = company.create(company.amir)
    follow_up_id, seen = made["id"], {"If-Match": made["etag"]}
    path = f"/follow-ups/{follow_up_id}"
    assert company.ask(company.mia, "DELETE", path, headers=seen).status_code == 204
    assert company.ask(company.mia, "DELETE", path).status_code == 404
    assert company.activities(follow_up_id) == []


def test_reassigning_stores_and_publishes_its_event_once(company: Company) -> None:
    follow_up_id = company.create(company.amir)["id"]
    path = f"/follow-ups/{follow_up_id}"
    for _ in range(2):
        answer = company.ask(company.dana, "PATCH", path, json={"assignee_id": company.mia.id})
        assert answer.json()["assignee_id"] == company.mia.id
    expected = {
        "follow_up_id": follow_up_id,
        "assignee_id": company.mia.id,
        "assignment": 2,
        "actor_id": company.dana.id,
    }
    assert company.events("reassigned") == [expected]
    assert [envelope.data for envelope in company.world.publisher.published] == [expected]
    assert company.activities(follow_up_id) == ["created", "reassigned"]


def test_a_stale_reassignment_announces_nothing(company: Company) -> None:
    path = f"/follow-ups/{company.create(company.amir)['id']}"
    change = {"assignee_id": company.mia.id}
    answer = company.ask(company.dana, "PATCH", path, json=change, headers={"If-Match": '"9"'})
    assert answer.status_code == 412
    assert company.events("reassigned") == []


def test_only_active_people_in_scope_can_become_the_assignee(company: Company) -> None:
    idle = company.world.person("Ina Idle", "employee", company.mia, active=False)
    follow_up_id = company.create(company.amir)["id"]
    path = f"/follow-ups/{follow_up_id}"
    refused = [
        (company.amir, company.mia, "You may not assign follow-ups to Mia Middle"),
        (company.mia, company.dana, "You may not assign follow-ups to Dana Reyes"),
        (company.dana, company.otto, "You may not assign follow-ups to Otto Other"),
        (company.dana, idle, "Ina Idle is inactive"),
        (company.ada, idle, "Ina Idle is inactive"),
    ]
    for actor, assignee, message in refused:
        for answer in (
            company.ask(actor, "PATCH", path, json={"assignee_id": assignee.id}),
            company.ask(
                actor, "POST", "/follow-ups", json={"title": "T", "due_at": DUE, "assignee_id": assignee.id}
            ),
        ):
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == "assignee_id"
            assert answer.json()["detail"].startswith(message)
    assert company.create(company.mia, assignee_id=company.amir.id)["assignee_id"] == company.amir.id
    assert company.create(company.ada, assignee_id=company.otto.id)["assignee_id"] == company.otto.id


def test_naming_the_assignee_it_has_is_no_reassignment_even_when_they_are_inactive(company: Company) -> None:
    path = f"/follow-ups/{company.create(company.amir)['id']}"
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    change = {"title": "New", "assignee_id": company.amir.id}
    answer = company.ask(company.mia, "PATCH", path, json=change)
    assert answer.status_code == 200
    assert answer.json()["assignee"]["active"] is False
