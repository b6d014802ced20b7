"""Claiming a batch: lock what is due, place it on its policy, advance it, record its escalations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from followup_common.contracts import EscalationKey, EscalationsRaised
from followup_common.db import Transaction, clock
from followup_common.db.arrays import int_array, time_array, word_array
from followup_common.db.clocks import CalendarUnusable, Clocks, load_clocks
from followup_common.db.optimistic_insert import OptimisticInsert
from followup_common.db.plans import find_by_index
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.messaging import outbox
from followup_common.policy import (
    NOWHERE,
    BeyondHorizon,
    Policy,
    Reached,
    Severity,
    held_back,
    holds_of,
    passed,
    place,
)
from sqlalchemy import Interval, bindparam, func, select, text

# The partial index on wake_at serves it in order, so that what has waited longest goes first
# and follow-ups that wait for a later step cost nothing. As long as a transaction is open that began
# before, entries of what has moved on stay in it: each batch of a sweep begins behind the one before.
CLAIM = text("""
    SELECT follow_up_id, run, policy_version_id, step, repeat, anchor_at, wake_at, assignee_id,
        CASE WHEN unplaced THEN already_told END, holds
    FROM escalation_states WHERE wake_at >= CAST(:since AS timestamptz) AND wake_at <= now()
    ORDER BY wake_at LIMIT :limit
    FOR NO KEY UPDATE SKIP LOCKED
""")

# "id = ANY" says once more which rows are meant: without it, the planner may walk through all of them.
ADVANCE = text("""
    UPDATE escalation_states s SET step = moved.step, repeat = moved.repeat, severity = moved.severity,
        wake_at = moved.wake_at, unplaced = s.unplaced AND moved.step = 0
    FROM unnest(CAST(:ids AS bigint[]), CAST(:steps AS smallint[]), CAST(:repeats AS smallint[]),
                CAST(:severities AS text[]), CAST(:wake_ats AS timestamptz[]))
        AS moved (id, step, repeat, severity, wake_at)
    WHERE s.follow_up_id = moved.id AND s.follow_up_id = ANY(CAST(:ids AS bigint[]))
""")

RECORD = OptimisticInsert(
    """
    INSERT INTO escalations
        (follow_up_id, run, step, repeat, policy_version_id, severity, status, ended_at, sweep_id)
    SELECT passed.id, passed.run, passed.step, passed.repeat, passed.policy_version_id, passed.severity,
        passed.status, CASE WHEN passed.status = 'skipped' THEN now() END, :sweep_id
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:steps AS smallint[]),
                CAST(:repeats AS smallint[]), CAST(:policies AS bigint[]), CAST(:severities AS text[]),
                CAST(:statuses AS text[]))
        AS passed (id, run, step, repeat, policy_version_id, severity, status)
    {unless_recorded}
    """,
    unless_recorded="ON CONFLICT DO NOTHING",
)

# The step before ends where the next one is taken.
END_EARLIER = text("""
    UPDATE escalations e SET ended_at = now()
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:steps AS smallint[]),
                CAST(:repeats AS smallint[]))
        AS moved (id, run, step, repeat)
    WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[])) AND e.ended_at IS NULL
        AND (e.follow_up_id, e.run, e.step, e.repeat) = (moved.id, moved.run, moved.step, moved.repeat)
""")

# Those that no dead letter names already, or each of these hours would add one about the same.
UNNAMED = text("""
    SELECT a.id FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[])) AS a (id, run)
    WHERE NOT EXISTS (
        SELECT FROM outbox o,
            jsonb_array_elements_text(o.payload -> 'follow_up_ids') WITH ORDINALITY AS named (id, number)
        WHERE o.failed_at IS NOT NULL AND o.handled_at IS NULL AND o.type = :type AND o.error = :error
            AND named.id::bigint = a.id
            AND (o.payload -> 'runs' ->> (named.number - 1)::integer)::integer = a.run
    )
