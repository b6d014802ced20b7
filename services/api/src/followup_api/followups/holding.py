"""Holding follow-ups: somebody has them, is reminded later, or waits. One or many, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable, load_clocks
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.db.tables import (
    activities as activities_table,
)
from followup_common.db.tables import (
    escalation_states,
    escalations,
    follow_ups,
    holds,
    notifications,
)
from followup_common.policy import ALWAYS_OPEN, Calendar, Command, HoldKind, HoldRules, Policy, State
from followup_common.policy.lifecycle import allows
from followup_common.policy.presets import Preset
from sqlalchemy import and_, func, insert, or_, select, update

from followup_api.followups import activities
from followup_api.followups.completing_schemas import PresetTime
from followup_api.followups.hold_limits import (
    Hours,
    NotAllowed,
    acknowledged_until,
    check_snooze,
    check_wait,
    of_kind,
)
from followup_api.followups.hold_problems import HoldNotFound, HoldOfAnother, HoldRefused
from followup_api.followups.hold_schemas import HoldPresets, Snooze, Wait
from followup_api.followups.own_clock import clock_of
from followup_api.followups.problems import FollowUpNotOpen
from followup_api.followups.schemas import FollowUp
from followup_api.followups.service import Target
from followup_api.followups.undo import keep_for_undo
from followup_api.ids import among
from followup_api.problems import Invalid
from followup_api.rows import Record

f, es, h = follow_ups.c, escalation_states.c, holds.c
a, e, n = activities_table.c, escalations.c, notifications.c
KINDS = {HoldKind.ACKNOWLEDGE: "acknowledged", HoldKind.SNOOZE: "snoozed", HoldKind.WAIT: "waiting"}
"""Of the activities that holds make."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants follow-ups to be held."""

    kind: HoldKind
    until: datetime | None = None
    preset: Preset | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: the ids of those that are held now by that, and of the others why not."""

    done: frozenset[int]
    refused: Mapping[int, NotAllowed]


def acknowledge(target: Target) -> FollowUp:
    """Say that the caller has it: the next step is held for a time. Saying it again changes nothing.

    Raises:
        FollowUpNotFound, FollowUpStale, FollowUpNotOpen, HoldRefused: it cannot be.
    """
    return _hold(target, Wish(HoldKind.ACKNOWLEDGE))


def snooze(target: Target, body: Snooze) -> FollowUp:
    """Do not remind the caller before a time; the escalation goes on.

    Raises:
        FollowUpNotFound, FollowUpStale, FollowUpNotOpen, HoldRefused, Invalid: it cannot be.
    """
    return _hold(target, Wish(HoldKind.SNOOZE, body.until, body.preset, body.reason))


def wait(target: Target, body: Wait) -> FollowUp:
    """Stop the clock until a time.

    Raises:
        FollowUpNotFound, FollowUpStale, FollowUpNotOpen, HoldRefused, Invalid: it cannot be.
    """
    return _hold(target, Wish(HoldKind.WAIT, body.until, body.preset, body.reason))


def presets(tx: Transaction, actor_id: int, ids: Collection[int], kind: HoldKind) -> HoldPresets:
    """Up to when a caller may hold all of these follow-ups, of the times that have names.

    Those that they may hold up to none of them are counted, and limit nothing: whatever time is chosen, they
    are left alone.

    Args:
        tx: the transaction of the request.
        actor_id: the caller.
        ids: of open follow-ups in their sight.
        kind: how they would hold them.
    """
    known, before = _Known(tx), _before(tx, ids)
    allowed: dict[tuple[Any, ...], dict[Preset, datetime]] = {}
    refused = 0
    for row in tx.execute(_situation(ids, actor_id)):
        holding = of_kind(before[row.id], kind, None if kind is HoldKind.WAIT else actor_id)
        alike = (row.policy_version_id, row.assignee_id, row.id if holding else None)
        if alike not in allowed:
            allowed[alike] = dict(_allowed(known, row, kind, actor_id, holding))
        refused += not allowed[alike]
    some = [each for each in allowed.values() if each]
    common = [preset for preset in Preset if some and all(preset in each for each in some)]
    times = [PresetTime(preset=preset, due_at=min(each[preset] for each in some)) for preset in common]
    return HoldPresets(items=times, refused=refused)


def end(target: Target, hold_id: int) -> FollowUp:
    """End a hold before its time; one that has ended stays so. A wait ends for everybody who may change the
    follow-up, the others only for whom they are.

    Raises:
        FollowUpNotFound, FollowUpStale, FollowUpNotOpen, HoldNotFound, HoldOfAnother: it cannot be.
    """
    target.lock()
    _refuse_completed(target.read_matching())
    of_it = (h.id == hold_id, h.follow_up_id == target.id)
    hold = target.tx.execute(
        select(h.kind, h.user_id, and_(h.ended_at.is_(None), h.until > func.now()).label("goes_on")).where(
            *of_it
        )
    ).one_or_none()
    if hold is None:
        raise HoldNotFound(target.id, hold_id)
    if hold.kind != HoldKind.WAIT and hold.user_id != target.actor_id:
        raise HoldOfAnother(target.id, hold_id)
    if hold.goes_on:
        end_holds(target.tx, target.actor_id, {target.id: [hold_id]})
    return target.read()


def end_holds(tx: Transaction, actor_id: int, ids: Mapping[int, Collection[int]]) -> None:
    """End holds by a person, by the ids of their follow-ups, which are locked."""
    for row in _change(tx, actor_id, ids):
        ended = _end(tx, row, actor_id, "person", h.id.in_(ids[row.id]))
        kinds = [("resumed", {"hold": each.kind, "until": each.until.isoformat()}) for each in ended]
        activities.record(tx, actor_id, [(row.id, kind, details) for kind, details in kinds])


def resume_many(tx: Transaction, actor_id: int, ids: Collection[int]) -> frozenset[int]:
    """End the waits of follow-ups, which are locked, and what the caller holds of them. Returns which."""
    theirs = or_(h.kind == HoldKind.WAIT, h.user_id == actor_id)
    goes_on = (h.ended_at.is_(None), h.until > func.now())
    open_ones = select(h.follow_up_id, h.id).where(among(h.follow_up_id, ids), *goes_on, theirs)
    found: dict[int, list[int]] = {}
    for row in tx.execute(open_ones):
        found.setdefault(row.follow_up_id, []).append(row.id)
    end_holds(tx, actor_id, found)
    return frozenset(found)


def hold_many(tx: Transaction, actor_id: int, ids: Collection[int], wish: Wish) -> Outcome:
    """Hold follow-ups, which are open, locked, and in the caller's sight.

    Args:
        tx: the transaction of the request.
        actor_id: the caller.
        ids: which ones.
        wish: how.
    """
    known = _Known(tx)
    hours: Hours = known.hours(actor_id)
    untils: dict[int, datetime] = {}
    refused: dict[int, NotAllowed] = {}
    rows = tx.execute(_situation(ids, actor_id)).all()
    before = _before(tx, ids)
    for row in rows:
        holding = of_kind(before[row.id], wish.kind, None if wish.kind is HoldKind.WAIT else actor_id)
        try:
            until = _until(known, row, wish, hours, holding)
        except NotAllowed as problem:
            refused[row.id] = problem
        else:
            if not _is_so(row, wish.kind, holding, until, hours.now):
                untils[row.id] = until
    steps = {row.id: row for row in rows}
    for changed in _change(tx, actor_id, untils):
        _begin(tx, changed, steps[changed.id], wish, (actor_id, untils[changed.id]))
    return Outcome(frozenset(untils), refused)


def _hold(target: Target, wish: Wish) -> FollowUp:
    target.lock()
    current = target.read_matching()
    _refuse_completed(current)
    refused = hold_many(target.tx, target.actor_id, [target.id], wish).refused
    if problem := refused.get(target.id):
        if problem.field is not None:
            raise Invalid(problem.field, str(problem))
        raise HoldRefused(target.id, str(problem))
    return target.read()


def _refuse_completed(current: FollowUp) -> None:
    if not allows(State(current.status), Command.WAIT):
        raise FollowUpNotOpen(current, ["holds"])


def _situation(ids: Collection[int], actor_id: int) -> Any:
    """How far each follow-up is, and whether somebody was told of it."""
    of_run = and_(e.follow_up_id == f.id, e.run == es.run, e.status.in_(("already_told", "unroutable")))
    silent = select(func.max(e.step)).where(of_run).scalar_subquery()
    of_activities = and_(a.follow_up_id == f.id, a.run == es.run, a.step > 0)
    told = select(func.max(a.step)).where(of_activities).scalar_subquery()
    addressed = select(n.id).where(
        n.follow_up_id == f.id, n.user_id == actor_id, n.step > 0, or_(n.run == es.run, n.due_at == f.due_at)
    )
    return (
        select(
            *(f.id, f.assignee_id, es.run, es.policy_version_id, es.repeat),
            func.greatest(func.coalesce(told, 0), func.coalesce(silent, 0)).label("told"),
            or_(f.assignee_id == actor_id, addressed.exists()).label("addressed"),
        )
        .join(escalation_states, es.follow_up_id == f.id)
        .where(among(f.id, ids))
        .order_by(f.id)
    )


def _before(tx: Transaction, ids: Collection[int]) -> Mapping[int, list[Record]]:
    """What has held each of them in this run, and does."""
    counted = (among(h.follow_up_id, ids), h.over_version.is_(None), h.end_reason.is_distinct_from("undone"))
    columns = (h.follow_up_id, h.kind, h.user_id, h.run, h.step, h.starts_at, h.until, h.ended_at)
    found: dict[int, list[Record]] = {id_: [] for id_ in ids}
    for row in tx.execute(select(*columns).where(*counted).order_by(h.id)):
        found[row.follow_up_id].append(row)
    return found


class _Known:
    """Policies, and by which hours people and policies work: each is read once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.hours = cache(self._hours)
        self.policy = cache(self._policy)
        self.calendar = cache(self._calendar)

    def _hours(self, user_id: int) -> Hours:
        return Hours(*clock_of(self._tx, user_id))

    def _policy(self, version_id: int) -> Policy | PolicyUnreadable:
        return load_policies(self._tx, [version_id])[version_id]

    def _calendar(self, version_id: int, assignee_id: int) -> Calendar:
        """By which a wait is measured: that of the policy, else the assignee's own."""
        policy = self.policy(version_id)
        if isinstance(policy, PolicyUnreadable) or policy.calendar_id is None:
            own: Hours = self.hours(assignee_id)
            return own.calendar
        try:
            return load_clocks(self._tx, [policy], [assignee_id]).of(policy, assignee_id)
        except CalendarUnusable:
            return ALWAYS_OPEN


