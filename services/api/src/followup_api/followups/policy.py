"""The policy that a follow-up is on, and why."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import escalation_states, policy_versions
from followup_common.policy.conditions import Conditions
from sqlalchemy import select

from followup_api.followups.schemas import FollowUpPolicy
from followup_api.policies.words import why

es, v = escalation_states.c, policy_versions.c
VERSION = select(v.policy_id.label("id"), v.policy.label("name"), v.version, v.conditions).join(
    escalation_states, es.policy_version_id == v.id
)


def policy_of(tx: Transaction, follow_up_id: int) -> FollowUpPolicy:
    """The version of its present run; the follow-up is there."""
    row = tx.execute(VERSION.where(es.follow_up_id == follow_up_id)).one()
    reason = why(tx, Conditions.model_validate(row.conditions))
    return FollowUpPolicy(id=row.id, name=row.name, version=row.version, why=reason)