""")

# While something holds a follow-up nothing else of its state changes: it is placed when that ends.
POSTPONE = text("""
    UPDATE escalation_states s SET wake_at = held.until
    FROM unnest(CAST(:ids AS bigint[]), CAST(:untils AS timestamptz[])) AS held (id, until)
    WHERE s.follow_up_id = held.id AND s.follow_up_id = ANY(CAST(:ids AS bigint[]))
""")

ASIDE_FOR = timedelta(hours=1)
"""How long a follow-up whose policy or calendar cannot be read waits until it is looked at again."""

SET_ASIDE = text("""
    UPDATE escalation_states SET wake_at = now() + :aside_for WHERE follow_up_id = ANY(CAST(:ids AS bigint[]))
""").bindparams(bindparam("aside_for", ASIDE_FOR, Interval))

# Those that were set aside while PostgreSQL's clock was ahead wait for longer than ever meant. A dead letter
# names each of them, with the step that it did not take. One that somebody holds is woken by the next sweep.
WAKE_SET_ASIDE = text("""
    UPDATE escalation_states SET wake_at = now()
    FROM (
        SELECT s.follow_up_id
        FROM outbox o,
            jsonb_array_elements_text(o.payload -> 'follow_up_ids') WITH ORDINALITY AS named (id, number),
            escalation_states s
        WHERE o.failed_at IS NOT NULL AND o.handled_at IS NULL AND o.type = :type
            AND s.follow_up_id = named.id::bigint AND s.wake_at > now() + :aside_for
            AND s.run = (o.payload -> 'runs' ->> (named.number - 1)::integer)::integer
            AND s.step + 1 = (o.payload -> 'steps' ->> (named.number - 1)::integer)::integer
        FOR NO KEY UPDATE OF s SKIP LOCKED
    ) aside
    WHERE escalation_states.follow_up_id = aside.follow_up_id
""").bindparams(
    bindparam("aside_for", ASIDE_FOR + clock.MAY_STEP, Interval),
    bindparam("type", EscalationsRaised.type),
)

# What the notifier passed over: somebody held the follow-up, or a later step had come by the clock of then,
# and that clock was set back before a sweep took it. It is still at this step, and nobody was told.
RAISE_AGAIN = text("""
    UPDATE escalations e SET status = 'raised'
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:steps AS smallint[]),
                CAST(:repeats AS smallint[]))
        AS k (follow_up_id, run, step, repeat)
    WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[])) AND e.status = 'skipped'
        AND (e.follow_up_id, e.run, e.step, e.repeat) = (k.follow_up_id, k.run, k.step, k.repeat)
    RETURNING e.follow_up_id
