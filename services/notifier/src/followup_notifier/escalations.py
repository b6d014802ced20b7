"""`escalations.raised` becomes notifications and activities, in one transaction a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from followup_common.contracts import EscalationKey, EscalationsDelivered, EscalationsRaised
from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.clocks import load_clocks
from followup_common.db.directory import load_directory
from followup_common.db.plans import find_by_index
from followup_common.db.policies import PolicyUnreadable, load_policies, policy_names
from followup_common.messaging.handlers import Emitted, handles
from followup_common.messaging.outbox import Later
from followup_common.metrics import Measured
from followup_common.policy import (
    NOWHERE,
    Holds,
    Policy,
    Severity,
    Tell,
    held_back,
    holds_of,
    place,
    recipients,
)
from sqlalchemy import func, select, text

from followup_notifier import hours, inbox, metrics
from followup_notifier.settings import NotifierSettings

# The stop check. The states stay held until the notifications are committed, so that a complete,
# reschedule, reassign or delete comes either before (and is seen here) or after.
HOLD_OPEN = text("""
    SELECT follow_up_id, run, policy_version_id, assignee_id, anchor_at, step, repeat, holds, already_told
    FROM escalation_states_hold(CAST(:ids AS bigint[])) WHERE is_open
""")

# Behind HOLD_OPEN, in a statement of its own, so that it sees what was announced until the states were free.
ANNOUNCED_BEFORE = text("""
    SELECT k.id
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:steps AS smallint[]),
                CAST(:repeats AS smallint[])) AS k (id, run, step, repeat),
        LATERAL (
            SELECT FROM activities a
            WHERE a.follow_up_id = k.id AND a.run = k.run AND a.step > 0
                AND (a.step, a.repeat) < (k.step, k.repeat)
            LIMIT 1
        ) before
""")

END_SNOOZES = text("SELECT holds_end_by_step(CAST(:ids AS bigint[]), CAST(:people AS bigint[]))")


class Held(NamedTuple):
    """An open follow-up's state, which nobody changes until the transaction ends."""

    follow_up_id: int
    run: int
    policy_version_id: int
    assignee_id: int
    anchor_at: datetime
    step: int
    repeat: int
    holds: Mapping[str, Any] | None
    already_told: str | None
    """The gravest of what was told before another policy took over."""


@dataclass
class Batch:
    """What is to be done with each escalation that was not stopped."""

    now: datetime
    in_hours: bool = False
    """Whether they have been announced, to those who were at work by then."""
    announced: list[inbox.Announcement] = field(default_factory=list)
    superseded: list[EscalationKey] = field(default_factory=list)
    unroutable: list[EscalationKey] = field(default_factory=list)
    held: list[tuple[EscalationKey, datetime]] = field(default_factory=list)
    """Those whose follow-up somebody holds, and until when; they are told when that ends."""
    told: Counter[tuple[int, Severity]] = field(default_factory=Counter)
    """How many are announced, by the version of the policy and the severity of its step."""

    def waiting(self) -> Iterator[Later]:
        """Those announced to people whose working hours have not begun come again when the first do, and
        those that had been announced before somebody held their follow-up when that ends."""
        found = [*self.held] if self.in_hours else []
        found += [
            (_key(each.follow_up_id, each.run, each.step, each.repeat), min(each.route.opens.values()))
            for each in self.announced
            if each.route.opens
        ]
        if found:
            again = EscalationsRaised.of(None, (key for key, _ in found)).model_copy(
                update={"in_hours": True}
            )
            yield Later(again, hours.until(min(opens for _, opens in found), self.now))


