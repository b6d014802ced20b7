"""What policies would have told in the last 90 days, beside what the services really told then."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from followup_api.followups.scopes import Scope
from followup_api.policies import comparison
from followup_api.policies.candidates import in_force
from followup_api.policies.lives import lives
from followup_api.policies.replay import Replay
from followup_api.policies.rules import Rules

from tests.support.clock import DatabaseClock
from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person
from .live_server import LiveServer
from .pipelines import sweep
from .test_policies import published
from .test_policy_simulation import TELL_MANAGER, everything, simulated

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HIGH = {"all": [{"field": "priority", "is": "any_of", "value": ["high"]}]}
IN_HOURS: list[dict[str, Any]] = [
    {"after": "-PT24H", "audience": ["assignee"], "label": "soon", "severity": "reminder"},
    {"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"},
    {
        "working": "PT8H",
        "audience": ["manager"],
        "label": "manager",
        "severity": "escalated",
        "repeat": {"every": {"working_days": 1}, "times": 2},
    },
    {"working_days": 5, "audience": ["role(admin)"], "label": "breach", "severity": "breach"},
]


@pytest.fixture
def clock(database_url: str) -> Iterator[DatabaseClock]:
    """PostgreSQL's clock, 40 days back."""
    moved = DatabaseClock(database_url, views=True)
    moved.set_off(-40 * DAY)
    yield moved
    moved.close()


