"""The policies among which a simulation chooses: those in force, and those that are only written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from followup_common.db import Transaction
from followup_common.db.policies import load_policies
from followup_common.db.tables import policies, policy_versions
from followup_common.policy import Policy
from followup_common.policy.conditions import Conditions
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from followup_api.policies.schemas import PolicyInput

v, p = policy_versions.c, policies.c


@dataclass(frozen=True, eq=False)
class Candidate:
    """A policy among which is chosen: one that is in force, or one that is only written."""

    name: str
    conditions: Conditions
    policy: Policy
    policy_id: int | None = None
    version_id: int | None = None

    @classmethod
    def of(cls, written: PolicyInput, policy_id: int | None = None) -> Candidate:
        """What is written, as if it were published."""
        policy = Policy(steps=tuple(written.steps), calendar_id=written.calendar_id, holds=written.holds)
        return cls(written.name, written.conditions, policy, policy_id)


def in_force(tx: Transaction) -> list[Candidate]:
    """The newest version of each policy in use, in their order."""
    newest = (
        select(v.id, v.policy_id, v.policy.label("name"), v.conditions, p.position)
        .join(policies, p.id == v.policy_id)
        .where(p.archived_at.is_(None))
        .ext(distinct_on(v.policy_id))
        .order_by(v.policy_id, v.version.desc())
    )
    rows = sorted(tx.execute(newest).all(), key=lambda row: row.position)
    known = load_policies(tx, [row.id for row in rows])
    return [
        Candidate(row.name, Conditions.model_validate(row.conditions), policy, row.policy_id, row.id)
        for row in rows
        if isinstance(policy := known[row.id], Policy)
    ]


def with_draft(candidates: Sequence[Candidate], written: Candidate) -> list[Candidate]:
    """The policies in force as they would be with one more, or with another version of one."""
    if any(each.policy_id == written.policy_id is not None for each in candidates):
        return [written if each.policy_id == written.policy_id else each for each in candidates]
    return [*candidates[:-1], written, candidates[-1]]
