"""Conditions that no follow-up meets, and those that every one meets, as far as they tell by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from followup_common.policy.conditions import (
    PRIORITIES,
    SUBJECTS,
    Condition,
    Conditions,
    PriorityCondition,
    SubjectCondition,
    TagsCondition,
    ValueCondition,
)
from followup_common.tags import MOST_TAGS, tag

ALL_VALUES = {"priority": frozenset(PRIORITIES), "subject": frozenset(SUBJECTS)}
"""Of fields whose values are always the same."""
FewValues = (PriorityCondition, SubjectCondition)
EVERY = "every follow-up meets it: take it out, or name fewer values"
NONE = "no follow-up ever meets it: name fewer values, or take it out"


def pointless(condition: Condition) -> str | None:
    """Why a condition decides nothing, with the fix; None: it may hold and may not."""
    match condition:
        case PriorityCondition() | SubjectCondition() if not ALL_VALUES[condition.field].difference(
            condition.value
        ):
            return EVERY if condition.is_ == "any_of" else NONE
        case TagsCondition():
            return _untaggable(condition)
        case ValueCondition(is_="below", value=money) if not money.amount:
            return "no follow-up ever meets it, since no value is below 0: name a larger amount"
    return None


def contradiction(conditions: Conditions) -> str | None:
    """Why no follow-up can ever meet all of some conditions; None: it may."""
    if field := _excluded(conditions.all):
        return (
            f"the conditions on {field} exclude each other, so that no follow-up ever meets all of them: "
            "remove one of them"
        )
    return None


def pointless_choice(conditions: Conditions) -> str | None:
    """Why it is no choice that one of some conditions is to be met at least; None: it is one."""
    if field := _exhausted(conditions.any):
        return f"every follow-up meets one of those on {field}: remove one of them"
    if conditions.any and all(_excluded([*conditions.all, each]) for each in conditions.any):
        return "none of them can be met together with those of `all`: remove one of either"
    return None


def _untaggable(condition: TagsCondition) -> str | None:
    for each in condition.value:
        try:
            tag(each)
        except ValueError as error:
            return f"no follow-up can have the tag {each!r}, which {error}"
    if condition.is_ == "has_all" and len(condition.value) > MOST_TAGS:
        return f"no follow-up has more than {MOST_TAGS} tags: name fewer, or write has_any"
    return None


def _excluded(every: Iterable[Condition]) -> str | None:
    """The field of conditions that cannot all be met; None: they can, as far as one can tell."""
    listed = list(every)
    for field, all_values in ALL_VALUES.items():
        allowed = set(all_values)
        for each in listed:
            if isinstance(each, FewValues) and each.field == field:
                allowed &= _allowed(each)
        if not allowed:
            return field
    asked = [each for each in listed if isinstance(each, TagsCondition) and each.is_ == "has_all"]
    if len({named for each in asked for named in each.value}) > MOST_TAGS:
        return "tags"
    return next((one.field for one, other in _pairs(listed) if _exclude_each_other(one, other)), None)


def _exhausted(some: Iterable[Condition]) -> str | None:
    """The field of conditions of which every follow-up meets one; None: not every one does."""
    listed = list(some)
    for field, all_values in ALL_VALUES.items():
        these = [each for each in listed if isinstance(each, FewValues) and each.field == field]
        if all_values <= {value for each in these for value in _allowed(each)}:
            return field
    return next((one.field for one, other in _pairs(listed) if _leave_nobody_out(one, other)), None)


def _pairs(listed: list[Condition]) -> Iterator[tuple[Condition, Condition]]:
    """Each two on the same field, in both orders."""
    return (
        (one, other) for one in listed for other in listed if one is not other and one.field == other.field
    )


def _allowed(condition: SubjectCondition | PriorityCondition) -> frozenset[str]:
    """The values of a field with which a condition is met."""
    named: frozenset[str] = frozenset(condition.value)
    return named if condition.is_ == "any_of" else ALL_VALUES[condition.field] - named


def _exclude_each_other(one: Condition, other: Condition) -> bool:
    if isinstance(one, ValueCondition) and isinstance(other, ValueCondition):
        return _no_amount_between(one, other)
    if isinstance(one, TagsCondition) and isinstance(other, TagsCondition):
        named, excluded = {*one.value}, {*other.value}
        if other.is_ != "has_none" or one.is_ == "has_none":
            return False
        return named <= excluded if one.is_ == "has_any" else not named.isdisjoint(excluded)
    if one.field == "team":
        return one.is_ == "any_of" and other.is_ == "none_of" and _named(one) <= _named(other)
    return _leave_nothing(one, other)


def _no_amount_between(least: ValueCondition, most: ValueCondition) -> bool:
    if least.value.currency != most.value.currency:
        return True
    if least.is_ != "at_least" or most.is_ == "at_least":
        return False
    lowest, highest = least.value.amount, most.value.amount
    return lowest >= highest if most.is_ == "below" else lowest > highest


def _leave_nothing(one: Condition, other: Condition) -> bool:
    """Whether what the first allows is all excluded by the second."""
    if one.is_ != "any_of":
        return False
    allowed, named = _named(one), _named(other)
    return allowed <= named if other.is_ == "none_of" else allowed.isdisjoint(named)


def _leave_nobody_out(one: Condition, other: Condition) -> bool:
    """Whether a follow-up that does not meet the second always meets the first."""
    ways = (one.is_, other.is_)
    if ways in (("any_of", "none_of"), ("has_any", "has_none")):
        return _named(one) >= _named(other)
    return ways == ("has_all", "has_none") and _named(one) == _named(other) and len(_named(one)) == 1


def _named(condition: Condition) -> set[object]:
    """What a condition lists: all but one on the value do."""
    return set() if isinstance(condition, ValueCondition) else {*condition.value}
