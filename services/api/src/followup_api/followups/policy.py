"""The policy that a follow-up is on and why, and the step that comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable, load_clocks
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.db.tables import escalation_states, policy_versions
from followup_common.policy import BeyondHorizon, Policy, holds_of
from followup_common.policy.clock import ahead
from followup_common.policy.conditions import Conditions
from sqlalchemy import func, select

from followup_api.followups.detail_schemas import FollowUpPolicy, NextStep
from followup_api.policies.words import why
from followup_api.rows import Record

Ahead = tuple[datetime, int, int]
"""When a step or a repeat comes, its number, and that of the repeat."""
es, v = escalation_states.c, policy_versions.c
STATE = select(
    *(v.policy_id, v.policy, v.version, v.conditions, es.policy_version_id.label("version_id")),
    *(es.is_open, es.assignee_id, es.anchor_at, es.step, es.repeat, es.already_told, es.unplaced),
    *(es.run, es.holds),
    func.now().label("now"),
).join(escalation_states, es.policy_version_id == v.id)


def policy_and_next_step(tx: Transaction, follow_up_id: int) -> Mapping[str, Any]:
    """The fields of a `FollowUpDetail` that come from the policy of its run; the follow-up is there."""
    row = tx.execute(STATE.where(es.follow_up_id == follow_up_id)).one()
    reason = why(tx, Conditions.model_validate(row.conditions))
    return {
        "policy": FollowUpPolicy(id=row.policy_id, name=row.policy, version=row.version, why=reason),
        "next_step": _next_step(tx, row) if row.is_open else None,
    }


def _next_step(tx: Transaction, row: Record) -> NextStep | None:
    """What comes next, as the escalator will place it; None after the last step, and where nobody knows."""
    policy = load_policies(tx, [row.version_id]).get(row.version_id)
    if policy is None or isinstance(policy, PolicyUnreadable):
        return None
    try:
        calendar = load_clocks(tx, [policy], [row.assignee_id]).of(policy, row.assignee_id)
        holds = holds_of(row.holds, row.run)
        steps = ahead(policy, calendar, row.anchor_at, row.now, (row.step, row.repeat), holds=holds)
        found = _to_be_told((_shown(policy, *each) for each in steps), row)
    except (BeyondHorizon, CalendarUnusable):
        return None
    waits = holds and holds.waits_until(row.now)
    return (found and waits and found.at < waits and found.model_copy(update={"at": waits})) or found


def _shown(policy: Policy, at: datetime, number: int, repeat: int) -> NextStep:
    step = policy.steps[number - 1]
    return NextStep(at=at, step=number, repeat=repeat, label=step.label, severity=step.severity)


def _to_be_told(steps: Iterator[NextStep], row: Record) -> NextStep | None:
    """The last one that has come goes out with the next sweep, else the first one that comes later; where
    people know of one as grave already, the one behind it."""
    ahead: list[NextStep] = []
    for step in steps:
        ahead = [step] if step.at <= row.now else [*ahead, step]
        if step.at > row.now and (len(ahead) > 1 or not _is_known(step, row)):
            break
    return next((step for step in ahead if step is not ahead[0] or not _is_known(step, row)), None)


def _is_known(step: NextStep, row: Record) -> bool:
    """Whether people were told of one as grave before another policy took over, no step of which has been
    reached."""
    told = row.already_told if row.unplaced else None
    return told is not None and not step.severity.is_graver_than(told)
