"""Promise 3: once a complete, reschedule, reassign or delete has committed, the old state is not announced.

What happens between claim and notification is in test_rules_of_escalation.py; here the two race.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from followup_common.contracts import EscalationsRaised
from followup_common.messaging.handlers import Emitted
from followup_escalator.batches import claim_batch
from followup_notifier.escalations import write_inbox
from followup_notifier.settings import NotifierSettings
from sqlalchemy import text

from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)

CHANGES = {
    "complete": "UPDATE follow_ups SET completed_at = now()",
    "reschedule": "UPDATE follow_ups SET due_at = now() + interval '1 day'",
    "delete": "DELETE FROM follow_ups",
}


def claimed(pipeline: Pipeline) -> EscalationsRaised:
    with pipeline.company() as company:
        company.follow_up(company.person("Eve"), overdue=HOUR)
        return claim_batch(company.tx, 1, 10).raised(None)


@pytest.fixture
def notifier_settings(monkeypatch: pytest.MonkeyPatch) -> NotifierSettings:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("FOLLOWUP_BROKER_URL", "amqp://unused")
    return NotifierSettings()


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_about_to_commit_is_waited_for_and_wins(
    pipeline: Pipeline, notifier_settings: NotifierSettings, change: str
) -> None:
    event = claimed(pipeline)
    emitted: list[Emitted] = []

    def notify() -> None:
        with pipeline.databases["notifier"].transaction() as tx:
            emitted.extend(write_inbox(event, tx, notifier_settings))

    with pipeline.owner.transaction() as tx:
        tx.execute(text(CHANGES[change]))
        notifier = threading.Thread(target=notify)
        notifier.start()
        eventually(pipeline.somebody_waits, what="the notifier waits for the change")
    notifier.join(60)
    assert emitted
    with pipeline.company() as company:
        assert company.count("notifications") == company.count("activities") == 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_waits_until_the_notifications_of_the_old_state_are_committed(
    pipeline: Pipeline, notifier_settings: NotifierSettings, change: str
) -> None:
    """So that after its commit none can follow."""
    event = claimed(pipeline)

    def apply() -> None:
        with pipeline.owner.transaction() as tx:
            tx.execute(text(CHANGES[change]))

    with pipeline.databases["notifier"].transaction() as tx:
        list(write_inbox(event, tx, notifier_settings))
        person = threading.Thread(target=apply)
        person.start()
        eventually(pipeline.somebody_waits, what="the change waits for the notifier")
    person.join(60)
    with pipeline.company() as company:
        assert company.count("notifications") == (0 if change == "delete" else 1)


def test_a_step_that_was_claimed_for_an_undone_state_is_not_announced(
    pipeline: Pipeline, notifier_settings: NotifierSettings
) -> None:
    """What was stopped by an undo stays stopped: its run never comes back."""
    with pipeline.company() as company:
        eve = company.person("Eve")
        call = company.follow_up(eve, overdue=-HOUR)
    with pipeline.company() as company:
        company.tx.execute(text("SELECT set_config('followup.undo_by', :id, true)"), {"id": str(eve)})
        company.set(call, due_at=company.get(call)["now"] - HOUR)
    with pipeline.company() as company:
        event = claim_batch(company.tx, 1, 10).raised(None)
    with pipeline.company() as company:
        statement = text("SELECT outcome FROM follow_ups_undo(ARRAY[CAST(:id AS bigint)], :eve)")
        assert company.tx.execute(statement, {"id": call, "eve": eve}).scalar() == "undone"
        company.set(call, due_at=company.get(call)["now"] - HOUR)
    with pipeline.databases["notifier"].transaction() as tx:
        list(write_inbox(event, tx, notifier_settings))
    with pipeline.company() as company:
        assert company.count("notifications") == company.count("activities") == 0
