"""What is refused in a policy: each with the place in the request, and the fix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from followup_common.currencies import CURRENCIES
from followup_common.db import Transaction
from followup_common.db.calendars import calendars
from followup_common.db.tables import follow_up_kinds, users
from followup_common.policy import OneUser, Policy, Step
from followup_common.policy.conditions import (
    AssigneeCondition,
    Condition,
    Conditions,
    KindCondition,
    TeamCondition,
    ValueCondition,
)
from followup_common.policy.satisfiable import contradiction, pointless, pointless_choice
from pydantic import ValidationError
from sqlalchemy import select

from followup_api.calendars.schemas import iso_hours
from followup_api.choices.lists import KINDS
from followup_api.choices.queries import names_in_use
from followup_api.field_errors import VALIDATORS
from followup_api.ids import among
from followup_api.policies.schemas import PolicyInput
from followup_api.problems import Invalid
from followup_api.visible import isolated


def check(tx: Transaction, body: PolicyInput, *, catch_all: bool) -> None:
    """Look through a policy for what it cannot be.

    Args:
        tx: where people and calendars are looked up.
        body: the policy.
        catch_all: whether it takes what no other policy does.

    Raises:
        Invalid: with the place and the fix.
    """
    check_steps(body.steps)
    _check_conditions(tx, body, catch_all=catch_all)
    _check_people(tx, body.steps)
    _check_calendar(tx, body.calendar_id)


def check_steps(steps: list[Step]) -> None:
    """Look through steps for what they cannot be, one behind the other.

    Raises:
        Invalid: with the place and the fix.
    """
    for number in range(1, len(steps) + 1):
        try:
            Policy(steps=tuple(steps[:number]))
        except ValidationError as error:
            said = error.errors()[0]["msg"].removeprefix(VALIDATORS)
            raise invalid(f"steps.{number - 1}", said) from None
    for number, (step, later) in enumerate(pairwise(steps)):
        least = step.least_elapsed
        if later.after is not None and step.counts_working_time and later.after <= least:
            raise invalid(
                f"steps.{number + 1}",
                f"step {later.label!r} never comes later than {step.label!r}, which takes "
                f"{iso_hours(least)} by the clock at least: give it a longer time, or move it up",
            )
        if not step.may_repeat_before(later):
            raise invalid(
                f"steps.{number}.repeat",
                f"step {later.label!r} comes before the first repeat: repeat it sooner, or not at all",
            )


def _check_conditions(tx: Transaction, body: PolicyInput, *, catch_all: bool) -> None:
    if catch_all and not body.conditions.are_none:
        raise invalid("conditions", "this policy takes what no other one takes: leave its conditions out")
    if not catch_all and body.conditions.are_none:
        raise invalid(
            "conditions",
            "without any it takes every follow-up, and the policies after it are never reached: add one",
        )
    for place, condition in _placed(body.conditions):
        if said := pointless(condition):
            raise invalid(place, said)
    if said := contradiction(body.conditions):
        raise invalid("conditions.all", said)
    if said := pointless_choice(body.conditions):
        raise invalid("conditions.any", said)
    _check_what_is_named(tx, body.conditions)


def _check_what_is_named(tx: Transaction, conditions: Conditions) -> None:
    """People who have left may be named: what is theirs is open until somebody else gets it."""
    in_use = names_in_use(tx, KINDS) if conditions.kinds else ()
    people = _people(tx, conditions.people)
    for place, condition in _placed(conditions):
        match condition:
            case KindCondition(value=kinds) if unknown := [kind for kind in kinds if kind not in in_use]:
                raise invalid(place, _not_in_use(tx, unknown[0]))
            case TeamCondition(value=ids) | AssigneeCondition(value=ids):
                if missing := [user_id for user_id in ids if user_id not in people]:
                    raise invalid(place, f"there is no person {missing[0]}: name somebody else")
            case ValueCondition(value=money) if money.currency not in CURRENCIES:
                raise invalid(
                    place, f"{money.currency} is no currency: write its code of ISO 4217, such as EUR"
                )


def _placed(conditions: Conditions) -> Iterator[tuple[str, Condition]]:
    """Each condition with its place in the request."""
    for name, listed in (("all", conditions.all), ("any", conditions.any)):
        for number, condition in enumerate(listed):
            yield f"conditions.{name}.{number}", condition


def _not_in_use(tx: Transaction, kind: str) -> str:
    k = follow_up_kinds.c
    archived = tx.execute(select(k.id).where(k.name == kind)).first()
    what = "is archived" if archived else "does not exist"
    return f"the kind {kind!r} {what}: take it out, or name one of GET /api/v1/follow-up-kinds"


def _check_people(tx: Transaction, steps: list[Step]) -> None:
    named = {audience.id for step in steps for audience in step.audience if isinstance(audience, OneUser)}
    people = _people(tx, named)
    for number, step in enumerate(steps):
        for place, audience in enumerate(step.audience):
            if isinstance(audience, OneUser) and (said := _tells_nobody(audience.id, people)):
                raise invalid(
                    f"steps.{number}.audience.{place}", f"{said}, so that nobody is told: name somebody else"
                )


def _tells_nobody(user_id: int, people: dict[int, tuple[str, bool]]) -> str | None:
    """Why somebody cannot be told; None: they can."""
    if user_id not in people:
        return f"the person {user_id} does not exist"
    name, active = people[user_id]
    return None if active else f"{isolated(name)} (person {user_id}) is inactive"


def _people(tx: Transaction, ids: frozenset[int] | set[int]) -> dict[int, tuple[str, bool]]:
    """By their ids, the name of each and whether they are active."""
    rows = tx.execute(select(users.c.id, users.c.name, users.c.active).where(among(users.c.id, [*ids])))
    return {row.id: (row.name, row.active) for row in rows}


def _check_calendar(tx: Transaction, calendar_id: int | None) -> None:
    if calendar_id is None:
        return
    of = select(calendars.c.name, calendars.c.archived_at).where(calendars.c.id == calendar_id)
    found = tx.execute(of.with_for_update(read=True)).one_or_none()
    if found is None:
        raise invalid("calendar_id", f"there is no calendar {calendar_id}: see GET /api/v1/calendars")
    if found.archived_at is not None:
        raise invalid("calendar_id", f"the calendar {found.name!r} is archived: choose another one")


def invalid(field: str, said: str) -> Invalid:
    """What is wrong with a field of a request, and the fix."""
    return Invalid(field, f"{field}: {said}.")