class History:
    """People who plan, move and do things, while the services tell them; the same for the same seed."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company, self.chance = company, random.Random(seed)
        self.people = [company.amir, company.mia, company.otto, company.dana]
        self.ids: list[int] = []

    @property
    def now(self) -> datetime:
        [(now,)] = self.company.world.execute("SELECT now()")
        assert isinstance(now, datetime)
        return now

    def goes_on(self) -> None:
        """What people do at a time."""
        for _ in range(3):
            self._plan()
        if self.chance.random() < 0.3:
            self._leave()
        for number in self.chance.sample(self.ids, min(len(self.ids), 6)):
            self._do(number)

    def _leave(self) -> None:
        """Somebody is away from now on, and somebody else stands in, or nobody."""
        away, other = self.chance.sample(self.people, 2)
        substitute = self.chance.choice([other, None])
        last = self.now.date() + timedelta(days=self.chance.randrange(0, 6))
        body = {"from": str(self.now.date()), "to": str(last), "substitute_id": substitute and substitute.id}
        self._ask("POST", "/absences", json={**body, "user_id": away.id})

    def _plan(self) -> None:
        due = self.now + timedelta(hours=self.chance.randrange(-60, 120))
        body = {
            "due_at": due.isoformat(),
            "assignee_id": self.chance.choice(self.people).id,
            "priority": self.chance.choice(["high", "normal"]),
        }
        self.ids.append(self.company.create(self.company.ada, **body)["id"])

    def _do(self, number: int) -> None:
        path = f"/follow-ups/{number}"
        match self.chance.choice(["complete", "move", "hand on", "edit", "reopen", "undo"]):
            case "complete":
                self._ask("POST", f"{path}/complete")
            case "reopen":
                self._ask("POST", f"{path}/reopen")
            case "move":
                due = self.now + timedelta(hours=self.chance.randrange(-20, 90))
                self._ask("PATCH", path, json={"due_at": due.isoformat(), "reason": "waiting for them"})
            case "hand on":
                self._ask("PATCH", path, json={"assignee_id": self.chance.choice(self.people).id})
            case "edit":
                self._ask("PATCH", path, json={"priority": self.chance.choice(["high", "normal", "low"])})
            case "undo":
                self._ask("POST", f"{path}/complete")
                self._ask("POST", f"{path}/undo")

    def _ask(self, method: str, path: str, **more: Any) -> None:
        answer = self.company.ask(self.company.ada, method, path, **more)
        # 409: it is completed, not undoable, or they are away already
        assert answer.status_code in (200, 201, 409), answer.text


@pytest.fixture
def lived(clock: DatabaseClock, company: Company) -> History:
    """Forty days under two policies and a calendar, told by the services."""
    calendar = company.calendar()["id"]
    put = company.ask(company.ada, "PUT", "/organisation", json={"calendar_id": calendar})
    assert put.status_code == 200, put.text
    published(company, name="Important", conditions=HIGH, steps=IN_HOURS)
    pipeline = Pipeline(company.world.database_url)
    history = History(company, 20)
    for hours in (*range(-40 * 24, -2 * 24, 41), -30, -3):
        clock.set_off(timedelta(hours=hours))
        history.goes_on()
        sweep(pipeline)
    clock.set_off(timedelta())
    sweep(pipeline)
    pipeline.close()
    return history


def in_force_as_written(company: Company) -> list[dict[str, Any]]:
    """The policies in force, as somebody writes them who knows nothing of versions."""
    shown = company.get(company.ada, "/policies")["items"]
    names = ("name", "conditions", "calendar_id", "steps")
    return [{name: each["current"][name] for name in names} for each in shown]


def test_the_policies_that_ran_would_have_told_what_was_told(lived: History, company: Company) -> None:
    found = simulated(company, policies=in_force_as_written(company), window="last_90_days")
    assert found["told"] > 100
    assert found["follow_ups"] == len(lived.ids)
    assert [found[name] for name in ("avoided", "added", "differing", "uncounted")] == [0, 0, 0, 0]
    assert found["examples"] == []
    for each in (*found["by_step"], *found["by_person"], *found["by_severity"]):
        assert each["told"] == each["would_tell"], each
    assert {each["severity"] for each in found["by_severity"]} == {
        *("reminder", "overdue", "escalated", "breach")
    }
    _compare_each(company, lived.ids)
    _another_policy(company, found["told"])
    _nothing_changes(company)


def _compare_each(company: Company, ids: list[int]) -> None:
    """Follow-up by follow-up, step by step, also when: a sweep tells some seconds after it began."""
    recorded = company.world.execute(
        "SELECT n.follow_up_id AS id, n.created_at AS at, v.policy, n.step, n.user_id FROM notifications n "
        "JOIN policy_versions v ON v.id = n.policy_version_id "
        "WHERE n.step > 0 AND n.fallback IS DISTINCT FROM 'absent' ORDER BY 1, 2, 5"
    )
    with company.world.database.transaction() as tx:
        people = [row.id for row in company.world.execute("SELECT id FROM users")]
        rules = Rules(tx, in_force(tx), people)
        sweeps = company.world.execute("SELECT started_at FROM sweeps ORDER BY 1")
        replay = Replay(rules, [row.started_at for row in sweeps], recorded[-1].at + DAY)
        replayed = [
            (life.id, told)
            for life in sorted(lives(tx, ids))
            for told in sorted(replay.told(life), key=lambda each: (each.at, each.user_id))
        ]
    assert [(id_, told.policy, told.step, told.user_id) for id_, told in replayed] == [
        (row.id, row.policy, row.step, row.user_id) for row in recorded
    ]
    late = [row.at - told.at for row, (_, told) in zip(recorded, replayed, strict=True)]
    assert max(map(abs, late)) < HOUR


def _another_policy(company: Company, told: int) -> None:
    """Everything at once to the manager: what assignees and admins were told is avoided."""
    draft: dict[str, Any] = {"name": "All", "conditions": {}, "calendar_id": None, "steps": [TELL_MANAGER]}
    found = simulated(company, policies=[draft], window="last_90_days")
    assert found["told"] == told
    assert found["told"] - found["avoided"] == found["would_tell"] - found["added"]
    assert found["avoided"] > 0
    assert found["added"] > 0
    assert found["differing"] >= len(found["examples"]) == 20
    assert sum(each["avoided"] for each in found["by_person"]) == found["avoided"]
    assert sum(each["added"] for each in found["by_step"]) == found["added"]
    assert {each["policy"] for each in found["by_step"] if each["would_tell"]} == {"All"}
    for example in found["examples"]:
        assert example["told"] != example["would_tell"]
        assert {entry["policy"] for entry in example["would_tell"]} <= {"All"}


def _nothing_changes(company: Company) -> None:
    before = everything(company)
    simulated(company, window="last_90_days")
    assert everything(company) == before


def test_a_manager_looks_back_at_their_own_line(company: Company, pipeline: Pipeline) -> None:
    for assignee in (company.amir, company.otto):
        company.follow_up(assignee)
    sweep(pipeline)
    assert simulated(company, company.dana, window="last_90_days")["told"] == 1
    assert simulated(company, window="last_90_days")["told"] == 2
    answer = company.ask(company.amir, "POST", "/policies/simulate", json={"window": "last_90_days"})
    assert answer.status_code == 403


def stream(server: LiveServer, who: Person, body: dict[str, Any]) -> tuple[int, str]:
    url = f"{server.start()}/api/v1/policies/simulate/stream"
    answer = httpx.post(url, json=body, headers=who.headers, timeout=60)
    return answer.status_code, answer.text


def test_a_stream_says_how_far_it_is_and_ends_with_the_result(
    company: Company, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "AT_ONCE", 2)
    for _ in range(3):
        company.follow_up(company.amir)
    status, said = stream(server, company.ada, {"window": "last_90_days"})
    assert status == 200
    first, second, last = said.strip().split("\n\n")
    assert first == 'event: progress\ndata: {"done": 0, "total": 3}'
    assert second == 'event: progress\ndata: {"done": 2, "total": 3}'
    assert last.startswith('event: result\ndata: {"told":0')


@pytest.mark.parametrize(
    ("body", "status"), [({"window": "ever"}, 422), ({"policy": TELL_MANAGER, "policy_id": 9}, 422)]
)
def test_a_stream_refuses_what_cannot_be_simulated_before_it_begins(
    company: Company, server: LiveServer, body: dict[str, Any], status: int
) -> None:
    assert stream(server, company.ada, body)[0] == status


def test_one_person_looks_back_once_at_a_time(company: Company) -> None:
    replays = company.world.app.state.context.replays
    for path in ("/policies/simulate", "/policies/simulate/stream"):
        with replays.one(company.ada.id):
            answer = company.ask(company.ada, "POST", path, json={"window": "last_90_days"})
        assert answer.status_code == 429, answer.text
        assert "already" in answer.json()["detail"]
        assert company.ask(company.ada, "POST", path, json={"window": "last_90_days"}).status_code == 200
    assert replays.taken == 0


def test_what_cannot_be_counted_by_its_calendar_is_left_out_and_named(company: Company) -> None:
    calendar = company.calendar()["id"]
    company.world.execute("UPDATE calendars SET first_day = NULL, last_day = NULL")
    company.follow_up(company.amir, priority="high")
    company.follow_up(company.amir)
    draft = {"name": "Important", "conditions": HIGH, "calendar_id": calendar, "steps": IN_HOURS}
    for window in ("now", "next_14_days", "last_90_days"):
        found = simulated(company, policy=draft, window=window)
        assert (found["follow_ups"], found["uncounted"]) == (2, 1)
        assert found["problems"] == [f"calendar {calendar} cannot be counted by: it has not been worked out"]


def test_a_completion_that_the_history_does_not_say_is_one(company: Company) -> None:
    completed = company.follow_up(company.amir)
    company.world.execute(
        "UPDATE follow_ups SET created_at = now() - interval '5 hours', completed_at = now() WHERE id = :id",
        id=completed,
    )
    with company.world.database.transaction() as tx:
        [life] = lives(tx, [completed])
        assert [moment.is_open for moment in life.moments] == [True, False]
        steps = list(comparison.compare(tx, in_force(tx), Scope(None)))
    assert len(steps) == 2
