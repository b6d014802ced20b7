"""Acknowledging, snoozing and waiting: who may, how far, what it holds, and who is told when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from followup_common.contracts import EscalationKey, EscalationsRaised, OutboxTick
from followup_escalator.housekeeping import END_HOLDS
from httpx import Response
from sqlalchemy import text

from tests.support import company as support
from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import Person, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
REASON = "They decide on Thursday."
OVERDUE, ESCALATED, BREACH = 1, 2, 3
WAIT_OVER, SNOOZE_OVER, TIME_OVER = -1, -2, -3


def moment(after: timedelta) -> str:
    return (datetime.now(UTC) + after).isoformat()


@dataclass
class Holding:
    """A follow-up of Amir's that is held, under the standard policy: 0, 48 and 96 hours."""

    company: Company
    pipeline: Pipeline
    id: int

    def ask(self, who: Person, verb: str, **body: Any) -> Response:
        return self.company.ask(who, "POST", f"/follow-ups/{self.id}/{verb}", json=body or None)

    def wait(self, after: timedelta, who: Person | None = None) -> Response:
        return self.ask(who or self.company.amir, "wait", until=moment(after), reason=REASON)

    def snooze(self, after: timedelta, who: Person | None = None, **more: Any) -> Response:
        return self.ask(who or self.company.amir, "snooze", until=moment(after), **more)

    def end(self, who: Person, hold_id: int) -> Response:
        return self.company.ask(who, "DELETE", f"/follow-ups/{self.id}/holds/{hold_id}")

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self.company.get(self.company.ada, f"/follow-ups/{self.id}")
        return found

    def told(self) -> list[tuple[int, str]]:
        """Each notification: of which step, and whom it told; in the order of time."""
        names = {getattr(self.company, name).id: name for name in ("ada", "dana", "mia", "amir", "otto")}
        rows = self.company.world.execute(
            "SELECT step, user_id FROM notifications WHERE follow_up_id = :id AND step <> 0 ORDER BY id",
            id=self.id,
        )
        return sorted((step, names[user_id]) for step, user_id in rows)

    def sweep(self) -> None:
        """End what is over, then escalate what is due, and tell: a sweep skips what is locked."""
        self.look_after()
        self.pipeline.request_sweep()
        self.pipeline.work()

    def look_after(self) -> None:
        """End what is over."""
        self.pipeline.tick(OutboxTick())
        self.pipeline.work()

    def pass_on(self, *times: timedelta) -> None:
        """Let time pass, and sweep after each."""
        for time in times:
            with self.company.world.engine.begin() as tx:
                support.Company(tx).let_pass(time)
            self.sweep()


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


@pytest.fixture
def held(company: Company, pipeline: Pipeline) -> Holding:
    """An hour overdue; Amir has been told."""
    number: int = company.create(company.amir, due_at=moment(-HOUR))["id"]
    holding = Holding(company, pipeline, number)
    holding.sweep()
    assert holding.told() == [(OVERDUE, "amir")]
    return holding


def test_while_it_waits_the_clock_stands_and_then_it_goes_on(held: Holding) -> None:
    answer = held.wait(3 * DAY)
    assert answer.status_code == 200, answer.text
    assert answer.json()["waiting_until"] == answer.json()["next_step_at"]
    [hold] = answer.json()["holds"]
    assert (hold["kind"], hold["user"]["name"]) == ("wait", "Amir Patel")
    held.pass_on(50 * HOUR)  # 51 h overdue: without the wait the manager is told
    assert held.told() == [(OVERDUE, "amir")]
    held.pass_on(24 * HOUR)  # the wait has been over for two hours, 3 h count
    assert held.told() == [(WAIT_OVER, "amir"), (WAIT_OVER, "mia"), (OVERDUE, "amir")]
    assert held.read()["waiting_until"] is None
    held.pass_on(44 * HOUR)  # 47 h count
    assert (ESCALATED, "mia") not in held.told()
    held.pass_on(2 * HOUR)
    assert {(ESCALATED, "mia"), (ESCALATED, "amir")} < set(held.told())


def test_the_end_of_a_wait_is_told_once_whatever_is_sent_again(held: Holding) -> None:
    held.wait(HOUR)
    held.pass_on(2 * HOUR)
    told = held.told()
    assert told.count((WAIT_OVER, "mia")) == 1
    held.company.world.execute("UPDATE outbox SET handled_at = NULL, available_at = now()")
    held.pass_on(HOUR, HOUR)
    assert held.told() == told


