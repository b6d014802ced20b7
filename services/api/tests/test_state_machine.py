"""Whatever people do in whatever order, with sweeps and deliveries between: it is as a simple model says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from followup_common.messaging import outbox
from followup_escalator.worker import HANDLERS as ESCALATOR
from followup_notifier.worker import HANDLERS as NOTIFIER
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from tests.faults.ladders import STANDARD
from tests.faults.people import People
from tests.faults.people import Person as Somebody
from tests.support import company as support
from tests.support.pipeline import Pipeline
from tests.support.policies import publish

from .companies import Company
from .conftest import Person, World
from .test_absences import days

EXAMPLES, STEPS = 10, 40
HOUR = timedelta(hours=1)
AGES = [100 * HOUR, 50 * HOUR, HOUR, -30 * HOUR]
PASSES = 40 * HOUR
WAITS = 60 * HOUR
ACKNOWLEDGED = 8 * HOUR
"""No sum of these comes within an hour of a step at 0, 48 or 96 hours."""
MOST_WAITS, MOST_SNOOZES = 2, 3
NONE = 10**9
"""An id that no follow-up has."""

NAMES = ("amir", "otto", "mia", "dana", "ada")
SEES = {
    "amir": {"amir"},
    "otto": {"otto"},
    "mia": {"mia", "amir"},
    "dana": {"dana", "mia", "amir"},
    "ada": set(NAMES),
}
MANAGERS = {"amir": "mia", "mia": "dana", "dana": "ada"}
NUMBERS = {name: number for number, name in enumerate(NAMES)}
PEOPLE = People(
    {number: Somebody(NUMBERS.get(MANAGERS.get(name, ""))) for name, number in NUMBERS.items()},
    (NUMBERS["ada"],),
)
"""As the model of the fault rounds knows them, which says who is told in whose place."""
STAND_IN = {
    name: [None, *(other for other in NAMES if other != name and name in SEES[other])] for name in NAMES
}
"""Whom each may name: who sees what is theirs, or nobody. Others would see what they were told of."""

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
    told: dict[tuple[int, int, str], bool] = field(default_factory=dict)
    """Run, step, and who; whether aloud."""
    versions: int = 1
    """How often it was changed."""
    planned: int | None = None
    """The next one, which the last completion planned."""
    held: dict[str, tuple[int, timedelta]] = field(default_factory=dict)
    """Who has acknowledged it: at which step, and until which age."""
    waits: list[tuple[timedelta, timedelta]] = field(default_factory=list)
    """From which age to which it waits, or has waited in this run."""
    snoozed: dict[str, int] = field(default_factory=dict)
    """How often each has snoozed it in this run. No step repeats: what is snoozed is told all the same."""
    last: tuple[str, bool, Model] | None = None
    """Who made the last change, whether its level had been told by then, and how it was before."""

    @property
    def step(self) -> int:
        """The step that its age has reached: one that somebody holds comes with the one behind it at most."""
        comes = [0 * HOUR, 48 * HOUR, 96 * HOUR]
        if self.held:
            step, until = max(self.held.values(), key=lambda held: held[1])
            if step < len(comes) and comes[step] < (ends := self._counted(until)):
                comes[step] = max(comes[step], min([ends, *comes[step + 1 : step + 2]]))
        return sum(self._counted(self.age) >= each for each in comes)

    def _counted(self, age: timedelta) -> timedelta:
        """An age without what was waited until then since it was due."""
        zero = timedelta()
        waited = (max(min(ends, age) - max(begins, zero), zero) for begins, ends in self.waits)
        return age - sum(waited, zero)

    @property
    def is_waiting(self) -> bool:
        """Whether its clock stands."""
        return bool(self.waits) and self.age < self.waits[-1][1]

    def tell(self, people: People, step: int, *, of_a_reassignment: bool = False) -> None:
        """A step tells, or one that was told tells who has become its audience; nobody hears it twice."""
        rung, of_before = STANDARD[step - 1], {before for run, before, _ in self.told if run == self.run}
        if step == len(STANDARD) and of_before <= {step}:  # the first announcement of its run
            rung = replace(rung, audience=(*rung.audience, "assignee"))
        for number, aloud in people.audience(rung, NUMBERS[self.assignee]).items():
            if not of_a_reassignment or NAMES[number] != self.assignee:
                self.told.setdefault((self.run, step, NAMES[number]), aloud)

    @property
    def is_held(self) -> bool:
        """Whether the step that it was brought to is not told now."""
        return self.is_waiting or self.step < self.level

    @property
    def heard(self) -> bool:
        """Whether its level has been told."""
        return self.level == 0 or any(told[:2] == (self.run, self.level) for told in self.told)

    def change(self, by: str, **fields: Any) -> None:
        """What somebody does to it."""
        copies: dict[str, Any] = {"waits": [*self.waits], "snoozed": {**self.snoozed}, "held": {**self.held}}
        self.last = (by, self.heard, replace(self, last=None, **copies))
        self.versions += 1
        for name, value in fields.items():
            setattr(self, name, value)

    def let_go(self) -> None:
        """End whatever holds it."""
        self.held = {}
        self.resume()

    def give(self, to: str) -> None:
        """Make it another one's, with all others of theirs."""
        self.versions += 1
        self.assignee, self.last = to, None
        self.let_go()

    def resume(self) -> None:
        """End a wait, if there is one."""
        if self.is_waiting:
            self.waits[-1] = (self.waits[-1][0], self.age)

    def start_over(self) -> None:
        """A new due time, or a reopening."""
        self.waits, self.snoozed, self.held = [], {}, {}
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
        self.waits, self.snoozed, self.held = before.waits, before.snoozed, before.held
        self.versions += 1
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
        """Raised ones that a hold has kept from being told."""
        self.handed: dict[int, bool] = {}
        """Those whose new audience is still to hear of their step; whether that is looked at again later."""
        self.hand_overs: list[tuple[int, str, dict[int, int]]] = []
        """Their numbers, who gave, and which, with their versions."""
        self.people = PEOPLE
        self.absences: dict[str, int] = {}
        company.world.execute("DELETE FROM follow_ups")
        company.world.execute("DELETE FROM deleted_follow_ups")
        company.world.execute("DELETE FROM outbox")
        company.world.execute("DELETE FROM sweeps")
        company.world.execute("DELETE FROM absences")
        company.world.execute("DELETE FROM notifications")

    # --- What people do -----------------------------------------------------------------------------------

    @initialize(target=ids, first=ages, second=ages)
    def begin(self, first: timedelta, second: timedelta) -> Any:
        """With two at least, of one who reports to the other."""
        return multiple(self.create("ada", "amir", first), self.create("mia", "mia", second))

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

    @rule(number=ids, by=who, age=ages, bulk=st.booleans())
    def reschedule(self, number: int, by: str, age: timedelta, bulk: bool) -> None:
        model = self.models.get(number)
        body = {"due_at": self._due(age), "reason": "R"}
        status = self._change(by, number, "reschedule", body, bulk=bulk)
        if model and self._may(by, model, status):
            assert status == (200 if model.is_open else 409)
            if model.is_open:
                model.change(by, age=age)
                model.start_over()

    @rule(number=ids, by=who, assignee=who, bulk=st.booleans())
    def reassign(self, number: int, by: str, assignee: str, bulk: bool) -> None:
        model = self.models.get(number)
        status = self._change(by, number, "reassign", {"assignee_id": self._person(assignee).id}, bulk=bulk)
        if model and self._may(by, model, status):
            moves, allowed = assignee != model.assignee, assignee in SEES[by]
            if bulk and not allowed:
                assert status in (409, 422)
            else:
                assert status == (409 if moves and not model.is_open else 200 if allowed else 422)
            if status == 200 and moves:
                model.change(by, assignee=assignee)
                model.let_go()
                self.handed[number] = False

    @rule(number=ids, by=who, bulk=st.booleans())
    def complete(self, number: int, by: str, bulk: bool) -> None:
        model = self.models.get(number)
        status = self._act(by, number, "complete", {"outcome": "reached"} if bulk else None, bulk=bulk)
        if model and self._may(by, model, status):
            assert status == 200
            if model.is_open:
                model.change(by, is_open=False, planned=None)
                model.let_go()

    @rule(target=ids, number=ids, by=who, age=ages)
    def complete_with_next(self, number: int, by: str, age: timedelta) -> int:
        """Returns the next one; 0: none was planned."""
        model = self.models.get(number)
        body = {"outcome": "no answer", "note": "N", "next": {"due_at": self._due(age), "title": "Next"}}
        answer = self._ask(by, "POST", f"/{number}/complete", json=body)
        if not model or not self._may(by, model, answer.status_code):
            return 0
        planned = answer.json()["next"]
        assert bool(planned) == model.is_open
        if not planned:
            return 0
        following = int(planned["id"])
        model.change(by, is_open=False, planned=following)
        model.let_go()
        self.models[following] = Model(model.assignee, age, "Next")
        return following

    @rule(number=ids, by=who)
    def log(self, number: int, by: str) -> None:
        """A call, which changes nothing."""
        model = self.models.get(number)
        answer = self._ask(by, "POST", f"/{number}/log", json={"note": "Called"})
        if model and self._may(by, model, answer.status_code):
            assert answer.status_code == 201

    @rule(number=ids, by=who, bulk=st.booleans())
    def acknowledge(self, number: int, by: str, bulk: bool) -> None:
        model = self.models.get(number)
        status = self._act(by, number, "acknowledge", {}, bulk=bulk)
        if not model or not self._may(by, model, status):
            return
        step = max((step for run, step, _ in model.told if run == model.run), default=0)
        runs = {run for run, _, name in model.told if name == by}
        if not model.is_open or not step:
            assert status == 409
        elif by == model.assignee or model.run in runs:
            assert status == 200
        elif not runs:
            assert status == 409
        if status == 200:  # also by one who was told in another run with the same due time
            before, until = model.held.get(by, (0, model.age))
            if (before, until > model.age) != (step, True):
                model.change(by)
                model.held = {**model.held, by: (step, model.age + ACKNOWLEDGED)}

    @rule(number=ids, by=who, bulk=st.booleans())
    def wait(self, number: int, by: str, bulk: bool) -> None:
        model = self.models.get(number)
        until = (datetime.now(UTC) + WAITS).isoformat()
        status = self._act(by, number, "wait", {"until": until, "reason": "R"}, bulk=bulk)
        if model and self._may(by, model, status):
            allowed = model.is_open and len(model.waits) < MOST_WAITS
            assert status == (200 if allowed else 409)
            if allowed:
                model.change(by)
                model.resume()
                model.waits = [*model.waits, (model.age, model.age + WAITS)]

    @rule(number=ids, by=who, bulk=st.booleans())
    def snooze(self, number: int, by: str, bulk: bool) -> None:
        model = self.models.get(number)
        until = (datetime.now(UTC) + HOUR).isoformat()
        status = self._act(by, number, "snooze", {"until": until, "reason": "R"}, bulk=bulk)
        if model and self._may(by, model, status):
            allowed = model.is_open and model.snoozed.get(by, 0) < MOST_SNOOZES
            assert status == (200 if allowed else 409)
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

    def _told(self) -> list[int]:
        """Those whose run has told somebody."""
        return [
            number
            for number, model in self.models.items()
            if model.is_open and any(run == model.run for run, _, _ in model.told)
        ]

    @precondition(lambda self: self._told())
    @rule(data=st.data(), bulk=st.booleans())
    def acknowledge_what_was_told(self, data: st.DataObject, bulk: bool) -> None:
        """By its assignee, so that it happens often."""
        number = data.draw(st.sampled_from(self._told()))
        self.acknowledge(number, self.models[number].assignee, bulk=bulk)

    def _acknowledged(self) -> list[tuple[int, str]]:
        """What is acknowledged, and by whom."""
        return [
            (number, by)
            for number, model in self.models.items()
            for by, (_, until) in model.held.items()
            if until > model.age and model.assignee in SEES[by]
        ]

    @precondition(lambda self: self._acknowledged())
    @rule(data=st.data(), bulk=st.booleans())
    def let_go(self, data: st.DataObject, bulk: bool) -> None:
        """What somebody has acknowledged; in bulk, with a wait and all that they hold."""
        number, by = data.draw(st.sampled_from(self._acknowledged()))
        model, person = self.models[number], self._person(by).id
        if bulk:
            assert self._act(by, number, "resume", {}, bulk=True) == 200
        else:
            shown = self._ask("ada", "GET", f"/{number}").json()["holds"]
            theirs = [h["id"] for h in shown if (h["kind"], h["user"]["id"]) == ("acknowledge", person)]
            if not theirs:  # another one has it for longer
                return
            assert self._ask(by, "DELETE", f"/{number}/holds/{theirs[0]}").status_code == 200
        model.change(by)
        del model.held[by]
        if bulk:
            model.resume()

    @precondition(lambda self: any(model.is_open for model in self.models.values()))
    @rule(data=st.data(), to=who)
    def hand_over_what_is_open(self, data: st.DataObject, to: str) -> None:
        """By somebody who may, so that it happens often."""
        givers = {model.assignee for model in self.models.values() if model.is_open}
        self.hand_over("ada", data.draw(st.sampled_from(sorted(givers))), to)

    @rule(by=who, giver=who, to=who)
    def hand_over(self, by: str, giver: str, to: str) -> None:
        """All that is open of somebody's."""
        path, taker = f"/users/{self._person(giver).id}/hand-over", self._person(to).id
        counted = self._ask_at(by, "POST", path, json={"to": taker, "dry_run": True})
        if giver not in SEES[by]:
            assert counted.status_code == 404
        elif to == giver or to not in SEES[by]:
            assert counted.status_code == 422
        else:
            found = {n: m for n, m in self.models.items() if m.is_open and m.assignee == giver}
            assert counted.json()["count"] == len(found)
            body = {"to": taker, "expected": len(found)}
            given = self._ask_at(by, "POST", path, json=body).json()["hand_over"]
            for model in found.values():
                model.give(to)
            self.handed |= dict.fromkeys(found, False)
            if found:
                self.hand_overs.append((given["id"], giver, {n: m.versions for n, m in found.items()}))

    @precondition(lambda self: self.hand_overs)
    @rule()
    def undo_hand_over(self) -> None:
        """The last one, as far as nothing has changed since."""
        number, giver, items = self.hand_overs.pop()
        answer = self._ask_at("ada", "POST", f"/hand-overs/{number}/undo")
        found = {
            n: model
            for n, version in items.items()
            if (model := self.models.get(n)) and model.is_open and model.versions == version
        }
        assert answer.json()["given_back"] == len(found)
        for model in found.values():
            model.give(giver)
        self.handed |= dict.fromkeys(found, False)

    @rule(name=who, data=st.data())
    def be_away(self, name: str, data: st.DataObject) -> None:
        """Somebody goes, or gets another substitute."""
        substitute = data.draw(st.sampled_from(STAND_IN[name]))
        body: dict[str, Any] = {"substitute_id": substitute and self._person(substitute).id}
        if name in self.absences:
            answer = self._ask_at(name, "PATCH", f"/absences/{self.absences[name]}", json=body)
            assert answer.status_code == 200
        else:
            answer = self._ask_at(name, "POST", "/absences", json=body | days())
            assert answer.status_code == 201, answer.text
            self.absences[name] = answer.json()["id"]
        away = {"away": True, "substitute_id": NUMBERS.get(substitute or "")}
        self.people = self.people.changed(NUMBERS[name], **away)

    @precondition(lambda self: self.absences)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.absences)))
        path = f"/absences/{self.absences.pop(name)}"
        assert self._ask_at(name, "DELETE", path).status_code == 204
        self.people = self.people.changed(NUMBERS[name], away=False, substitute_id=None)

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
        following = self._following(model) if theirs else None
        theirs = theirs and (following is None or self.models[following].versions == 1)
        if bulk:
            body = {"ids": [number or NONE], "action": "undo"}
            done = self._ask(by, "POST", "/bulk", json=body).json()["done"]
            assert bool(done) == (theirs and model is not None and model.assignee in SEES[by])
        else:
            answer = self._ask(by, "POST", f"/{number}/undo")
            done = self._may(by, model, answer.status_code) and theirs
            assert answer.status_code in (404, 422) or answer.status_code == (200 if theirs else 409)
        if done and model:
            assignee = model.assignee
            if model.undo():
                self.raised.add((number, model.run, model.level))
            if assignee != model.assignee:
                self.handed[number] = False
            if following is not None:
                self.deleted[following] = self.models.pop(following)

    def _following(self, model: Model | None) -> int | None:
        """The next one that an undo would take back."""
        opens = model and model.last and model.last[2].is_open and not model.is_open
        return model.planned if model and opens and model.planned in self.models else None

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
        self.company.world.execute("UPDATE outbox SET available_at = available_at - interval '40 hours'")
        self.handed = dict.fromkeys(self.handed, False)

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
            elif (number, model.run, model.level) in self.skipped and not model.is_held:
                self.raised.add((number, model.run, model.level))
                self.skipped.remove((number, model.run, model.level))

    @precondition(lambda self: self.raised or self.handed)
    @rule()
    def deliver(self) -> None:
        """Tells of what sweeps claimed, if it still holds."""
        self._deliver("followup.")
        for number, run, step in self.raised:
            model = self.models.get(number)
            if not model or not model.is_open or (model.run, model.level) != (run, step):
                continue
            if model.is_held:
                self.skipped.add((number, run, step))
            elif model.step == step:
                model.tell(self.people, step)
        self.raised.clear()
        self._hear_of_assignments()

    def _hear_of_assignments(self) -> None:
        """Whom the step that was told tells now; later, where another one has come or it waits."""
        for number, later in [*self.handed.items()]:
            model = self.models.get(number)
            if not model or not model.is_open or not model.level or not model.heard:
                if not later:
                    del self.handed[number]
            elif model.is_held or model.step > model.level:
                self.handed[number] = True
            elif not later:
                model.tell(self.people, model.level, of_a_reassignment=True)
                del self.handed[number]

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
            "SELECT follow_up_id, run, step, user_id, fallback IS DISTINCT FROM 'absent' AS aloud "
            "FROM notifications WHERE step > 0"
        )
        found = sorted((row.follow_up_id, row.run, row.step, row.user_id, row.aloud) for row in rows)
        assert found == sorted(
            (number, run, step, self._person(name).id, aloud)
            for number, model in self.models.items()
            for (run, step, name), aloud in model.told.items()
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

    def _ask_at(self, by: str, method: str, path: str, **more: Any) -> Any:
        return self.company.ask(self._person(by), method, path, **more)

    def _change(self, by: str, number: int, action: str, body: Mapping[str, Any], *, bulk: bool) -> int:
        """The status of a change of a field, as one of many or alone."""
        if bulk:
            return self._act(by, number, action, body, bulk=True)
        return int(self._ask(by, "PATCH", f"/{number}", json=body).status_code)

    def _act(self, by: str, number: int, action: str, body: Mapping[str, Any] | None, *, bulk: bool) -> int:
        """The status of an action, as one of many or alone: what cannot be done to those is in `failed`."""
        if not bulk:
            more = {} if body is None else {"json": body}
            return int(self._ask(by, "POST", f"/{number}/{action}", **more).status_code)
        wanted = {"ids": [number or NONE], "action": action, **(body or {})}
        answer = self._ask(by, "POST", "/bulk", json=wanted)
        if answer.status_code != 200 or answer.json()["done"]:
            return int(answer.status_code)
        [failure] = answer.json()["failed"]
        return 404 if failure["message"].startswith("There is no") else 409

    def _may(self, by: str, model: Model | None, status: int) -> bool:
        """Whether somebody may see a follow-up; those who may not, get 404 (422 for an id that is none)."""
        allowed = model is not None and model.assignee in SEES[by]
        assert (status in (404, 422)) >= (not allowed)
        return allowed

    def _due(self, age: timedelta) -> str:
        return (datetime.now(UTC) - age).isoformat()

    def _deliver(self, types: str) -> None:
        """Hand every event of these types to its handler, each twice, until there is none left."""
        unhandled = text("""
            SELECT * FROM outbox WHERE handled_at IS NULL AND starts_with(type, :types)
                AND available_at < now() + interval '5 minutes' -- what is held back is looked at again later
        """)
        while True:
            with self.company.world.engine.begin() as tx:
                waiting = [outbox.envelope(row) for row in tx.execute(unhandled, {"types": types}).mappings()]
            if not waiting:
                return
            for envelope in waiting:
                consumer, handler = self.handlers[envelope.type]
                for _ in range(2):
                    consumer.receive(handler, envelope.model_dump(mode="json"))


@pytest.mark.parametrize("length", ["after", pytest.param("working", marks=pytest.mark.long)])
def test_any_order_of_changes_sweeps_and_deliveries_ends_as_the_model_says(world: World, length: str) -> None:
    """Also where steps come in working time; that nobody has a calendar makes it the same."""
    company = Company(world)
    if length == "working":
        [steps] = world.execute("SELECT steps FROM policy_versions")
        with world.engine.begin() as tx:
            working = [step | {"after": None, "working": step["after"]} for step in steps[0]]
            publish(support.Company(tx), *working)
    pipeline = Pipeline(world.engine.url.render_as_string(hide_password=False))

    class Here(FollowUps):
        def __init__(self) -> None:
            super().__init__(company, pipeline)

    run = settings(
        max_examples=EXAMPLES // 2,
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
