"""Claiming a batch: lock what is due, place it on its policy, advance it, record its escalations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.messaging import outbox
from followup_common.policy import Policy, position
from sqlalchemy import RowMapping, text

# The partial index on next_step_at serves it in order, so that what has waited longest goes first
# and follow-ups that wait for a later step cost nothing.
CLAIM = text("""
    SELECT id, due_version, due_at, level, policy_version_id, now() AS now
    FROM follow_ups WHERE next_step_at <= now()
    ORDER BY next_step_at LIMIT :limit
    FOR NO KEY UPDATE SKIP LOCKED
""")

# Right after a large import the planner's statistics are old: it would collect and sort all that is
# due for every batch, where the index gives the first thousand as they are.
IN_INDEX_ORDER = text("SET LOCAL enable_bitmapscan = off")

ADVANCE = text("""
    UPDATE follow_ups f SET level = moved.level, next_step_at = moved.next_step_at
    FROM unnest(CAST(:ids AS bigint[]), CAST(:levels AS smallint[]), CAST(:next_steps AS timestamptz[]))
        AS moved (id, level, next_step_at)
    WHERE f.id = moved.id
""")

RECORD = text("""
    INSERT INTO escalations (follow_up_id, due_version, step, policy_version_id, status, sweep_id)
    SELECT *, :sweep_id FROM unnest(
        CAST(:ids AS bigint[]), CAST(:due_versions AS integer[]), CAST(:steps AS smallint[]),
        CAST(:policy_version_ids AS bigint[]), CAST(:statuses AS text[]))
    ON CONFLICT DO NOTHING
""")

SET_ASIDE = text("""
    UPDATE follow_ups SET next_step_at = now() + interval '1 hour' WHERE id = ANY(CAST(:ids AS bigint[]))
""")


@dataclass(frozen=True, slots=True)
class Move:
    """A claimed follow-up and where it goes."""

    follow_up: RowMapping
    level: int
    next_step_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """How many follow-ups were claimed, and the step at which each is now to be announced."""

    claimed: int
    escalations: tuple[EscalationKey, ...]


def claim_batch(tx: Transaction, sweep_id: int, limit: int) -> Batch:
    """Advance up to `limit` due follow-ups on their policies.

    Steps that were passed since the last sweep are recorded as skipped: only the current one is
    announced.
    """
    tx.execute(IN_INDEX_ORDER)
    rows = tx.execute(CLAIM, {"limit": limit}).mappings().all()
    policies = load_policies(tx, {row["policy_version_id"] for row in rows})
    moves: list[Move] = []
    unreadable: dict[PolicyUnreadable, list[RowMapping]] = {}
    for row in rows:
        policy = policies[row["policy_version_id"]]
        if isinstance(policy, Policy):
            placed = position(policy, row["due_at"], row["now"])
            moves.append(Move(row, placed.level, placed.next_step_at))
        else:
            unreadable.setdefault(policy, []).append(row)
    _advance(tx, moves)
    _record(tx, sweep_id, moves)
    for problem, aside in unreadable.items():
        _set_aside(tx, problem, aside)
    reached = [_key(move.follow_up, move.level) for move in moves if move.level > move.follow_up["level"]]
    return Batch(claimed=len(rows), escalations=tuple(reached))


def _advance(tx: Transaction, moves: Sequence[Move]) -> None:
    if moves:
        tx.execute(
            ADVANCE,
            {
                "ids": [move.follow_up["id"] for move in moves],
                "levels": [move.level for move in moves],
                "next_steps": [move.next_step_at for move in moves],
            },
        )


def _record(tx: Transaction, sweep_id: int, moves: Sequence[Move]) -> None:
    passed = [(m, step) for m in moves for step in range(m.follow_up["level"] + 1, m.level + 1)]
    if passed:
        tx.execute(
            RECORD,
            {
                "sweep_id": sweep_id,
                "ids": [m.follow_up["id"] for m, _ in passed],
                "due_versions": [m.follow_up["due_version"] for m, _ in passed],
                "steps": [step for _, step in passed],
                "policy_version_ids": [m.follow_up["policy_version_id"] for m, _ in passed],
                "statuses": ["raised" if step == m.level else "skipped" for m, step in passed],
            },
        )


def _set_aside(tx: Transaction, problem: PolicyUnreadable, rows: Sequence[RowMapping]) -> None:
    """Follow-ups that cannot be placed must not hold up the others: a dead letter names them."""
    tx.execute(SET_ASIDE, {"ids": [row["id"] for row in rows]})
    keys = tuple(_key(row, row["level"] + 1) for row in rows)
    stranded = EscalationsRaised(sweep_id=None, escalations=keys)
    outbox.store_failed(tx, stranded, source="followup/escalator", error=str(problem))


def _key(row: RowMapping, step: int) -> EscalationKey:
    return EscalationKey(follow_up_id=row["id"], due_version=row["due_version"], step=step)
