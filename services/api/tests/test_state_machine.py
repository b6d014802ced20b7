"""Whatever people do in whatever order, with sweeps and deliveries between: it is as a simple model says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from followup_common.messaging import outbox
from followup_escalator.worker import HANDLERS as ESCALATOR
from followup_notifier.worker import HANDLERS as NOTIFIER
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from tests.support import company as support
from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person, World

EXAMPLES, STEPS = 10, 30
HOUR = timedelta(hours=1)
AGES = [100 * HOUR, 50 * HOUR, HOUR, -30 * HOUR]
PASSES = 40 * HOUR
WAITS = 60 * HOUR
"""No sum of these comes within an hour of a step at 0, 48 or 96 hours."""
MOST_WAITS, MOST_SNOOZES = 2, 3

NAMES = ("amir", "otto", "mia", "dana", "ada")
SEES = {
    "amir": {"amir"},
    "otto": {"otto"},
    "mia": {"mia", "amir"},
    "dana": {"dana", "mia", "amir"},
    "ada": set(NAMES),
}
MANAGER = {"amir": "mia", "mia": "dana", "dana": "ada", "otto": "ada", "ada": "ada"}
"""Who is told at the second step; where there is no manager, the admins."""

DELETERS = {"mia", "dana", "ada"}
"""Managers and admins."""

who = st.sampled_from(NAMES)
ages = st.sampled_from(AGES)


@dataclass
class Model:
    """A follow-up as it should be."""

    assignee: str
    age: timedelta
    title: str = "Call"
    is_open: bool = True
    level: int = 0
    run: int = 1
    tags: list[str] = field(default_factory=lambda: ['"0-00000000"'])
    """Entity tags that it had, after one that none has; the last one is its own."""
    runs: int = 1
    """The highest run that it ever had."""
    told: set[tuple[int, int, str]] = field(default_factory=set)
    """Run, step, and who."""
    waits: list[tuple[timedelta, timedelta]] = field(default_factory=list)
    """From which age to which it waits, or has waited in this run."""
    snoozed: dict[str, int] = field(default_factory=dict)
    """How often each has snoozed it in this run. No step repeats: what is snoozed is told all the same."""
    last: tuple[str, bool, Model] | None = None
    """Who made the last change, whether its level had been told by then, and how it was before."""

    @property
    def step(self) -> int:
        """The step that its age has reached, without what was waited since it was due."""
        zero = timedelta()
        waited = sum(
            (max(min(ends, self.age) - max(begins, zero), zero) for begins, ends in self.waits), zero
        )
        return sum(self.age - waited >= bound * HOUR for bound in (0, 48, 96))

    @property
    def is_waiting(self) -> bool:
        """Whether its clock stands."""
        return bool(self.waits) and self.age < self.waits[-1][1]

    def audience(self, step: int) -> set[str]:
        """Who is told at a step."""
        return ({self.assignee}, {self.assignee, MANAGER[self.assignee]}, {"ada"})[step - 1]

    @property
    def heard(self) -> bool:
        """Whether its level has been told."""
        return self.level == 0 or any(told[:2] == (self.run, self.level) for told in self.told)

    def change(self, by: str, **fields: Any) -> None:
        """What somebody does to it."""
        self.last = (by, self.heard, replace(self, last=None, waits=[*self.waits], snoozed={**self.snoozed}))
        for name, value in fields.items():
            setattr(self, name, value)

    def resume(self) -> None:
        """End a wait, if there is one."""
        if self.is_waiting:
            self.waits[-1] = (self.waits[-1][0], self.age)

    def start_over(self) -> None:
        """A new due time, or a reopening."""
        self.waits, self.snoozed = [], {}
        self.runs += 1
        self.run = self.runs
        self.level = 0

    def undo(self) -> bool:
        """Take the last change back; returns whether its level is to be told now."""
        assert self.last
        _, heard, before = self.last
        restarted = (self.run, self.is_open) != (before.run, before.is_open)
        level = before.level if restarted else self.level
        self.title, self.assignee, self.age = before.title, before.assignee, before.age
        self.is_open, self.run, self.level = before.is_open, before.run, level
        self.waits, self.snoozed = before.waits, before.snoozed
        self.last = None
        return self.is_open and level > 0 and (level != before.level or not heard)


class FollowUps(RuleBasedStateMachine):
    """People, sweeps and deliveries on one database."""

    ids = Bundle("ids")

    def __init__(self, company: Company, pipeline: Pipeline) -> None:
        super().__init__()
        self.company = company
        self.pipeline = pipeline
        self.handlers = {
            handler.event_class.type: (consumer, handler)
            for consumer, handlers in ((pipeline.escalator, ESCALATOR), (pipeline.notifier, NOTIFIER))
            for handler in handlers
        }
        self.models: dict[int, Model] = {}
        self.deleted: dict[int, Model] = {}
        self.raised: set[tuple[int, int, int]] = set()
        self.skipped: set[tuple[int, int, int]] = set()
        """Raised ones that a wait has kept from being told."""
        company.world.execute("DELETE FROM follow_ups")
        company.world.execute("DELETE FROM deleted_follow_ups")
        company.world.execute("DELETE FROM outbox")
        company.world.execute("DELETE FROM sweeps")

    # --- What people do -----------------------------------------------------------------------------------

    @rule(target=ids, by=who, assignee=who, age=ages)
    def create(self, by: str, assignee: str, age: timedelta) -> int:
        body = {"title": "Call", "due_at": self._due(age), "assignee_id": self._person(assignee).id}
        answer = self._ask(by, "POST", "", json=body)
        if assignee not in SEES[by]:
            assert answer.status_code == 422
            return 0
        assert answer.status_code == 201, answer.text
        number = int(answer.json()["id"])
        self.models[number] = Model(assignee, age)
        return number

    @rule(number=ids, by=who, title=st.sampled_from(["Call", "Write"]), stale=st.booleans())
    def edit(self, number: int, by: str, title: str, stale: bool) -> None:
        model = self.models.get(number)
        tag = model.tags[-2 if stale else -1] if model else "*"
        answer = self._ask(by, "PATCH", f"/{number}", json={"title": title}, headers={"If-Match": tag})
        if model and self._may(by, model, answer.status_code):
            assert answer.status_code == (412 if stale else 200)
            if not stale and title != model.title:
                model.change(by, title=title)

    @rule(number=ids, by=who, age=ages)
    def reschedule(self, number: int, by: str, age: timedelta) -> None:
        model = self.models.get(number)
        answer = self._ask(by, "PATCH", f"/{number}", json={"due_at": self._due(age), "reason": "R"})
        if model and self._may(by, model, answer.status_code):
            assert answer.status_code == (200 if model.is_open else 409)
            if model.is_open:
                model.change(by, age=age)
                model.start_over()

    @rule(number=ids, by=who, assignee=who)
    def reassign(self, number: int, by: str, assignee: str) -> None:
        model = self.models.get(number)
        answer = self._ask(by, "PATCH", f"/{number}", json={"assignee_id": self._person(assignee).id})
        if model and self._may(by, model, answer.status_code):
            moves, allowed = assignee != model.assignee, assignee in SEES[by]
            assert answer.status_code == (409 if moves and not model.is_open else 200 if allowed else 422)
            if answer.status_code == 200 and moves:
                model.change(by, assignee=assignee)
                model.resume()

    @rule(number=ids, by=who)
    def complete(self, number: int, by: str) -> None:
        model = self.models.get(number)
        answer = self._ask(by, "POST", f"/{number}/complete")
        if model and self._may(by, model, answer.status_code):
            assert answer.json()["status"] == "completed"
            if model.is_open:
                model.change(by, is_open=False)
                model.resume()

    @rule(number=ids, by=who)
    def wait(self, number: int, by: str) -> None:
        model = self.models.get(number)
        until = (datetime.now(UTC) + WAITS).isoformat()
        answer = self._ask(by, "POST", f"/{number}/wait", json={"until": until, "reason": "R"})
        if model and self._may(by, model, answer.status_code):
            allowed = model.is_open and len(model.waits) < MOST_WAITS
            assert answer.status_code == (200 if allowed else 409)
            if allowed:
                model.change(by)
                model.resume()
                model.waits = [*model.waits, (model.age, model.age + WAITS)]

    @rule(number=ids, by=who)
    def snooze(self, number: int, by: str) -> None:
        model = self.models.get(number)
        until = (datetime.now(UTC) + HOUR).isoformat()
        answer = self._ask(by, "POST", f"/{number}/snooze", json={"until": until, "reason": "R"})
        if model and self._may(by, model, answer.status_code):
            allowed = model.is_open and model.snoozed.get(by, 0) < MOST_SNOOZES
            assert answer.status_code == (200 if allowed else 409)
            if allowed:
                model.change(by)
                model.snoozed[by] = model.snoozed.get(by, 0) + 1

    @precondition(lambda self: any(model.is_open and model.is_waiting for model in self.models.values()))
    @rule(data=st.data(), by=who)
    def resume(self, data: st.DataObject, by: str) -> None:
        waiting = [number for number, model in self.models.items() if model.is_open and model.is_waiting]
        number = data.draw(st.sampled_from(waiting))
        model = self.models[number]
        shown = self._ask("ada", "GET", f"/{number}").json()["holds"]
        [hold] = [each["id"] for each in shown if each["kind"] == "wait"]
        answer = self._ask(by, "DELETE", f"/{number}/holds/{hold}")
        if self._may(by, model, answer.status_code):
            assert answer.json()["waiting_until"] is None
            model.change(by)
            model.resume()

    @rule(number=ids, by=who)
    def reopen(self, number: int, by: str) -> None:
        model = self.models.get(number)
        answer = self._ask(by, "POST", f"/{number}/reopen")
        if model and self._may(by, model, answer.status_code):
            assert answer.json()["status"] == "open"
            if not model.is_open:
                model.change(by, is_open=True)
                model.start_over()

    @rule(number=ids, by=who, bulk=st.booleans())
    def undo(self, number: int, by: str, bulk: bool) -> None:
        model = self.models.get(number)
        theirs = model is not None and model.last is not None and model.last[0] == by
        if bulk:
            body = {"ids": [max(number, 1)], "action": "undo"}
            done = self._ask(by, "POST", "/bulk", json=body).json()["done"]
            assert bool(done) == (theirs and model is not None and model.assignee in SEES[by])
        else:
            answer = self._ask(by, "POST", f"/{number}/undo")
            done = self._may(by, model, answer.status_code) and theirs
            assert answer.status_code in (404, 422) or answer.status_code == (200 if theirs else 409)
        if done and model and model.undo():
            self.raised.add((number, model.run, model.level))

    @precondition(lambda self: any(model.last for model in self.models.values()))
    @rule(data=st.data())
    def undo_own(self, data: st.DataObject) -> None:
        """By the one who may, so that it happens often."""
        number = data.draw(st.sampled_from([n for n, model in self.models.items() if model.last]))
        last = self.models[number].last
        assert last
        self.undo(number, last[0], bulk=False)

    @rule(number=ids, by=who)
    def delete(self, number: int, by: str) -> None:
        model = self.models.get(number)
        answer = self._ask(by, "DELETE", f"/{number}")
        if by not in DELETERS:
            assert answer.status_code in (403, 422)
        elif self._may(by, model, answer.status_code):
            assert answer.status_code == 204
            self.deleted[number] = self.models.pop(number)

    @rule(number=ids, by=who)
    def restore(self, number: int, by: str) -> None:
        model = self.deleted.get(number)
        answer = self._ask(by, "POST", f"/{number}/restore")
        if by not in DELETERS:
            assert answer.status_code in (403, 422)
        elif model and self._may(by, model, answer.status_code):
            assert answer.status_code == 200
            self._bring_back(number)
        else:
            assert answer.status_code in (404, 422)

    @precondition(lambda self: self.deleted)
    @rule(data=st.data())
    def restore_one(self, data: st.DataObject) -> None:
        """By somebody who may, so that it happens often."""
        number = data.draw(st.sampled_from(sorted(self.deleted)))
        assert self._ask("ada", "POST", f"/{number}/restore").status_code == 200
        self._bring_back(number)

    def _bring_back(self, number: int) -> None:
        model = self.models[number] = self.deleted.pop(number)
        model.last = None
        if model.is_open and not model.heard:
            self.raised.add((number, model.run, model.level))

    # --- What the services do -----------------------------------------------------------------------------

    @rule()
    def time_passes(self) -> None:
        with self.company.world.engine.begin() as tx:
            support.Company(tx).let_pass(PASSES)
        for model in self.models.values():
            model.age += PASSES * model.is_open
            if model.last and model.is_open:
                model.last[2].age += PASSES

    @rule()
    def sweep(self) -> None:
        """Claims what is due; nobody is told yet."""
        self.company.ask(self.company.ada, "POST", "/sweeps")
        self._deliver("followup.sweep.")
        for number, model in self.models.items():
            if not model.is_open or model.is_waiting:
                continue
            if model.step > model.level:
                model.level = model.step
                self.raised.add((number, model.run, model.step))
            elif (number, model.run, model.level) in self.skipped:
                self.raised.add((number, model.run, model.level))
                self.skipped.remove((number, model.run, model.level))

    @precondition(lambda self: self.raised)
    @rule()
    def deliver(self) -> None:
        """Tells of what sweeps claimed, if it still holds."""
        self._deliver("followup.")
        for number, run, step in self.raised:
            model = self.models.get(number)
            if not model or not model.is_open or (model.run, model.level) != (run, step):
                continue
            if model.is_waiting:
                self.skipped.add((number, run, step))
            elif model.step == step:
                model.told |= {(run, step, name) for name in model.audience(step)}
        self.raised.clear()

    @precondition(
        lambda self: any(model.is_open and model.step > model.level for model in self.models.values())
    )
    @rule()
    def sweep_and_deliver(self) -> None:
        """Both at once, so that later steps are reached often."""
        self.sweep()
        self.deliver()

    # --- What must hold -----------------------------------------------------------------------------------

    @invariant()
    def the_api_shows_what_the_model_says(self) -> None:
        listed = self.company.get(self.company.ada, "/follow-ups", view="all", limit=200)["items"]
        for entry in listed:
            tags = self.models[entry["id"]].tags
            tags += [entry["etag"]] if entry["etag"] != tags[-1] else []
        shown = {
            entry["id"]: (entry["status"] == "open", entry["level"], entry["assignee_id"]) for entry in listed
        }
        assert shown == {
            number: (model.is_open, model.level, self._person(model.assignee).id)
            for number, model in self.models.items()
        }

    @invariant()
    def everybody_was_told_once_and_nobody_too_much(self) -> None:
        rows = self.company.world.execute(
            "SELECT follow_up_id, run, step, user_id FROM notifications WHERE step > 0"
        )
        found = sorted((row.follow_up_id, row.run, row.step, row.user_id) for row in rows)
        assert found == sorted(
            (number, run, step, self._person(name).id)
            for number, model in self.models.items()
            for run, step, name in model.told
        )

    @invariant()
    def nothing_was_given_up(self) -> None:
        assert self.company.world.execute("SELECT error FROM outbox WHERE failed_at IS NOT NULL") == []

    # --- How ----------------------------------------------------------------------------------------------

    def _person(self, name: str) -> Person:
        person: Person = getattr(self.company, name)
        return person

    def _ask(self, by: str, method: str, path: str, **more: Any) -> Any:
        return self.company.ask(self._person(by), method, f"/follow-ups{path}", **more)

    def _may(self, by: str, model: Model | None, status: int) -> bool:
        """Whether somebody may see a follow-up; those who may not, get 404 (422 for an id that is none)."""
        allowed = model is not None and model.assignee in SEES[by]
        assert (status in (404, 422)) >= (not allowed)
        return allowed

    def _due(self, age: timedelta) -> str:
        return (datetime.now(UTC) - age).isoformat()

    def _deliver(self, types: str) -> None:
        """Hand every event of these types to its handler, each twice, until there is none left."""
        unhandled = text("SELECT * FROM outbox WHERE handled_at IS NULL AND starts_with(type, :types)")
        while True:
            with self.company.world.engine.begin() as tx:
                waiting = [outbox.envelope(row) for row in tx.execute(unhandled, {"types": types}).mappings()]
            if not waiting:
                return
            for envelope in waiting:
                consumer, handler = self.handlers[envelope.type]
                for _ in range(2):
                    consumer.receive(handler, envelope.model_dump(mode="json"))


def test_any_order_of_changes_sweeps_and_deliveries_ends_as_the_model_says(world: World) -> None:
    company = Company(world)
    pipeline = Pipeline(world.engine.url.render_as_string(hide_password=False))

    class Here(FollowUps):
        def __init__(self) -> None:
            super().__init__(company, pipeline)

    run = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        print_blob=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(Here, settings=run)
    finally:
        pipeline.close()