""")


class Due(NamedTuple):
    """A claimed follow-up, as it is."""

    id: int
    run: int
    policy_version_id: int
    step: int
    repeat: int
    anchor_at: datetime
    wake_at: datetime
    assignee_id: int
    already_told: str | None
    """The gravest of what was told before another policy took over, until a step of that one is reached."""
    holds: Mapping[str, Any] | None
    """What holds it, as its state keeps it; with nearly all, nothing."""


class Move(NamedTuple):
    """A claimed follow-up, the step and repeat before, where it goes, and what it passes on the way."""

    id: int
    run: int
    policy_version_id: int
    before: Reached
    step: int
    repeat: int
    severity: Severity | None
    wake_at: datetime | None
    passes: Sequence[Reached]
    tells: bool
    """Whether the step that it reaches is announced: it is not where people know as much already."""

    @property
    def goes_on(self) -> bool:
        """Whether it reaches another step or repeat."""
        return (self.step, self.repeat) > self.before


@dataclass(frozen=True, slots=True)
class Batch:
    """Follow-ups that were claimed.

    Attributes:
        claimed: how many.
        reached: those that reached a step which is now to be announced.
        until: the latest time that one of them waited for; None when there was none.
    """

    claimed: int
    reached: Sequence[Move]
    until: datetime | None

    def raised(self, sweep_id: int | None) -> EscalationsRaised:
        """The event that announces what was reached, one at least."""
        return EscalationsRaised(
            sweep_id=sweep_id,
            follow_up_ids=tuple(move.id for move in self.reached),
            runs=tuple(move.run for move in self.reached),
            steps=tuple(move.step for move in self.reached),
            repeats=tuple(move.repeat for move in self.reached),
        )


def claim_batch(tx: Transaction, sweep_id: int, limit: int, since: datetime | None = None) -> Batch:
    """Advance up to `limit` due follow-ups on their policies.

    Steps that were passed since the last sweep are recorded as skipped: only the current one is
    announced.

    Args:
        tx: the transaction that holds what is claimed until its end.
        sweep_id: what to record them under.
        limit: how many at most.
        since: where the batch before this one ended: what waits for an earlier time is left to the next
            sweep. None: everything that is due.
    """
    find_by_index(tx)
    due = _claim(tx, limit, since)
    now: datetime = tx.execute(select(func.now())).scalar_one()
    policies = load_policies(tx, {follow_up.policy_version_id for follow_up in due})
    readable = {number: policy for number, policy in policies.items() if isinstance(policy, Policy)}
    clocks = _clocks(tx, due, readable)
    moves: list[Move] = []
    held: dict[int, datetime] = {}
    unplaceable: dict[str, list[Due]] = {}
    for follow_up in due:
        policy = policies[follow_up.policy_version_id]
        try:
            if follow_up.holds is not None and (until := _held(policy, clocks, follow_up, now)) is not None:
                held[follow_up.id] = until
            else:
                moves.append(_move(policy, clocks, follow_up, now))
        except (PolicyUnreadable, CalendarUnusable, BeyondHorizon) as problem:
            unplaceable.setdefault(str(problem), []).append(follow_up)
    moves.sort()
    _advance(tx, moves)
    _postpone(tx, held)
    _record(tx, sweep_id, [move for move in moves if move.goes_on], readable)
    for said, aside in unplaceable.items():
        _set_aside(tx, said, aside)
    again = _raised_again(tx, [move for move in moves if move.step and not move.goes_on])
    return Batch(
        claimed=len(due),
        reached=[move for move in moves if (move.goes_on and move.tells) or move.id in again],
        until=due[-1].wake_at if due else None,
    )


def wake_set_aside(tx: Transaction) -> None:
    """Let follow-ups be looked at again that were set aside by a clock that was ahead."""
    tx.execute(WAKE_SET_ASIDE)


def _claim(tx: Transaction, limit: int, since: datetime | None) -> list[Due]:
    rows = tx.execute(CLAIM, {"limit": limit, "since": since.isoformat() if since else "-infinity"}).all()
    return [Due._make(row) for row in rows]


def _clocks(tx: Transaction, due: Sequence[Due], policies: Mapping[int, Policy]) -> Clocks:
    """By which calendars they count; nothing is read where none counts in working time."""
    counting = {number for number, policy in policies.items() if policy.counts_working_time}
    concerned = [follow_up for follow_up in due if follow_up.policy_version_id in counting]
    versions = {follow_up.policy_version_id for follow_up in concerned}
    return load_clocks(
        tx, [policies[number] for number in versions], {follow_up.assignee_id for follow_up in concerned}
    )


def _held(
    policy: Policy | PolicyUnreadable, clocks: Clocks, follow_up: Due, now: datetime
) -> datetime | None:
    """Until when it stays as it is, because somebody holds it."""
    if isinstance(policy, PolicyUnreadable):
        raise policy
    calendar = clocks.of(policy, follow_up.assignee_id)
    reached, holds = (follow_up.step, follow_up.repeat), holds_of(follow_up.holds, follow_up.run)
    return held_back(policy, calendar, follow_up.anchor_at, now, reached, holds=holds)


def _move(policy: Policy | PolicyUnreadable, clocks: Clocks, follow_up: Due, now: datetime) -> Move:
    """Where the follow-up goes. That no step has come yet only sets the next time to look."""
    if isinstance(policy, PolicyUnreadable):
        raise policy
    id_, run, policy_version_id, before, repeat_before, anchor_at, _, assignee_id, already_told, kept = (
        follow_up
    )
    reached, calendar, holds = (before, repeat_before), clocks.of(policy, assignee_id), holds_of(kept, run)
    step, repeat, wake_at = place(policy, calendar, anchor_at, now, reached=reached, holds=holds)
    severity = policy.severity(step)
    passes = (
        passed(policy, calendar, anchor_at, now, reached=reached, holds=holds)
        if policy.repeats
        else [(number, 0) for number in range(before + 1, step + 1)]
    )
    tells = already_told is None or (severity is not None and severity.is_graver_than(already_told))
    return Move(id_, run, policy_version_id, reached, step, repeat, severity, wake_at, passes, tells)


def _advance(tx: Transaction, moves: Sequence[Move]) -> None:
    """In the order of their ids: neighbours share pages of the indexes that are written to."""
    if not moves:
        return
    ids, _, _, _, steps, repeats, severities, wake_ats, _, _ = zip(*moves, strict=True)
    moved = {"ids": int_array(ids), "steps": int_array(steps), "repeats": int_array(repeats)}
    tx.execute(ADVANCE, {**moved, "severities": word_array(severities), "wake_ats": time_array(wake_ats)})


def _postpone(tx: Transaction, held: Mapping[int, datetime]) -> None:
    if held:
        tx.execute(POSTPONE, {"ids": int_array(held), "untils": time_array(held.values())})


def _record(tx: Transaction, sweep_id: int, moves: Sequence[Move], policies: Mapping[int, Policy]) -> None:
    """Record each step and repeat that was passed, the last of them as raised, and end the one before."""
    if not moves:
        return
    found = [(move, step, repeat) for move in moves for step, repeat in move.passes]
    parameters = {
        "ids": int_array(move.id for move, _, _ in found),
        "runs": int_array(move.run for move, _, _ in found),
        "steps": int_array(step for _, step, _ in found),
        "repeats": int_array(repeat for _, _, repeat in found),
        "policies": int_array(move.policy_version_id for move, _, _ in found),
        "severities": word_array(policies[move.policy_version_id].severity(step) for move, step, _ in found),
        "statuses": word_array(_status(move, step, repeat) for move, step, repeat in found),
    }
    RECORD(tx, {**parameters, "sweep_id": sweep_id})
    earlier = [move for move in moves if move.before > NOWHERE]
    if earlier:
        ended = {
            "ids": int_array(move.id for move in earlier),
            "runs": int_array(move.run for move in earlier),
            "steps": int_array(move.before[0] for move in earlier),
            "repeats": int_array(move.before[1] for move in earlier),
        }
        tx.execute(END_EARLIER, ended)


def _status(move: Move, step: int, repeat: int) -> str:
    if (step, repeat) != (move.step, move.repeat):
        return "skipped"
    return "raised" if move.tells else "already_told"


def _raised_again(tx: Transaction, moves: Sequence[Move]) -> set[int]:
    """Those whose step was passed over, though the clock says now that no later one has come."""
    if not moves:
        return set()
    parameters = {
        "ids": int_array(move.id for move in moves),
        "runs": int_array(move.run for move in moves),
        "steps": int_array(move.step for move in moves),
        "repeats": int_array(move.repeat for move in moves),
    }
    return set(tx.execute(RAISE_AGAIN, parameters).scalars())


def _set_aside(tx: Transaction, problem: str, follow_ups: Sequence[Due]) -> None:
    """Follow-ups that cannot be placed must not hold up the others: one dead letter names each of them."""
    parameters = {
        "ids": int_array(due.id for due in follow_ups),
        "runs": int_array(due.run for due in follow_ups),
        "type": EscalationsRaised.type,
        "error": problem,
    }
    tx.execute(SET_ASIDE, parameters)
    unnamed = set(tx.execute(UNNAMED, parameters).scalars())
    if unnamed:
        keys = (
            EscalationKey(follow_up_id=due.id, run=due.run, step=due.step + 1)
            for due in follow_ups
            if due.id in unnamed
        )
        stranded = EscalationsRaised.of(None, keys)
        outbox.store_failed(tx, stranded, source="followup/escalator", error=problem)