def test_what_was_held_by_a_clock_that_was_ahead_ends(held: Holding) -> None:
    """Set back, it would wait for a time that the clock gave meanwhile."""
    held.wait(HOUR)
    held.company.world.execute(
        "UPDATE holds SET starts_at = starts_at + interval '40 days', until = until + interval '40 days'"
    )
    assert held.read()["waiting_until"] is not None
    held.look_after()
    assert held.read()["waiting_until"] is None
    held.sweep()
    assert held.told() == [(WAIT_OVER, "amir"), (WAIT_OVER, "mia"), (OVERDUE, "amir")]
    held.pass_on(48 * HOUR)
    assert (ESCALATED, "mia") in held.told()


def test_what_ended_by_a_clock_that_was_ahead_does_not_wait_for_that_time_again(held: Holding) -> None:
    held.wait(HOUR)
    for change in (
        "UPDATE holds SET starts_at = starts_at + interval '40 days', until = until + interval '40 days'",
        "UPDATE holds SET ended_at = until, end_reason = 'time'",
    ):
        held.company.world.execute(change)
    held.look_after()
    held.sweep()
    assert held.told() == [(OVERDUE, "amir")]
    held.pass_on(48 * HOUR)
    assert (ESCALATED, "mia") in held.told()


def test_what_began_by_a_clock_that_was_ahead_is_left_alone_once_it_has_ended(held: Holding) -> None:
    """Or a sweep beside each tick, until that time has come, would pass over what the tick holds."""
    held.wait(HOUR)
    held.company.world.execute(
        "UPDATE holds SET starts_at = starts_at + interval '40 days', until = until + interval '40 days'"
    )
    held.look_after()
    take = text("SELECT follow_up_id FROM escalation_states FOR NO KEY UPDATE SKIP LOCKED")
    with held.pipeline.databases["escalator"].transaction() as tick:
        assert tick.execute(END_HOLDS, {"limit": 10}).all() == []
        with held.pipeline.databases["escalator"].transaction() as sweep:
            assert sweep.execute(take).scalars().all() == [held.id]


