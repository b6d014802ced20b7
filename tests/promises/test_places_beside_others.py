"""What places open follow-ups again, beside a sweep, a notifier, a person or another move that goes on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from followup_common.contracts import CalendarsChanged, PoliciesPublished
from followup_common.db import Transaction
from followup_common.messaging import outbox
from followup_common.messaging.outbox import Later
from followup_escalator import replacing
from followup_escalator.batches import claim_batch
from followup_escalator.replacing import move_open, place_again
from followup_escalator.settings import EscalatorSettings
from followup_notifier.escalations import write_inbox
from followup_notifier.settings import NotifierSettings
from sqlalchemy import text

from tests.support.pipeline import Pipeline
from tests.support.policies import STEP, give, open_for, publish
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)
WORKING = {**STEP, "after": None, "working": "PT4H"}
LATER_STEP = STEP | {"after": "PT30H"}


class Beside:
    """A service that handles something in a transaction of its own, and waits for what the test holds.

    Args:
        pipeline: where it works.
        service: whose rights it has.
        handle: what it does.
    """

    def __init__(self, pipeline: Pipeline, service: str, handle: Callable[[Transaction], Any]) -> None:
        self._failures: list[BaseException] = []
        self._pipeline = pipeline

        def work() -> None:
            try:
                with pipeline.databases[service].transaction() as tx:
                    handle(tx)
            except BaseException as failure:  # noqa: BLE001 - raised again in the test's own thread
                self._failures.append(failure)

        self._thread = threading.Thread(target=work)
        self._thread.start()
        eventually(pipeline.somebody_waits, what="it waits for what the test holds")

    def end(self) -> None:
        """Once nothing is held any more: let it come to its end."""
        self._thread.join(60)
        assert not self._thread.is_alive()
        for failure in self._failures:
            raise failure


@pytest.fixture
def escalator(settings: EscalatorSettings) -> EscalatorSettings:
    return settings


def sweep(pipeline: Pipeline) -> None:
    """Claim what is due and announce it."""
    with pipeline.databases["escalator"].transaction() as tx:
        batch = claim_batch(tx, 1, 100)
    if batch.reached:
        with pipeline.databases["notifier"].transaction() as tx:
            list(write_inbox(batch.raised(None), tx, NotifierSettings()))


def test_a_calendar_s_change_reaches_what_a_sweep_holds_that_has_read_the_calendar_as_it_was(
    pipeline: Pipeline, escalator: EscalatorSettings
) -> None:
    """One that is due, so that it waits for nothing yet: the sweep gives it its time by the old hours."""
    with pipeline.company() as company:
        eve = company.person("Eve")
        calendar = open_for(company, office=(-HOUR, 99 * HOUR))
        give(company, eve, calendar)
        publish(company, WORKING)
        call = company.follow_up(eve, overdue=2 * HOUR)
    changed = CalendarsChanged(calendar_ids=(calendar,), user_ids=(), everybody=False)
    with pipeline.databases["escalator"].transaction() as sweeping:
        claim_batch(sweeping, 1, 100)
        with pipeline.company() as company:
            company.tx.execute(
                text("UPDATE calendar_spans SET starts_at = now() - interval '3 hours 59 minutes'")
            )
            company.tx.execute(text("UPDATE calendars SET name = name"))
        handled = Beside(pipeline, "escalator", lambda tx: list(place_again(changed, tx, escalator)))
    handled.end()
    sweep(pipeline)
    with pipeline.company() as company:
        row = company.get(call)
        [opened] = company.tx.execute(text("SELECT starts_at FROM calendar_spans")).scalars()
        assert row["wake_at"] == max(row["due_at"], opened) + 4 * HOUR


def moved_to_its_own(pipeline: Pipeline, *steps: dict[str, Any]) -> int:
    """Publish a policy for all follow-ups, before the catch-all; returns its version."""
    with pipeline.company() as company:
        company.tx.execute(
            text("""
                INSERT INTO policies (name, position)
                SELECT 'his', 0 WHERE NOT EXISTS (SELECT FROM policies WHERE name = 'his')
            """)
        )
        return int(
            company.tx.execute(
                text("""
                    INSERT INTO policy_versions (policy_id, policy, version, steps, conditions)
                    SELECT id, 'his', (SELECT count(*) + 1 FROM policy_versions WHERE policy = 'his'),
                        CAST(:steps AS jsonb), CAST(:conditions AS jsonb)
                    FROM policies WHERE name = 'his' RETURNING id
                """),
                {
                    "steps": json.dumps(steps),
                    "conditions": json.dumps({"all": [{"field": "kind", "is": "any_of", "value": ["task"]}]}),
                },
            ).scalar_one()
        )


def test_a_move_waits_for_the_notifier_and_repeats_nothing_that_it_has_told(
    pipeline: Pipeline, escalator: EscalatorSettings
) -> None:
    with pipeline.company() as company:
        eve = company.person("Eve")
        call = company.follow_up(eve, overdue=HOUR)
    with pipeline.databases["escalator"].transaction() as tx:
        raised = claim_batch(tx, 1, 100).raised(None)
    version = moved_to_its_own(pipeline, STEP, LATER_STEP)
    event = PoliciesPublished(policy_version_id=version, actor_id=None)
    with pipeline.databases["notifier"].transaction() as telling:
        list(write_inbox(raised, telling, NotifierSettings()))
        handled = Beside(pipeline, "escalator", lambda tx: list(move_open(event, tx, escalator)))
    handled.end()
    sweep(pipeline)
    with pipeline.company() as company:
        assert company.get(call)["policy_version_id"] == version
        assert company.told(call) == [(1, eve)]


def test_a_move_beside_a_sweep_is_placed_on_the_new_version(
    pipeline: Pipeline, escalator: EscalatorSettings
) -> None:
    """What the sweep raised is of a run that has ended, and tells nobody; the new run tells it."""
    with pipeline.company() as company:
        eve = company.person("Eve")
        call = company.follow_up(eve, overdue=HOUR)
    version = moved_to_its_own(pipeline, STEP, LATER_STEP)
    event = PoliciesPublished(policy_version_id=version, actor_id=None)
    with pipeline.databases["escalator"].transaction() as sweeping:
        raised = claim_batch(sweeping, 1, 100).raised(None)
        handled = Beside(pipeline, "escalator", lambda tx: list(move_open(event, tx, escalator)))
    handled.end()
    with pipeline.databases["notifier"].transaction() as tx:
        list(write_inbox(raised, tx, NotifierSettings()))
    sweep(pipeline)
    with pipeline.company() as company:
        row = company.get(call)
        assert (row["policy_version_id"], row["run"], row["step"]) == (version, 2, 1)
        assert row["wake_at"] == row["due_at"] + 30 * HOUR
        assert company.told(call) == [(1, eve)]


def test_a_move_that_waited_while_another_version_was_published_does_not_take_its_place(
    pipeline: Pipeline, escalator: EscalatorSettings
) -> None:
    with pipeline.company() as company:
        call = company.follow_up(company.person("Eve"), overdue=HOUR)
    older = PoliciesPublished(policy_version_id=moved_to_its_own(pipeline, STEP), actor_id=None)
    with pipeline.company() as company:
        company.tx.execute(text("SELECT FROM escalation_states FOR NO KEY UPDATE"))
        late = Beside(pipeline, "escalator", lambda tx: list(move_open(older, tx, escalator)))
        newest = moved_to_its_own(pipeline, STEP, LATER_STEP)
        company.tx.execute(text("SELECT policies_move_open(:version, NULL, 0, 100)"), {"version": newest})
    late.end()
    with pipeline.company() as company:
        assert company.get(call)["policy_version_id"] == newest


@pytest.mark.parametrize("change", ["due_at = now() - interval '31 hours'", "title = 'Other'"])
def test_a_move_beside_a_person_s_change_finds_what_that_has_made(
    pipeline: Pipeline, escalator: EscalatorSettings, change: str
) -> None:
    with pipeline.company() as company:
        eve = company.person("Eve")
        call = company.follow_up(eve, overdue=HOUR)
    sweep(pipeline)
    with pipeline.company() as company:
        company.tx.execute(text(f"UPDATE follow_ups SET {change}"))  # by the policy that there is
        version = moved_to_its_own(pipeline, STEP, LATER_STEP)
        event = PoliciesPublished(policy_version_id=version, actor_id=None)
        handled = Beside(pipeline, "escalator", lambda tx: list(move_open(event, tx, escalator)))
    handled.end()
    for _ in range(2):
        sweep(pipeline)
    with pipeline.company() as company:
        row = company.get(call)
        rescheduled = change.startswith("due_at")
        assert (row["policy_version_id"], row["step"]) == (version, 2 if rescheduled else 1)
        assert company.told(call) == [(1, eve)] + [(2, eve)] * rescheduled


def test_changes_that_come_together_go_one_after_another(
    pipeline: Pipeline, escalator: EscalatorSettings
) -> None:
    """Each would hold the rows that the others wait for, until they give up and are all tried again."""
    with pipeline.company() as company:
        call = company.follow_up(company.person("Eve"), overdue=HOUR)
    version = moved_to_its_own(pipeline, STEP, LATER_STEP)
    published = PoliciesPublished(policy_version_id=version, actor_id=None)
    with pipeline.company() as company:
        calendar = open_for(company, office=(-HOUR, 99 * HOUR))
        publish(company, WORKING, calendar=calendar)
    changed = CalendarsChanged(calendar_ids=(calendar,), user_ids=(), everybody=False)
    escalators = pipeline.databases["escalator"]
    with escalators.transaction() as first:
        list(move_open(published, first, escalator))
        for handle, event in ((move_open, published), (place_again, changed)):
            with escalators.transaction() as second:
                [later] = handle(event, second, escalator)  # type: ignore[arg-type]  # each its own
                assert later == Later(event, replacing.WAIT)
    with escalators.transaction() as third:
        assert not [each for each in move_open(published, third, escalator) if isinstance(each, Later)]
    with pipeline.company() as company:
        assert (company.get(call)["policy_version_id"], company.get(call)["run"]) == (version, 2)


def test_what_was_planned_while_a_policy_was_published_moves_once_it_is_there(
    pipeline: Pipeline, escalator: EscalatorSettings
) -> None:
    def handle(event: PoliciesPublished) -> list[Later]:
        with pipeline.databases["escalator"].transaction() as tx:
            return [each for each in move_open(event, tx, escalator) if isinstance(each, Later)]

    def on(call: int) -> int:
        with pipeline.company() as company:
            return int(company.get(call)["policy_version_id"])

    with pipeline.company() as company:
        eve = company.person("Eve")
        there = company.follow_up(eve, overdue=HOUR)
    with pipeline.company() as planning:
        late = planning.follow_up(eve, overdue=HOUR)
        version = moved_to_its_own(pipeline, STEP, LATER_STEP)
        published = PoliciesPublished(policy_version_id=version, actor_id=None)
        [again] = handle(published)
        assert isinstance(again.event, PoliciesPublished)
        assert on(there) == version
        assert handle(again.event) == [again]  # it waits for who is planning
    assert on(late) != version
    assert handle(again.event) == []
    assert on(late) == version


def test_a_move_leaves_to_a_newer_version_what_that_is_to_move(
    pipeline: Pipeline, escalator: EscalatorSettings
) -> None:
    with pipeline.company() as company:
        call = company.follow_up(company.person("Eve"), overdue=HOUR)
    older, newer = (
        PoliciesPublished(policy_version_id=moved_to_its_own(pipeline, *steps), actor_id=None)
        for steps in ([STEP], [STEP, LATER_STEP])
    )
    [waiting] = pipeline.emit(newer)

    def handle(event: PoliciesPublished) -> int:
        with pipeline.databases["escalator"].transaction() as tx:
            list(move_open(event, tx, escalator))
        with pipeline.company() as company:
            return int(company.get(call)["policy_version_id"])

    assert handle(older) == 1
    assert handle(newer) == newer.policy_version_id
    with pipeline.company() as company:  # one that is a dead letter moves nothing
        outbox.mark_failed(company.tx, waiting.id, "x")
        was = {"version": older.policy_version_id}
        company.tx.execute(text("UPDATE escalation_states SET policy_version_id = :version"), was)
    assert handle(older) == newer.policy_version_id
