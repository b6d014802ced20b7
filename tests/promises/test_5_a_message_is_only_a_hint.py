"""Promise 5: what PostgreSQL holds is true, whatever a message says that somebody wrote into RabbitMQ."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from followup_common.contracts import EscalationKey, EscalationsRaised
from sqlalchemy import text

from tests.support.pipeline import Pipeline

HOUR = timedelta(hours=1)
DEAD = text("SELECT type, error FROM outbox WHERE failed_at IS NOT NULL")


@pytest.mark.parametrize(
    "changed",
    [
        {"data": EscalationsRaised.of(None, [EscalationKey(follow_up_id=2, run=1, step=3)])},
        {"data": {"follow_up_ids": "junk"}},
        {"type": "followup.sweep.requested.v1", "data": {"sweep_id": 1}},
    ],
    ids=["another follow-up", "nothing that can be read", "another type"],
)
def test_a_message_under_the_id_of_a_waiting_event_says_nothing_and_stops_nothing(
    pipeline: Pipeline, changed: dict[str, Any]
) -> None:
    with pipeline.company() as company:
        company.person("Ada", role="admin")
        eve = company.person("Eve")
        late = company.follow_up(eve, overdue=HOUR)
        far_off = company.follow_up(eve, overdue=-1_000 * HOUR)
    key = EscalationKey(follow_up_id=late, run=1, step=1)
    [true] = pipeline.emit(EscalationsRaised.of(None, [key]))
    data = changed["data"]
    body = data.model_dump(mode="json") if isinstance(data, EscalationsRaised) else data
    false = true.model_copy(update={**changed, "data": body})
    pipeline.publish([false])
    pipeline.work()
    with pipeline.company() as company:
        assert company.told(far_off) == []
        assert company.told(late) == []
        [(type_, error)] = company.tx.execute(DEAD).all()
        assert type_ == "unreadable"
        assert error
    pipeline.publish([true])
    pipeline.work()
    with pipeline.company() as company:
        assert company.told(late) == [(1, eve)]