def _allowed(
    known: _Known, row: Record, kind: HoldKind, actor_id: int, holding: Sequence[Record]
) -> Iterator[tuple[Preset, datetime]]:
    """Up to when a caller may hold a follow-up, of the times that have names."""
    for preset in Preset:
        wish = Wish(kind, preset=preset, reason="to come")
        try:
            yield preset, _until(known, row, wish, known.hours(actor_id), holding)
        except (NotAllowed, Invalid):
            continue


def _until(known: _Known, row: Record, wish: Wish, hours: Hours, holding: Sequence[Record]) -> datetime:
    """Up to when a follow-up is held.

    Args:
        known: policies and hours.
        row: of `_situation`.
        wish: how.
        hours: of the caller.
        holding: what has held it before in the same way, and counts.

    Raises:
        NotAllowed: it cannot be.
    """
    policy = known.policy(row.policy_version_id)
    rules = HoldRules() if isinstance(policy, PolicyUnreadable) else policy.holds
    if wish.kind is HoldKind.ACKNOWLEDGE:
        if not row.told:
            raise NotAllowed("Nobody has been told of it yet: there is nothing to acknowledge.")
        if not row.addressed:
            raise NotAllowed("You have not been told of it: only those whom its escalation told can have it.")
        return acknowledged_until(rules, hours)
    if wish.kind is HoldKind.SNOOZE:
        given = wish.until or hours.named(wish.preset or Preset.TOMORROW)
        until = hours.opening(given)
        if not _open_until(holding, until):
            check_snooze(rules, holding, until, wish.reason, hours)
        return until
    theirs: Hours = known.hours(row.assignee_id)
    until = wish.until or theirs.named(wish.preset or Preset.TOMORROW)
    if not _open_until(holding, until):
        calendar = known.calendar(row.policy_version_id, row.assignee_id)
        check_wait(rules, holding, until, calendar, hours)
    return until


