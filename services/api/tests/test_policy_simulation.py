"""What policies would do is foreseen, by the engine's own functions, and nothing is changed by it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from followup_api.policies import service
from followup_common.db.tables import metadata

from tests.support import company as support
from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person
from .pipelines import sweep
from .test_policies import BODY, OVERDUE, ask, listed, published

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TELL_MANAGER = {"after": "PT0S", "audience": ["manager"], "label": "manager", "severity": "escalated"}


def simulated(company: Company, who: Person | None = None, **body: Any) -> dict[str, Any]:
    answer = company.ask(who or company.ada, "POST", "/policies/simulate", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def everything(company: Company) -> dict[str, Any]:
    """A digest of each table."""
    digest = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS said FROM {} t"
    return {name: company.world.execute(digest.format(name))[0].said for name in sorted(metadata.tables)}


def told(simulation: dict[str, Any]) -> dict[str, int]:
    return {each["user"]["name"]: each["count"] for each in simulation["by_person"]}


def test_the_next_days_are_foreseen_by_day_step_and_person(company: Company) -> None:
    company.follow_up(company.amir, overdue=-DAY)
    found = simulated(company, window="next_14_days")
    assert (found["follow_ups"], found["moves"], found["tells"], found["people"]) == (1, 0, 4, 3)
    assert told(found) == {"Amir Patel": 2, "Ada Admin": 1, "Mia Middle": 1}
    assert [(each["step"], each["label"], each["count"]) for each in found["by_step"]] == [
        (1, "employee", 1),
        (2, "manager", 2),
        (3, "admin", 1),
    ]
    assert [each["count"] for each in found["by_day"]] == [1, 2, 1]


def test_who_will_be_away_is_not_told_but_who_stands_in(company: Company) -> None:
    """The step of the manager comes three days from now."""
    company.follow_up(company.amir, overdue=-DAY)
    today = company.world.execute("SELECT CAST(now() AS date) AS day")[0].day
    week = {"from": str(today + 2 * DAY), "to": str(today + 6 * DAY), "user_id": company.mia.id}
    planned = company.ask(company.ada, "POST", "/absences", json={**week, "substitute_id": company.otto.id})
    assert planned.status_code == 201, planned.text
    assert told(simulated(company, window="next_14_days")) == {
        "Amir Patel": 2,
        "Ada Admin": 1,
        "Otto Other": 1,
    }
    path, tag = f"/absences/{planned.json()['id']}", {"If-Match": planned.json()["etag"]}
    nobody = company.ask(company.ada, "PATCH", path, json={"substitute_id": None}, headers=tag)
    assert told(simulated(company, window="next_14_days")) == {
        "Amir Patel": 2,
        "Ada Admin": 1,
        "Dana Reyes": 1,
    }
    moved = {"from": str(today + 10 * DAY), "to": str(today + 12 * DAY)}
    tag = {"If-Match": nobody.json()["etag"]}
    assert company.ask(company.ada, "PATCH", path, json=moved, headers=tag).status_code == 200
    assert told(simulated(company, window="next_14_days")) == {
        "Amir Patel": 2,
        "Ada Admin": 1,
        "Mia Middle": 1,
    }


def test_what_is_told_at_once_is_what_is_graver_than_what_was_told(company: Company) -> None:
    overdue, escalated = company.follow_up(company.amir), company.follow_up(company.amir)
    company.reaches(overdue, 1)
    company.reaches(escalated, 2)
    found = simulated(company, policies=[{**BODY, "conditions": {}, "steps": [TELL_MANAGER]}], window="now")
    assert (found["follow_ups"], found["moves"], told(found)) == (2, 2, {"Mia Middle": 1})


def test_the_first_telling_of_all_tells_the_assignee_too(company: Company) -> None:
    """Where a step that was passed over would have; not of what somebody was told before."""
    company.follow_up(company.amir, overdue=DAY)
    known = company.follow_up(company.otto, overdue=DAY)
    company.reaches(known, 1)
    ladder = [OVERDUE, {**TELL_MANAGER, "after": "PT1H"}, {**TELL_MANAGER, "after": "PT48H"}]
    draft = {**BODY, "conditions": {}, "steps": ladder}
    found = told(simulated(company, policies=[draft], window="now"))
    assert found == {"Amir Patel": 1, "Mia Middle": 1, "Ada Admin": 1}
    later = told(simulated(company, policies=[draft], window="next_14_days"))
    assert later == {"Amir Patel": 1, "Mia Middle": 2, "Ada Admin": 2}


def of_kind(kind: str) -> dict[str, Any]:
    return {"all": [{"field": "kind", "is": "any_of", "value": [kind]}]}


def heard(company: Company, pipeline: Pipeline) -> Counter[str]:
    """How much the next sweep really tells whom."""
    [(before,)] = company.world.execute("SELECT coalesce(max(id), 0) FROM notifications")
    sweep(pipeline)
    rows = company.world.execute(
        "SELECT u.name FROM notifications n JOIN users u ON u.id = n.user_id "
        "WHERE n.id > :before AND n.step > 0 AND n.fallback IS DISTINCT FROM 'absent'",
        before=before,
    )
    return Counter(row.name for row in rows)


def let_pass(company: Company, time: timedelta) -> None:
    with company.world.engine.begin() as tx:
        support.Company(tx).let_pass(time)


def hold(company: Company, who: Person, follow_up: int, verb: str, until: timedelta) -> None:
    body = {"until": (datetime.now(UTC) + until).isoformat(), "reason": "They decide then."}
    answer = company.ask(who, "POST", f"/follow-ups/{follow_up}/{verb}", json=body)
    assert answer.status_code == 200, answer.text


def closed_now(company: Company) -> int:
    """A calendar whose hours begin in three days."""
    day = (datetime.now(UTC) + 3 * DAY).isoweekday()
    hours = [{"days": [day], "opens": "09:00", "closes": "17:00"}]
    return int(company.calendar(name="Later", time_zone="UTC", hours=hours)["id"])


def test_what_is_told_now_is_what_the_next_sweep_tells(company: Company, pipeline: Pipeline) -> None:
    """Each the step that it has reached: not what was announced, waits or is snoozed, nor who is away."""
    hourly = {**OVERDUE, "repeat": {"every": {"after": "PT1H"}, "times": 10}}
    published(company, conditions=of_kind("visit"), steps=[hourly])
    in_hours = {**TELL_MANAGER, "audience": ["assignee", "manager"], "tell": "working_hours"}
    published(company, conditions=of_kind("call"), steps=[in_hours])
    company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json={"calendar_id": closed_now(company)})
    snoozed = company.follow_up(company.otto, kind="visit", overdue=HOUR / 2)
    company.follow_up(company.dana, kind="visit", overdue=HOUR / 2)
    for assignee, overdue in ((company.dana, HOUR), (company.otto, 47.5 * HOUR), (company.amir, 8 * DAY)):
        company.follow_up(assignee, overdue=overdue)
    sweep(pipeline)
    hold(company, company.otto, snoozed, "snooze", HOUR * 1.5)
    let_pass(company, HOUR)

    company.follow_up(company.otto)
    company.follow_up(company.amir, overdue=8 * DAY)
    company.follow_up(company.amir, kind="call")
    waiting = company.follow_up(company.otto, overdue=8 * DAY)
    hold(company, company.otto, waiting, "wait", 2 * DAY)
    today = company.world.execute("SELECT CAST(now() AS date) AS day")[0].day
    away = {"from": str(today), "to": str(today + DAY), "substitute_id": company.dana.id}
    assert company.ask(company.mia, "POST", "/absences", json=away).status_code == 201
    company.follow_up(company.mia)

    # As a change of a calendar does: the next sweep looks at all of them.
    company.world.execute("UPDATE escalation_states SET wake_at = now() WHERE wake_at > now()")

    now, ahead = simulated(company, window="now"), simulated(company, window="next_14_days")
    expected = {"Otto Other": 2, "Amir Patel": 1, "Ada Admin": 2, "Dana Reyes": 3}
    assert (now["moves"], told(now)) == (0, expected)
    assert heard(company, pipeline) == expected
    assert now["at_once"] == ahead["at_once"] == {"tells": 8, "people": 4}
    assert now["by_moving"] == {"tells": 0, "people": 0}
    assert (now["by_day"], ahead["by_day"][0]["date"]) == ([{"date": str(today), "count": 8}], str(today))
    after = simulated(company, window="next_14_days")
    later = {"Amir Patel": 1}  # in their working hours: it is announced, and waits
    assert Counter(told(ahead)) == Counter(expected) + Counter(later) + Counter(told(after))
    assert told(simulated(company, window="now")) == {}
    assert {each["label"] for each in after["by_step"]} == {"overdue", "manager", "admin"}


def test_a_draft_takes_the_place_of_its_policy_or_comes_as_one_more(company: Company) -> None:
    company.follow_up(company.amir, kind="call")
    company.follow_up(company.amir, kind="visit")
    one_more = simulated(company, policy={**BODY, "steps": [TELL_MANAGER]}, window="now")
    assert (one_more["moves"], told(one_more)) == (1, {"Mia Middle": 1, "Amir Patel": 1})
    assert (one_more["by_moving"], one_more["at_once"]["tells"]) == ({"tells": 1, "people": 1}, 2)
    [standard] = listed(company)
    changed = {**BODY, "conditions": {}, "steps": [TELL_MANAGER]}
    changed_one = simulated(company, policy=changed, policy_id=standard["id"], window="now")
    assert (changed_one["moves"], told(changed_one)) == (2, {"Mia Middle": 2})


def test_a_manager_foresees_what_concerns_their_own_reports(company: Company) -> None:
    company.follow_up(company.amir, overdue=-DAY)
    company.follow_up(company.otto, overdue=-DAY)
    assert simulated(company, company.dana)["follow_ups"] == 1
    assert simulated(company)["follow_ups"] == 2
    answer = company.ask(company.amir, "POST", "/policies/simulate", json={})
    assert answer.status_code == 403


def test_a_simulation_changes_nothing(company: Company) -> None:
    company.follow_up(company.amir)
    company.follow_up(company.otto, overdue=-DAY)
    simulated(company)  # the use of a token is noted once
    before = everything(company)
    for window in ("now", "next_14_days"):
        simulated(company, policy={**BODY, "steps": [TELL_MANAGER]}, window=window)
    assert everything(company) == before


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"policy": BODY, "policies": [BODY]}, "either `policy` or `policies`"),
        ({"policy_id": 1}, "needs `policy` beside `policy_id`"),
        ({"window": "next_year"}, "window is not one of its possible values"),
        ({"policies": [BODY]}, "leave its conditions out"),
        ({"policy": {**BODY, "conditions": {}}}, "never reached"),
    ],
)
def test_what_cannot_be_simulated_is_refused(company: Company, body: dict[str, Any], says: str) -> None:
    answer = company.ask(company.ada, "POST", "/policies/simulate", json=body)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_anyone_who_tells_very_many_at_once_gives_their_number(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_TOLD", 1)
    for assignee in (company.amir, company.dana):
        company.follow_up(assignee)
    [standard] = listed(company)
    path = f"/{standard['id']}"
    body = {**BODY, "name": "standard", "conditions": {}, "steps": [OVERDUE]}
    assert ask(company, "PUT", f"{path}/draft", **body).status_code == 200
    for expected in (None, 3):
        answer = ask(company, "POST", f"{path}/publish", move_open=True, expected_told=expected)
        assert answer.status_code == 409
        assert answer.json()["told"] == 2
    assert ask(company, "POST", f"{path}/publish", move_open=True, expected_told=2).status_code == 200