def test_an_acknowledgement_whose_answer_was_lost_may_be_sent_again(held: Holding) -> None:
    path, headers = f"/follow-ups/{held.id}/acknowledge", {"Idempotency-Key": "mine"}
    first, again = (held.company.ask(held.company.amir, "POST", path, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")


@pytest.mark.parametrize("kind", ["wait", "acknowledge"])
def test_what_a_clock_that_was_ahead_has_ended_goes_on(held: Holding, kind: str) -> None:
    """Else nobody could end what its state is still held by."""
    assert (held.wait(8 * HOUR) if kind == "wait" else held.ask(held.company.amir, kind)).is_success
    ended = "UPDATE holds SET ended_at = until, end_reason = 'time'"
    held.company.world.execute(ended)
    held.look_after()
    body = {"assignee_id": held.company.mia.id}
    held.company.ask(held.company.mia, "PATCH", f"/follow-ups/{held.id}", json=body)
    assert held.company.world.execute("SELECT end_reason FROM holds") == [("reassigned",)]
    held.company.world.execute(ended)
    held.look_after()
    assert held.company.world.execute("SELECT end_reason FROM holds") == [("time",)]  # it was another's
    assert held.read()["holds"] == []


def test_a_raised_step_that_a_wait_overtakes_is_told_when_it_ends(held: Holding) -> None:
    """What is queued looks again before it tells; nothing of it is lost."""
    with held.company.world.engine.begin() as tx:
        support.Company(tx).let_pass(96 * HOUR)
    held.pipeline.request_sweep()
    held.pipeline.escalator_only()  # the step is taken, and nobody told
    assert held.read()["level"] == BREACH
    hold = held.wait(2 * HOUR).json()["holds"][0]
    held.pipeline.make_due()
    held.sweep()
    held.sweep()
    assert held.told() == [(OVERDUE, "amir")]
    assert held.end(held.company.mia, hold["id"]).status_code == 200
    held.sweep()
    assert held.told() == [(OVERDUE, "amir"), (BREACH, "ada")]


@pytest.mark.parametrize("change", ["complete", "reassign", "reschedule"])
def test_a_wait_ends_with_what_makes_it_pointless(held: Holding, change: str) -> None:
    held.wait(2 * HOUR)
    if change == "complete":
        held.ask(held.company.amir, "complete")
    else:
        body = {"assignee_id": held.company.mia.id} if change == "reassign" else {"due_at": moment(-HOUR)}
        answer = held.company.ask(held.company.mia, "PATCH", f"/follow-ups/{held.id}", json=body)
        assert answer.status_code == 200, answer.text
    assert (held.read()["waiting_until"], held.read()["holds"]) == (None, [])
    held.pass_on(3 * HOUR)
    assert not [step for step, _ in held.told() if step < 0]


def test_a_wait_that_is_over_is_not_ended_again_by_a_change_that_began_before(held: Holding) -> None:
    """A change that met locks goes by a time at which it still waited."""
    held.wait(2 * HOUR)
    engine = held.company.world.engine
    with engine.connect() as changing:
        changing.execute(text("SELECT now()"))
        for statement in ("UPDATE holds SET until = clock_timestamp()", "SELECT holds_end_by_time(9)"):
            held.company.world.execute(statement)
        changing.execute(text("UPDATE follow_ups SET assignee_id = :id"), {"id": held.company.mia.id})
        changing.commit()
    [hold] = held.company.world.execute("SELECT end_reason, ended_at = until AS in_time FROM holds")
    assert tuple(hold) == ("time", True)
    [state] = held.company.world.execute(
        "SELECT (s.holds #>> '{pauses,0,1}')::timestamptz = h.until AS whole, wake_at <= now() AS looked_at "
        "FROM escalation_states s JOIN holds h USING (follow_up_id)"
    )
    assert tuple(state) == (True, True)


def test_an_undo_takes_a_wait_back_and_brings_back_what_a_change_ended(held: Holding) -> None:
    before = held.read()
    waiting = held.wait(DAY).json()
    assert waiting["etag"] != before["etag"]
    undone = held.ask(held.company.amir, "undo")
    assert undone.status_code == 200, undone.text
    assert undone.json()["holds"] == []
    assert undone.json()["etag"] not in (waiting["etag"], before["etag"])
    held.wait(DAY)
    held.ask(held.company.amir, "complete")
    assert held.read()["holds"] == []
    assert held.ask(held.company.amir, "undo").status_code == 200
    assert held.read()["waiting_until"] is not None
    held.pass_on(25 * HOUR)
    assert {(WAIT_OVER, "amir"), (WAIT_OVER, "mia")} < set(held.told())


def test_a_deleted_one_comes_back_as_it_waited(held: Holding) -> None:
    until = held.wait(DAY).json()["waiting_until"]
    path = f"/follow-ups/{held.id}"
    assert held.company.ask(held.company.ada, "DELETE", path).status_code == 204
    held.sweep()
    restored = held.company.ask(held.company.ada, "POST", f"{path}/restore")
    assert restored.json()["waiting_until"] == until
    held.pass_on(25 * HOUR)
    assert (WAIT_OVER, "mia") in held.told()


def test_an_acknowledged_step_holds_the_next_one_for_a_time(held: Holding) -> None:
    held.pass_on(46 * HOUR)  # 47 h
    answer = held.ask(held.company.amir, "acknowledge")
    assert answer.status_code == 200, answer.text
    assert answer.json()["acknowledged_by"]["name"] == "Amir Patel"
    held.pass_on(4 * HOUR)  # 51 h: held for another four
    assert held.told() == [(OVERDUE, "amir")]
    held.pass_on(5 * HOUR)
    assert held.told() == [
        *[(TIME_OVER, "amir"), (OVERDUE, "amir")],
        *[(ESCALATED, "amir"), (ESCALATED, "mia")],
    ]


def test_a_managers_acknowledgement_holds_what_is_above(held: Holding) -> None:
    held.pass_on(48 * HOUR)
    assert held.ask(held.company.mia, "acknowledge").status_code == 200
    held.pass_on(42 * HOUR)  # 91 h
    assert held.ask(held.company.mia, "acknowledge").status_code == 200
    held.pass_on(6 * HOUR)  # 97 h: held until 99 h
    assert (BREACH, "ada") not in held.told()
    held.pass_on(3 * HOUR)
    assert (BREACH, "ada") in held.told()


def test_a_raised_step_is_held_by_an_acknowledgement_of_the_one_before(held: Holding) -> None:
    with held.company.world.engine.begin() as tx:
        support.Company(tx).let_pass(48 * HOUR)
    held.pipeline.request_sweep()
    held.pipeline.escalator_only()
    assert held.ask(held.company.amir, "acknowledge").status_code == 200
    held.pipeline.make_due()
    held.sweep()
    held.sweep()
    assert held.told() == [(OVERDUE, "amir")]
    held.pass_on(9 * HOUR)
    held.sweep()
    assert (ESCALATED, "mia") in held.told()


def test_only_who_was_told_can_have_it(held: Holding) -> None:
    answer = held.ask(held.company.mia, "acknowledge")
    assert (answer.status_code, "You have not been told" in answer.json()["detail"]) == (409, True)
    ahead = Holding(
        held.company, held.pipeline, held.company.create(held.company.amir, due_at=moment(DAY))["id"]
    )
    assert "nothing to acknowledge" in ahead.ask(held.company.amir, "acknowledge").json()["detail"]
    assert held.ask(held.company.otto, "acknowledge").status_code == 404


def test_a_snooze_silences_its_person_until_its_time_and_a_later_step_tells_them(held: Holding) -> None:
    assert held.snooze(24 * HOUR).json()["snoozed"] == 1
    held.pass_on(25 * HOUR)
    assert held.told() == [(SNOOZE_OVER, "amir"), (OVERDUE, "amir")]
    assert held.snooze(60 * HOUR, reason=REASON).json()["snoozed"] == 2
    held.pass_on(30 * HOUR)  # 56 h: the step to his manager tells him, too
    assert {(ESCALATED, "mia"), (ESCALATED, "amir")} < set(held.told())
    assert held.read()["holds"] == []
    held.pass_on(35 * HOUR)
    assert held.told().count((SNOOZE_OVER, "amir")) == 1


def test_what_comes_again_of_a_step_does_not_end_a_snooze_of_it(held: Holding) -> None:
    """Its time is over, and nobody has noticed yet: the end of it is told all the same."""
    held.snooze(24 * HOUR)
    with held.company.world.engine.begin() as tx:
        support.Company(tx).let_pass(25 * HOUR)
    key = EscalationKey(follow_up_id=held.id, run=1, step=OVERDUE)
    held.pipeline.publish(held.pipeline.emit(EscalationsRaised.of(None, [key])))
    held.pipeline.work()
    assert held.told() == [(OVERDUE, "amir")]
    held.look_after()
    assert held.told() == [(SNOOZE_OVER, "amir"), (OVERDUE, "amir")]


def test_a_snooze_silences_repeats_of_the_step_for_its_person_alone(held: Holding) -> None:
    company = held.company
    repeat = {"every": {"after": "PT1H"}, "times": 10}
    step = {"audience": ["assignee", "manager"], "label": "overdue", "severity": "overdue"}
    policy = company.policy(steps=[{**step, "after": "PT0S", "repeat": repeat}])
    company.ask(company.ada, "POST", f"/policies/{policy['id']}/publish", json={})
    held.id = company.create(company.amir, due_at=moment(-HOUR / 2), kind="call")["id"]
    held.sweep()
    assert held.snooze(90 * HOUR / 60).status_code == 200
    held.pass_on(HOUR)
    assert held.told() == [(OVERDUE, "amir"), (OVERDUE, "mia"), (OVERDUE, "mia")]
    held.pass_on(HOUR)
    assert held.told().count((OVERDUE, "amir")) + held.told().count((SNOOZE_OVER, "amir")) >= 2


def test_a_snooze_changes_nothing_of_when_it_is_looked_at_next(held: Holding) -> None:
    before = held.read()["next_step_at"]
    assert before
    for _ in range(2):
        assert held.snooze(DAY, reason=REASON).json()["next_step_at"] == before


def test_anothers_acknowledgement_ends_a_snooze(held: Holding) -> None:
    held.pass_on(48 * HOUR)
    assert held.snooze(DAY).json()["holds"]
    left = held.ask(held.company.mia, "acknowledge").json()["holds"]
    assert [(hold["kind"], hold["user"]["name"]) for hold in left] == [("acknowledge", "Mia Middle")]


def test_limits_name_the_field_and_what_to_do(held: Holding) -> None:
    amir = held.company.amir
    cases: list[tuple[Response, int, str]] = [
        (held.snooze(-HOUR), 422, "until"),
        (held.snooze(6 * DAY), 422, "until"),
        (held.ask(amir, "snooze"), 422, ""),
        (held.ask(amir, "snooze", preset="tomorrow", until=moment(DAY)), 422, ""),
        (held.ask(amir, "wait", until=moment(DAY)), 422, "reason"),
        (held.wait(11 * DAY), 422, "until"),
        (held.snooze(HOUR), 200, ""),
        (held.snooze(2 * HOUR), 422, "reason"),
        (held.snooze(2 * HOUR, reason=REASON), 200, ""),
        (held.snooze(3 * HOUR, reason=REASON), 200, ""),
        (held.snooze(4 * HOUR, reason=REASON), 409, ""),
        (held.wait(DAY), 200, ""),
        (held.wait(2 * DAY), 200, ""),
        (held.wait(3 * DAY), 409, ""),
    ]
    for number, (answer, status, field) in enumerate(cases):
        assert answer.status_code == status, (number, answer.text)
        if field:
            assert answer.json()["errors"][0]["field"] == field, (number, answer.text)
    held.ask(amir, "complete")
    assert held.wait(DAY).status_code == 409


def test_limits_are_those_of_the_policy(held: Holding) -> None:
    company = held.company
    rules = {"snoozes": 0, "wait_days": 1, "acknowledge": {"after": "PT1H"}}
    policy = company.policy(holds=rules)
    assert policy["draft"]["holds"] == rules
    published = company.ask(company.ada, "POST", f"/policies/{policy['id']}/publish", json={})
    assert published.json()["current"]["holds"] == rules
    held.id = company.create(company.amir, due_at=moment(-HOUR), kind="call")["id"]
    held.sweep()
    assert (held.snooze(HOUR).status_code, held.wait(2 * DAY).status_code) == (409, 422)
    until = datetime.fromisoformat(held.ask(company.amir, "acknowledge").json()["holds"][0]["until"])
    assert until - datetime.now(UTC) < HOUR


def test_a_snooze_ends_when_their_hours_begin(held: Holding) -> None:
    office = held.company.calendar(
        hours=[{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "09:00", "closes": "10:00"}]
    )
    held.company.ask(
        held.company.ada, "PATCH", f"/users/{held.company.amir.id}", json={"calendar_id": office["id"]}
    )
    at_night = datetime.now(UTC).replace(hour=21, minute=0, second=0, microsecond=0) + DAY
    answer = held.ask(held.company.amir, "snooze", until=at_night.isoformat())
    until = datetime.fromisoformat(answer.json()["holds"][0]["until"])
    assert until - at_night in (10 * HOUR, 11 * HOUR)


def test_who_may_end_what(held: Holding) -> None:
    company = held.company
    snoozed = held.snooze(HOUR).json()["holds"][0]["id"]
    assert held.end(company.mia, snoozed).status_code == 409
    assert held.end(company.otto, snoozed).status_code == 404
    assert held.end(company.amir, 999_999).status_code == 404
    assert [held.end(company.amir, snoozed).status_code for _ in range(2)] == [200, 200]
    waiting = held.wait(HOUR, company.mia).json()["holds"][0]["id"]
    assert held.end(company.amir, waiting).json()["holds"] == []
    assert company.activities(held.id)[-2:] == ["waiting", "resumed"]


def test_the_same_again_changes_nothing(held: Holding) -> None:
    until = moment(DAY)
    first, again = (held.ask(held.company.amir, "wait", until=until, reason=REASON).json() for _ in range(2))
    assert first["etag"] == again["etag"]
    first, again = (held.ask(held.company.amir, "acknowledge").json() for _ in range(2))
    assert first["etag"] == again["etag"]


def test_if_match_is_heeded(held: Holding) -> None:
    path = f"/follow-ups/{held.id}/wait"
    body = {"until": moment(DAY), "reason": REASON}
    stale = {"If-Match": '"1-00000000"'}
    answer = held.company.ask(held.company.amir, "POST", path, json=body, headers=stale)
    assert answer.status_code == 412


def test_lists_filters_history_and_inboxes_say_it(held: Holding) -> None:
    company = held.company
    other = company.create(company.amir, due_at=moment(DAY))["id"]
    held.ask(company.amir, "acknowledge")
    held.snooze(HOUR)
    held.wait(HOUR)
    for by in ("waiting", "snoozed", "acknowledged"):
        found = company.get(company.mia, "/follow-ups", held=by)["items"]
        assert [entry["id"] for entry in found] == [held.id], by
    assert {entry["id"] for entry in company.get(company.mia, "/follow-ups")["items"]} == {held.id, other}
    held.pass_on(2 * HOUR)
    assert company.get(company.mia, "/follow-ups", held="waiting")["items"] == []
    said = [
        entry["summary"] for entry in company.get(company.amir, f"/follow-ups/{held.id}/activities")["items"]
    ]
    assert any("Amir Patel lets it wait until" in each and REASON in each for each in said)
    assert any("Amir Patel has it until" in each for each in said)
    assert any("The system told Amir Patel and Mia Middle that the wait since" in each for each in said)
    inbox = company.get(company.mia, "/notifications")["items"]
    assert (inbox[0]["kind"], inbox[0]["message"]) == ("hold", "The wait of Call Acme is over")
    assert inbox[0]["why"]["text"] == "You manage Amir Patel."


def test_nobody_is_told_who_is_inactive_or_of_what_is_done(held: Holding) -> None:
    held.snooze(HOUR)
    held.wait(HOUR)
    held.company.world.execute("UPDATE users SET active = false WHERE id = :id", id=held.company.amir.id)
    held.pass_on(2 * HOUR)
    assert [each for each in held.told() if each[0] < 0] == [(WAIT_OVER, "mia")]


def test_times_by_name_keep_within_what_the_policy_allows(held: Holding) -> None:
    def offered(hold: str, who: Person) -> set[str]:
        query = {"hold": hold, "follow_up_id": held.id}
        return {each["preset"] for each in held.company.get(who, "/follow-ups/presets", **query)["items"]}

    amir = held.company.amir
    assert "in_a_month" in {each["preset"] for each in held.company.get(amir, "/follow-ups/presets")["items"]}
    for hold in ("wait", "snooze"):
        names = offered(hold, amir)
        assert "tomorrow" in names
        assert "in_a_month" not in names  # they are 10 and 5 working days at most
        refused = held.ask(amir, hold, preset="in_a_month", reason=REASON)
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["field"]) == (422, "until")
        assert error["message"].startswith("That is too far ahead")
    for name in offered("wait", amir):
        assert held.ask(amir, "wait", preset=name, reason=REASON).status_code in (200, 409)
    path = "/follow-ups/presets"
    unseen = {"hold": "wait", "follow_up_id": held.id}
    assert held.company.ask(held.company.otto, "GET", path, params=unseen).status_code == 404
    assert held.company.ask(amir, "GET", path, params={"hold": "wait"}).status_code == 422


def test_of_many_times_by_name_are_those_that_each_of_them_allows(held: Holding) -> None:
    company, amir = held.company, held.company.amir
    held.snooze(3 * DAY)
    held.pass_on(3 * DAY + HOUR)  # of five days three are gone
    other = company.create(amir, due_at=moment(DAY))["id"]

    def of_one(follow_up: int, hold: str) -> list[str]:
        query = {"hold": hold, "follow_up_id": follow_up}
        return [each["preset"] for each in company.get(amir, "/follow-ups/presets", **query)["items"]]

    def of_many(hold: str, who: Person = amir, **which: Any) -> tuple[list[str], int]:
        found = company.ask(who, "POST", "/follow-ups/presets", json={"hold": hold, **which}).json()
        return [each["preset"] for each in found["items"]], found["refused"]

    assert "in_3_working_days" in of_one(other, "snooze")
    assert "in_3_working_days" not in of_one(held.id, "snooze")
    assert of_many("snooze", ids=[held.id, other]) == (of_one(held.id, "snooze"), 0)
    for _ in range(2):
        [hold] = held.wait(HOUR).json()["holds"]
        held.end(amir, hold["id"])
    assert of_one(held.id, "wait") == []  # it has waited twice
    assert of_many("wait", ids=[held.id]) == ([], 1)
    assert of_many("wait", ids=[held.id, other]) == (of_one(other, "wait"), 1)
    later = {"view": "upcoming", "expected": 1, "as_of": moment(HOUR)}
    assert of_many("wait", filter=later) == (of_one(other, "wait"), 0)
    assert of_many("wait", company.otto, ids=[held.id, other]) == ([], 0)
    company.ask(amir, "POST", f"/follow-ups/{held.id}/complete")
    assert of_many("wait", ids=[held.id, other]) == (of_one(other, "wait"), 0)
    for wrong in ({}, {"ids": [other], "filter": later}):
        answer = company.ask(amir, "POST", "/follow-ups/presets", json={"hold": "wait", **wrong})
        assert answer.status_code == 422