@handles(EscalationsRaised)
def write_inbox(event: EscalationsRaised, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell each escalation's audience, unless it was stopped or overtaken by a later step."""
    held = _hold_open(tx, event.follow_up_ids)
    batch = _sort(tx, event, held)
    notified = inbox.write(tx, batch.announced, _happening(event, batch.now))
    yield from batch.waiting()
    yield from metrics.notified(notified)
    if event.in_hours:
        return  # it was counted when it was announced
    yield EscalationsDelivered(
        sweep_id=event.sweep_id,
        delivered=len(event),
        notified=sum(notified.values()),
        superseded=(*batch.superseded, *(key for key, _ in batch.held)),
        unroutable=tuple(batch.unroutable),
    )
    names = policy_names(tx, {version for version, _ in batch.told})
    for (version, severity), number in batch.told.items():
        yield Measured(metrics.TOLD, number, {"policy": names[version], "severity": severity})
    yield Measured(metrics.SUPERSEDED, len(batch.superseded))
    yield Measured(metrics.UNROUTABLE, len(batch.unroutable))


def _happening(event: EscalationsRaised, now: datetime) -> str:
    """What brought it: a sweep, or the hours of a day; or what was raised again on that day."""
    if event.sweep_id is not None:
        return f"sweep/{event.sweep_id}"
    return f"{'hours' if event.in_hours else 'again'}/{now.astimezone(UTC).date()}"


def _hold_open(tx: Transaction, follow_up_ids: Sequence[int]) -> dict[int, Held]:
    """Those that are open, by their ids; they stay as they are until the transaction ends."""
    find_by_index(tx)
    rows = tx.execute(HOLD_OPEN, {"ids": int_array(follow_up_ids)}).all()
    return {row[0]: Held._make(row) for row in rows}


def _sort(tx: Transaction, event: EscalationsRaised, held: dict[int, Held]) -> Batch:
    now: datetime = tx.execute(select(func.now())).scalar_one()
    versions = {state.policy_version_id for state in held.values()}
    policies = load_policies(tx, versions)
    readable = [policy for number in versions if isinstance(policy := policies[number], Policy)]
    assignees = {state.assignee_id for state in held.values()}
    directory = load_directory(tx, assignees, readable, with_absences=True)
    clocks = load_clocks(tx, readable, assignees, directory)
    firsts = _first_of_their_runs(tx, event, held, policies)
    routes: dict[tuple[int, int, int, bool], inbox.Route] = {}
    in_hours: list[inbox.Route] = []
    batch = Batch(now, event.in_hours)
    for key in sorted(zip(event.follow_up_ids, event.runs, event.steps, event.repeats, strict=True)):
        follow_up_id, run, step, repeat = key
        state = held.get(follow_up_id)
        if state is None or state.run != run:
            continue  # it was stopped
        _, _, policy_version_id, assignee_id, anchor_at, step_taken, repeat_taken, kept, _ = state
        policy = policies[policy_version_id]
        if isinstance(policy, PolicyUnreadable):
            raise policy
        # From the step itself on, where the state has taken it: what came before it says nothing new.
        begins = (step, repeat) if (step_taken, repeat_taken) >= (step, repeat) else NOWHERE
        calendar, holds = clocks.of(policy, assignee_id), holds_of(kept, run) if kept else None
        reached = place(policy, calendar, anchor_at, now, reached=begins, holds=holds).reached
        if reached > (step, repeat):
            batch.superseded.append(_key(*key))
            continue
        if holds and (until := held_back(policy, calendar, anchor_at, now, (step, repeat), holds=holds)):
            batch.held.append((_key(*key), until))
            continue
        if reached < (step, repeat):
            continue  # a replayed one that could not be placed then: a sweep takes the step when it comes
        way = (policy_version_id, step, assignee_id, follow_up_id in firsts)
        if way not in routes:
            told = recipients(policy.tells(step, first=way[-1]), assignee_id, directory)
            routes[way] = inbox.Route(told, policy.steps[step - 1].severity)
            if policy.steps[step - 1].tell is Tell.WORKING_HOURS:
                in_hours.append(routes[way])
        if (route := routes[way]).recipients:
            if holds and holds.snoozes:
                route = _without_snoozers(tx, route, _key(*key), now, holds)
                if policy.steps[step - 1].tell is Tell.WORKING_HOURS:
                    in_hours.append(route)
            batch.announced.append(inbox.Announcement(follow_up_id, run, step, repeat, route))
            firsts.discard(follow_up_id)  # an undo brings several steps of one
            batch.told[policy_version_id, policy.steps[step - 1].severity] += 1
        else:
            batch.unroutable.append(_key(*key))
    _keep_to_hours(tx, in_hours, readable, now)
    return batch


def _first_of_their_runs(
    tx: Transaction,
    event: EscalationsRaised,
    held: Mapping[int, Held],
    policies: Mapping[int, Policy | PolicyUnreadable],
) -> set[int]:
    """The follow-ups of which nobody has been told before, where that decides who is told now.

    Nothing is asked of those whose step tells the assignee anyway, or follows none that does.
    """
    late = {number: policy.tells_late for number, policy in policies.items() if isinstance(policy, Policy)}
    if not any(steps.keys() & event.steps for steps in late.values()):
        return set()  # as with most batches, whose rows need not be looked at for it
    asked = [
        key
        for key in zip(event.follow_up_ids, event.runs, event.steps, event.repeats, strict=True)
        if (state := held.get(key[0])) is not None
        and state.already_told is None
        and key[2] in late.get(state.policy_version_id, ())
    ]
    if not asked:
        return set()
    names = ("ids", "runs", "steps", "repeats")
    columns = {name: int_array(column) for name, column in zip(names, zip(*asked, strict=True), strict=True)}
    return {key[0] for key in asked} - set(tx.execute(ANNOUNCED_BEFORE, columns).scalars())


def _without_snoozers(
    tx: Transaction, route: inbox.Route, key: EscalationKey, now: datetime, holds: Holds
) -> inbox.Route:
    """A route of its own where somebody snoozes it. A later step tells them, which ends their snooze; what
    comes of the same one when its time is over does not: they are still to be reminded."""
    silenced = holds.silenced(key.step, now)
    told = tuple(each for each in route.recipients if each.user_id not in silenced)
    earlier = {user_id for user_id, held in holds.snoozes.items() if held.step < key.step}
    if woken := [each.user_id for each in told if each.user_id in earlier]:
        tx.execute(END_SNOOZES, {"ids": [key.follow_up_id] * len(woken), "people": woken})
    return inbox.Route(told, route.severity)


def _keep_to_hours(
    tx: Transaction, routes: Collection[inbox.Route], policies: Collection[Policy], now: datetime
) -> None:
    """Let those wait whose working hours have not begun; one of a step that tells at once is not given."""
    if routes:
        people = {told.user_id for route in routes for told in route.recipients}
        opens = hours.openings(tx, people, policies, now)
        for route in routes:
            theirs = (told.user_id for told in route.recipients)
            route.opens = {user_id: opens[user_id] for user_id in theirs if user_id in opens}


def _key(follow_up_id: int, run: int, step: int, repeat: int) -> EscalationKey:
    return EscalationKey(follow_up_id=follow_up_id, run=run, step=step, repeat=repeat)
