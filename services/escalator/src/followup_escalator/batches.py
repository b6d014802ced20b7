"""Claiming a batch: lock what is due, place it on its policy, advance it, record its escalations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.messaging import outbox
from followup_common.policy import position
from sqlalchemy import Row, text

MICROSECOND = timedelta(microseconds=1)

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
    UPDATE follow_ups f SET level = moved.level,
        next_step_at = f.due_at + moved.next_after * interval '1 microsecond'
    FROM unnest(CAST(:ids AS bigint[]), CAST(:levels AS smallint[]), CAST(:next_afters AS bigint[]))
        AS moved (id, level, next_after)
    WHERE f.id = moved.id
""")

RECORD = text("""
    INSERT INTO escalations (follow_up_id, due_version, step, policy_version_id, status, sweep_id)
    SELECT f.id, f.due_version, passed.step, f.policy_version_id,
        CASE WHEN passed.step = moved.level THEN 'raised' ELSE 'skipped' END, :sweep_id
    FROM unnest(CAST(:ids AS bigint[]), CAST(:befores AS smallint[]), CAST(:levels AS smallint[]))
            AS moved (id, before, level)
        JOIN follow_ups f ON f.id = moved.id
        CROSS JOIN generate_series(moved.before + 1, moved.level) AS passed (step)
    ON CONFLICT DO NOTHING
""")

# Those that no dead letter names already, or each of these hours would add one about the same.
UNNAMED = text("""
    SELECT a.id FROM unnest(CAST(:ids AS bigint[]), CAST(:due_versions AS integer[])) AS a (id, due_version)
    WHERE NOT EXISTS (
        SELECT FROM outbox o, jsonb_to_recordset(o.payload -> 'escalations')
            AS named (follow_up_id bigint, due_version integer)
        WHERE o.failed_at IS NOT NULL AND o.handled_at IS NULL AND o.type = :type AND o.error = :error
            AND (named.follow_up_id, named.due_version) = (a.id, a.due_version)
    )
""")

SET_ASIDE = text("""
    UPDATE follow_ups SET next_step_at = now() + interval '1 hour' WHERE id = ANY(CAST(:ids AS bigint[]))
""")


@dataclass(frozen=True, slots=True)
class Move:
    """A claimed follow-up and where it goes; `next_after` is the next step's time since due."""

    id: int
    due_version: int
    before: int
    level: int
    next_after: timedelta | None


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
    rows = tx.execute(CLAIM, {"limit": limit}).all()
    policies = load_policies(tx, {row.policy_version_id for row in rows})
    moves: list[Move] = []
    unreadable: dict[PolicyUnreadable, list[Row[Any]]] = {}
    for row in rows:
        policy = policies[row.policy_version_id]
        if isinstance(policy, PolicyUnreadable):
            unreadable.setdefault(policy, []).append(row)
            continue
        placed = position(policy, row.due_at, row.now)
        next_after = None if placed.next_step_at is None else placed.next_step_at - row.due_at
        moves.append(Move(row.id, row.due_version, row.level, placed.level, next_after))
    _advance(tx, sweep_id, moves)
    for problem, aside in unreadable.items():
        _set_aside(tx, problem, aside)
    reached = tuple(_key(move, move.level) for move in moves if move.level > move.before)
    return Batch(claimed=len(rows), escalations=reached)


def _advance(tx: Transaction, sweep_id: int, moves: Sequence[Move]) -> None:
    if not moves:
        return
    parameters = {
        "sweep_id": sweep_id,
        "ids": int_array(move.id for move in moves),
        "befores": int_array(move.before for move in moves),
        "levels": int_array(move.level for move in moves),
        "next_afters": int_array(
            None if move.next_after is None else move.next_after // MICROSECOND for move in moves
        ),
    }
    tx.execute(ADVANCE, parameters)
    tx.execute(RECORD, parameters)


def _set_aside(tx: Transaction, problem: PolicyUnreadable, rows: Sequence[Row[Any]]) -> None:
    """Follow-ups that cannot be placed must not hold up the others: one dead letter names each of them."""
    parameters = {
        "ids": int_array(row.id for row in rows),
        "due_versions": int_array(row.due_version for row in rows),
        "type": EscalationsRaised.type,
        "error": str(problem),
    }
    tx.execute(SET_ASIDE, parameters)
    unnamed = set(tx.execute(UNNAMED, parameters).scalars())
    keys = tuple(_key(row, row.level + 1) for row in rows if row.id in unnamed)
    if keys:
        stranded = EscalationsRaised(sweep_id=None, escalations=keys)
        outbox.store_failed(tx, stranded, source="followup/escalator", error=str(problem))


def _key(follow_up: Move | Row[Any], step: int) -> EscalationKey:
    return EscalationKey(follow_up_id=follow_up.id, due_version=follow_up.due_version, step=step)
