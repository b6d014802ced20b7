"""Policies: drafted, published, ordered and archived by admins, and read by everybody."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from .companies import Company

OVERDUE = {"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"}
LATER = {"after": "PT48H", "audience": ["manager"], "label": "manager", "severity": "escalated"}
CALLS = {"all": [{"field": "kind", "is": "any_of", "value": ["call"]}]}
BODY: dict[str, Any] = {"name": "Calls", "conditions": CALLS, "calendar_id": None, "steps": [OVERDUE, LATER]}


def ask(company: Company, method: str, path: str, tag: str | None = None, **body: Any) -> Response:
    headers = {"If-Match": tag} if tag else {}
    return company.ask(company.ada, method, f"/policies{path}", json=body, headers=headers)


def listed(company: Company, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = company.get(company.amir, "/policies", **query)["items"]
    return items


def published(company: Company, **more: Any) -> dict[str, Any]:
    policy = company.policy(**more)
    answer = ask(company, "POST", f"/{policy['id']}/publish")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def redrafted(company: Company, policy: dict[str, Any], **more: Any) -> Response:
    return ask(company, "PUT", f"/{policy['id']}/draft", **{**BODY, "name": policy["name"], **more})


def refused(answer: Response, field: str) -> str:
    """The message about a field that is not taken."""
    assert answer.status_code == 422, answer.text
    [message] = [error["message"] for error in answer.json()["errors"] if error["field"] == field]
    assert isinstance(message, str)
    return message


def test_a_company_begins_with_the_standard_policy(company: Company) -> None:
    [standard] = listed(company)
    assert (standard["name"], standard["position"], standard["catch_all"]) == ("standard", 1, True)
    assert standard["current"]["version"] == 1
    assert standard["current"]["conditions"] == {}
    assert [step["label"] for step in standard["current"]["steps"]] == ["employee", "manager", "admin"]


def test_a_new_policy_is_a_draft_before_the_one_for_everything(company: Company) -> None:
    made = ask(company, "POST", "", **BODY)
    assert made.status_code == 201, made.text
    policy = made.json()
    assert made.headers["ETag"] == policy["etag"]
    assert policy["current"] is None
    assert {name: policy["draft"][name] for name in BODY} == BODY
    assert policy["draft"]["by"] == {"id": company.ada.id, "name": "Ada Admin"}
    assert [(each["name"], each["position"]) for each in listed(company)] == [("Calls", 1), ("standard", 2)]


def test_publishing_makes_a_version_that_shows_what_it_changed(company: Company) -> None:
    policy = published(company, name="Calls")
    assert policy["draft"] is None
    assert policy["current"]["version"] == 1
    assert redrafted(company, policy, name="Phone calls", steps=[OVERDUE]).status_code == 200
    assert company.get(company.amir, f"/policies/{policy['id']}")["name"] == "Calls"  # not before
    assert ask(company, "POST", f"/{policy['id']}/publish").status_code == 200
    detail = company.get(company.amir, f"/policies/{policy['id']}")
    assert detail["name"] == "Phone calls"
    newest, first = detail["versions"]
    assert (newest["version"], first["version"], first["differences"]) == (2, 1, [])
    assert newest["published_by"]["name"] == "Ada Admin"
    assert newest["differences"] == [{"field": "name", "was": "Calls", "now": "Phone calls"}]


def test_the_longest_steps_and_repeats_are_published_and_foreseen(company: Company) -> None:
    repeat = {"every": {"after": "P3660D"}, "times": 100}
    longest = [reminder("-P366D"), OVERDUE, {**LATER, "after": "P3660D", "repeat": repeat}]
    policy = published(company, steps=longest)
    company.create(company.amir, kind="call", due_at="2199-12-31T00:00:00Z")
    for window in ("now", "next_14_days", "last_90_days"):
        answer = ask(
            company, "POST", "/simulate", policy={**BODY, "steps": longest}, id=policy["id"], window=window
        )
        assert answer.status_code in {200, 422}, answer.text


def test_steps_are_shown_as_they_were_written(company: Company) -> None:
    steps = [
        {"after": "-PT30M", "audience": ["assignee"], "label": "soon", "severity": "reminder"},
        {
            "working": "PT16H",
            "audience": ["manager(2)", f"user({company.mia.id})"],
            "label": "late",
            "severity": "escalated",
            "repeat": {"every": {"working_days": 1}, "times": 3},
            "tell": "working_hours",
        },
    ]
    policy = published(company, steps=steps)
    assert policy["current"]["steps"] == steps


def test_what_somebody_else_changed_is_not_overwritten(company: Company) -> None:
    policy = company.policy()
    assert redrafted(company, policy, steps=[OVERDUE]).status_code == 200
    for method, path in (("PUT", "/draft"), ("POST", "/publish"), ("DELETE", "")):
        body = {**BODY, "name": "Other"} if method == "PUT" else {}
        answer = ask(company, method, f"/{policy['id']}{path}", policy["etag"], **body)
        assert answer.status_code == 412, (method, answer.text)
        assert answer.json()["current"]["draft"]["steps"] == [OVERDUE]


def test_the_order_is_that_of_the_ids_with_the_last_one_last(company: Company) -> None:
    one, two = company.policy()["id"], company.policy()["id"]
    [standard] = [each["id"] for each in listed(company) if each["catch_all"]]
    answer = ask(company, "PUT", "/order", policies=[two, one, standard])
    assert [each["id"] for each in answer.json()["items"]] == [two, one, standard]
    assert [each["id"] for each in listed(company)] == [two, one, standard]
    for wrong in ([two, standard, one], [two, standard], [two, one, one, standard]):
        said = refused(ask(company, "PUT", "/order", policies=wrong), "policies")
        assert f"{two}, {one}, {standard}" in said


def test_an_archived_policy_can_be_read_and_its_name_is_free(company: Company) -> None:
    policy = published(company, name="Calls")
    assert ask(company, "DELETE", f"/{policy['id']}").status_code == 204
    assert [each["name"] for each in listed(company)] == ["standard"]
    [archived] = listed(company, archived="true")
    assert (archived["position"], archived["current"]["version"]) == (None, 1)
    assert redrafted(company, policy).status_code == 409
    published(company, name="Calls")


def test_the_policy_for_everything_stays(company: Company) -> None:
    [standard] = listed(company)
    assert ask(company, "DELETE", f"/{standard['id']}").status_code == 409
    said = refused(redrafted(company, standard), "conditions")
    assert "leave its conditions out" in said
    assert redrafted(company, standard, conditions={}).status_code == 200


def test_there_must_be_a_draft_to_publish(company: Company) -> None:
    [standard] = listed(company)
    answer = ask(company, "POST", f"/{standard['id']}/publish")
    assert answer.status_code == 409
    assert f"/policies/{standard['id']}/draft" in answer.json()["detail"]


def test_a_name_belongs_to_one_policy(company: Company) -> None:
    policy = published(company, name="Calls")
    other = company.policy(name="Visits")
    assert ask(company, "POST", "", **{**BODY, "name": "calls"}).status_code == 409
    assert redrafted(company, other, name="CALLS").status_code == 409
    assert redrafted(company, policy, name="CALLS").status_code == 200


PRIORITIES = {"field": "priority", "is": "none_of", "value": ["low", "normal", "high"]}


def reminder(length: str) -> dict[str, Any]:
    return {"after": length, "audience": ["assignee"], "label": "soon", "severity": "reminder"}


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"steps": [LATER, OVERDUE]}, "steps.1", "must come later than 'manager'"),
        ({"steps": [OVERDUE, {**OVERDUE, "label": "again"}]}, "steps.1", "give it a longer time"),
        ({"steps": []}, "steps", "give at least one entry"),
        ({"steps": [{**OVERDUE, "audience": []}]}, "steps.0.audience", "give at least one entry"),
        ({"steps": [{**OVERDUE, "audience": ["boss"]}]}, "steps.0.audience.0", "expected assignee"),
        ({"steps": [{**OVERDUE, "audience": ["user(999999)"]}]}, "steps.0.audience.0", "does not exist"),
        ({"steps": [{**OVERDUE, "working": "PT8H"}]}, "steps.0", "exactly one of them"),
        (
            {"steps": [{**OVERDUE, "repeat": {"every": {"after": "PT1H"}}}]},
            "steps.0.repeat.times",
            "required",
        ),
        (
            {"steps": [{**OVERDUE, "repeat": {"every": {"after": "PT1H"}, "times": 1000}}]},
            "steps.0.repeat.times",
            "use 100 or less",
        ),
        (
            {"steps": [{**OVERDUE, "repeat": {"every": {"after": "PT48H"}, "times": 2}}, LATER]},
            "steps.0.repeat",
            "comes before the first repeat",
        ),
        ({"steps": [{**reminder("-PT8H"), "severity": "breach"}]}, "steps.0", "its severity is reminder"),
        ({"conditions": {}}, "conditions", "never reached"),
        ({"conditions": {"all": [{"field": "colour"}]}}, "conditions.all.0", "conditions.all.0"),
        (
            {"conditions": {"all": [*CALLS["all"], {"field": "kind", "is": "none_of", "value": ["call"]}]}},
            "conditions.all",
            "exclude each other",
        ),
        (
            {"conditions": {"any": [{"field": "team", "is": "any_of", "value": [999999]}]}},
            "conditions.any.0",
            "there is no person 999999",
        ),
        (
            {"conditions": {**CALLS, "any": [{"field": "assignee", "is": "none_of", "value": [999999]}]}},
            "conditions.any.0",
            "there is no person 999999",
        ),
        (
            {"conditions": {"all": [*CALLS["all"], {"field": "kind", "is": "none_of", "value": ["fax"]}]}},
            "conditions.all.1",
            "the kind 'fax' does not exist",
        ),
        (
            {
                "conditions": {
                    "all": [
                        {
                            "field": "value",
                            "is": "at_least",
                            "value": {"amount": "1.00", "currency": "XYZ"},
                        }
                    ]
                }
            },
            "conditions.all.0",
            "XYZ is no currency",
        ),
        (
            {"conditions": {"any": [*CALLS["all"], PRIORITIES]}},
            "conditions.any.1",
            "no follow-up ever meets it",
        ),
        (
            {"conditions": {"all": [{"field": "tags", "is": "has_any", "value": ["a, b"]}]}},
            "conditions.all.0",
            "make two tags of it",
        ),
        (
            {"conditions": {"any": [*CALLS["all"], {"field": "kind", "is": "none_of", "value": ["call"]}]}},
            "conditions.any",
            "every follow-up meets one of those on kind",
        ),
        ({"steps": [reminder("-P400D"), OVERDUE]}, "steps.0.after", "use at most 1 year (-P366D)"),
        (
            {"steps": [{**OVERDUE, "after": None, "working_days": 5}, LATER]},
            "steps.1",
            "never comes later than 'overdue', which takes PT94H by the clock at least",
        ),
        (
            {"steps": [{**OVERDUE, "after": None, "working": "PT60H"}, LATER]},
            "steps.1",
            "which takes PT60H by the clock at least",
        ),
        (
            {"steps": [{**OVERDUE, "repeat": {"every": {"working": "PT48H"}, "times": 2}}, LATER]},
            "steps.0.repeat",
            "comes before the first repeat",
        ),
        ({"calendar_id": 999999}, "calendar_id", "there is no calendar 999999"),
        (
            {"steps": [OVERDUE, {**LATER, "after": "P3661D"}]},
            "steps.1.after",
            "use at most 10 years (P3660D)",
        ),
        (
            {"steps": [{**OVERDUE, "repeat": {"every": {"after": "P99999999D"}, "times": 1}}]},
            "steps.0.repeat.every.after",
            "use at most 10 years",
        ),
        ({"steps": [{**OVERDUE, "label": "a\nb"}]}, "steps.0.label", "on one line"),
        ({"steps": [{**OVERDUE, "label": "a\u202eb"}]}, "steps.0.label", "on one line"),
        ({"steps": [{**OVERDUE, "label": " "}]}, "steps.0.label", "on one line"),
    ],
)
def test_a_bad_policy_is_refused_with_the_place_and_the_fix(
    company: Company, body: dict[str, Any], field: str, says: str
) -> None:
    policy = company.policy()
    assert says in refused(ask(company, "POST", "", **{**BODY, **body}), field)
    assert says in refused(redrafted(company, policy, **body), field)


def test_a_policy_names_nobody_who_has_left_and_no_calendar_that_is_archived(company: Company) -> None:
    calendar = company.calendar()
    steps = [{**OVERDUE, "audience": [f"user({company.otto.id})"]}]
    policy = company.policy(steps=steps, calendar_id=calendar["id"])
    company.world.execute("UPDATE calendars SET archived_at = now() WHERE id = :id", id=calendar["id"])
    answer = ask(company, "POST", f"/{policy['id']}/publish")
    assert "is archived" in refused(answer, "calendar_id")
    assert redrafted(company, policy, steps=steps).status_code == 200
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.otto.id)
    answer = ask(company, "POST", f"/{policy['id']}/publish")
    assert "is inactive" in refused(answer, "steps.0.audience.0")


def test_moving_open_follow_ups_is_asked_of_the_escalator(company: Company) -> None:
    policy = company.policy()
    published(company)
    assert company.events("policies.published") == []
    answer = ask(company, "POST", f"/{policy['id']}/publish", move_open=True)
    [event] = company.events("policies.published")
    assert event == {
        "policy_version_id": answer.json()["current"]["id"],
        "actor_id": company.ada.id,
        "after": 0,
    }


def test_what_is_done_to_policies_is_in_the_audit_log(company: Company) -> None:
    policy = published(company, name="Calls")
    ids = [each["id"] for each in listed(company)]
    other = company.policy()["id"]
    ask(company, "PUT", "/order", policies=[other, *ids])
    ask(company, "DELETE", f"/{policy['id']}")
    entries = company.get(company.ada, "/ops/audit-log")["items"]
    said = [entry["action"] for entry in entries if entry["action"].startswith("polic")]
    assert sorted(said) == sorted(
        ["policy.created", "policy.published", "policy.created", "policies.ordered", "policy.archived"]
    )


def test_a_follow_up_says_which_policy_it_is_on_and_why(company: Company) -> None:
    team = {"field": "team", "is": "any_of", "value": [company.mia.id]}
    conditions = {"all": [*CALLS["all"], team]}
    policy = published(company, name="Calls of Mia's team", conditions=conditions)
    call = company.follow_up(company.amir, kind="call")
    shown = company.get(company.amir, f"/follow-ups/{call}")["policy"]
    assert shown == {
        "id": policy["id"],
        "name": "Calls of Mia's team",
        "version": 1,
        "why": "It is for follow-ups whose kind is call, and whose assignee's team is that of Mia Middle.",
    }
    visit = company.follow_up(company.amir, kind="visit")
    other = company.get(company.amir, f"/follow-ups/{visit}")["policy"]
    assert other["why"] == "It is for every follow-up that no other policy takes."


def test_a_kind_that_was_archived_meanwhile_is_named_at_publishing(company: Company) -> None:
    kind = company.ask(company.ada, "POST", "/follow-up-kinds", json={"label": "Fax"}).json()
    also = [{"field": "kind", "is": "any_of", "value": ["fax", "call"]}]
    policy = company.policy(conditions={**CALLS, "any": also})
    path = f"/follow-up-kinds/{kind['id']}"
    assert company.ask(company.ada, "PATCH", path, json={"archived": True}).status_code == 200
    said = refused(ask(company, "POST", f"/{policy['id']}/publish"), "conditions.any.0")
    assert "the kind 'fax' is archived: take it out" in said
    assert company.ask(company.ada, "PATCH", path, json={"archived": False}).status_code == 200
    assert ask(company, "POST", f"/{policy['id']}/publish").status_code == 200


def test_who_cannot_be_told_any_more_is_named_at_publishing(company: Company) -> None:
    policy = company.policy(steps=[{**OVERDUE, "audience": ["assignee", f"user({company.otto.id})"]}])
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.otto.id)
    said = refused(ask(company, "POST", f"/{policy['id']}/publish"), "steps.0.audience.1")
    assert f"Otto Other (person {company.otto.id}) is inactive" in said


def test_a_policy_may_be_for_what_is_still_open_of_somebody_who_left(company: Company) -> None:
    theirs = {"all": [{"field": "assignee", "is": "any_of", "value": [company.otto.id]}]}
    policy = company.policy(conditions=theirs)
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.otto.id)
    assert ask(company, "POST", f"/{policy['id']}/publish").status_code == 200


def test_a_draft_is_discarded_and_the_policy_stays_as_it_is_in_force(company: Company) -> None:
    policy = published(company, name="Calls")
    drafted = redrafted(company, policy, name="Other", steps=[OVERDUE]).json()
    stale = ask(company, "DELETE", f"/{policy['id']}/draft", policy["etag"])
    assert stale.status_code == 412, stale.text
    assert ask(company, "DELETE", f"/{policy['id']}/draft", drafted["etag"]).status_code == 204
    detail = company.get(company.amir, f"/policies/{policy['id']}")
    assert (detail["name"], detail["draft"], detail["current"]["version"]) == ("Calls", None, 1)
    assert ask(company, "POST", f"/{policy['id']}/publish").status_code == 409
    assert ask(company, "DELETE", f"/{policy['id']}/draft").status_code == 204  # there is none
    log = company.get(company.ada, "/ops/audit-log", target=f"policies/{policy['id']}")["items"]
    said = [entry["summary"] for entry in log if entry["action"] == "policy.draft-discarded"]
    assert said == ["Ada Admin discarded the draft of the policy “Calls”"]


def test_the_draft_of_a_policy_that_was_never_published_stays(company: Company) -> None:
    policy = company.policy()
    answer = ask(company, "DELETE", f"/{policy['id']}/draft")
    assert answer.status_code == 409
    assert f"DELETE /api/v1/policies/{policy['id']}`" in answer.json()["detail"]
    assert company.get(company.amir, f"/policies/{policy['id']}")["draft"]
