"""Why a policy is that of a follow-up, as a sentence for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from followup_common.db import Transaction
from followup_common.db.tables import users
from followup_common.policy.conditions import Condition, Conditions, ValueCondition
from sqlalchemy import select

from followup_api.ids import among
from followup_api.visible import isolated

SAYS: Mapping[str, str] = {
    "any_of": "is",
    "none_of": "is not",
    "has_any": "have one of",
    "has_all": "have all of",
    "has_none": "have none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "below": "is below",
}


def why(tx: Transaction, conditions: Conditions) -> str:
    """Of which conditions a version is.

    Args:
        tx: where the names of people are looked up.
        conditions: of the version.
    """
    if conditions.are_none:
        return "It is for every follow-up that no other policy takes."
    people = tx.execute(select(users.c.id, users.c.name).where(among(users.c.id, conditions.people)))
    names = {row.id: row.name for row in people}
    return " ".join(_sentences(conditions, names))


def _sentences(conditions: Conditions, names: Mapping[int, str]) -> Iterator[str]:
    if conditions.all:
        said = ", and whose ".join(_said(each, names) for each in conditions.all)
        yield f"It is for follow-ups whose {said}."
    if conditions.any:
        begins = "Of these, it is" if conditions.all else "It is"
        said = ", or whose ".join(_said(each, names) for each in conditions.any)
        yield f"{begins} for those whose {said}."


def _said(condition: Condition, names: Mapping[int, str]) -> str:
    if isinstance(condition, ValueCondition):
        value = f"{condition.value.amount:,.2f} {condition.value.currency}"
    else:
        value = " or ".join(
            isolated(names.get(each, f"person {each}") if isinstance(each, int) else each)
            for each in condition.value
        )
    what = "assignee's team" if condition.field == "team" else condition.field
    value = f"that of {value}" if condition.field == "team" else value
    return f"{what} {SAYS[condition.is_]} {value}"