def _open_until(holding: Sequence[Record], until: datetime) -> bool:
    """Whether one of these goes on, up to that very time."""
    return any(each.ended_at is None and each.until == until for each in holding)


def _is_so(row: Record, kind: HoldKind, holding: Sequence[Record], until: datetime, now: datetime) -> bool:
    """Whether it is held already as it is to be."""
    if kind is not HoldKind.ACKNOWLEDGE:
        return _open_until(holding, until)
    return any(
        each.ended_at is None and (each.run, each.step) == (row.run, row.told) and each.until > now
        for each in holding
    )


def _change(tx: Transaction, actor_id: int, ids: Collection[int]) -> Sequence[Record]:
    """Each change of a hold is one of its follow-up: with a new version, and for its person to undo."""
    if not ids:
        return ()
    keep_for_undo(tx, actor_id)
    changed = update(follow_ups).where(among(f.id, ids)).values(hold_changes=f.hold_changes + 1)
    return tx.execute(changed.returning(f.id, f.version, f.hold_changes, f.assignment)).all()


def _begin(tx: Transaction, changed: Record, row: Record, wish: Wish, hold: tuple[int, datetime]) -> None:
    """Write a hold of somebody, up to a time, in place of what it takes the place of."""
    actor_id, until = hold
    same = h.kind == wish.kind
    own = same if wish.kind is HoldKind.WAIT else same & (h.user_id == actor_id)
    _end(tx, changed, actor_id, "replaced", own)
    if wish.kind is HoldKind.ACKNOWLEDGE:
        others = (h.kind == HoldKind.SNOOZE) & (h.user_id != actor_id)
        _end(tx, changed, actor_id, "acknowledged", others)
    values = {
        **{"follow_up_id": changed.id, "number": changed.hold_changes, "version": changed.version},
        **{"kind": wish.kind.value, "user_id": actor_id, "run": row.run, "step": row.told},
        **{"assignment": changed.assignment, "until": until, "reason": wish.reason},
    }
    hold_id = tx.execute(insert(holds).values(values).returning(h.id)).scalar_one()
    details = {"hold_id": hold_id, "until": until.isoformat()}
    said = {**details, "reason": wish.reason} if wish.reason else details
    activities.record(tx, actor_id, [(changed.id, KINDS[wish.kind], said)])


def _end(tx: Transaction, changed: Record, actor_id: int, reason: str, *which: Any) -> Sequence[Record]:
    ended = update(holds).where(h.follow_up_id == changed.id, h.ended_at.is_(None), *which)
    values = {
        **{"ended_at": func.least(func.now(), h.until), "ended_by": actor_id, "end_reason": reason},
        "ended_version": changed.version,
    }
    return tx.execute(ended.values(values).returning(h.id, h.kind, h.until)).all()
