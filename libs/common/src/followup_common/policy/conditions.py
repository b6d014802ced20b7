"""Which follow-ups a policy is for: conditions over a closed set of fields.

They are stored as JSON with each version of a policy. The database chooses the policy of a follow-up by
them (the function `policy_for`), and so does `chosen` here for what is computed without writing; a test holds
the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from followup_common.amounts import Amount
from followup_common.tags import as_read

PRIORITIES = ("low", "normal", "high")
"""From the least on."""
SUBJECTS = ("lead", "client", "none")
MOST_CONDITIONS = 20
MOST_VALUES = 100

Priority = Literal["low", "normal", "high"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions can ask of a follow-up.

    Attributes:
        subject: `lead`, `client` or `none`.
        amount: of its value, in `currency`; None when it has none.
        line: ids of its assignee and of everyone above them.
    """

    assignee_id: int
    line: frozenset[int]
    subject: str = "none"
    kind: str = "task"
    priority: str = "normal"
    tags: frozenset[str] = frozenset()
    amount: Decimal | None = None
    currency: str | None = None


def _sorted(values: object) -> object:
    """Each value once and in order, so that the same condition is always written the same way.

    Raises:
        ValueError: there is none.
    """
    if isinstance(values, list | tuple) and not values:
        raise ValueError("is empty: give at least one value")
    if isinstance(values, list | tuple) and (
        all(type(each) is int for each in values) or all(isinstance(each, str) for each in values)
    ):
        return tuple(sorted(set(values)))
    return tuple(values) if isinstance(values, list) else values


def _lowered(values: object) -> object:
    if isinstance(values, list | tuple):
        values = [as_read(each) if isinstance(each, str) else each for each in values]
    return _sorted(values)


_FILLED = Field(max_length=MOST_VALUES, json_schema_extra={"minItems": 1})
_Word = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=50, pattern=r"^[^\x00]+$")]
_Id = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
_Words = Annotated[tuple[_Word, ...], _FILLED, BeforeValidator(_sorted)]
_Tags = Annotated[tuple[_Word, ...], _FILLED, BeforeValidator(_lowered)]
_Ids = Annotated[tuple[_Id, ...], _FILLED, BeforeValidator(_sorted)]
_Subjects = Annotated[tuple[Literal["lead", "client", "none"], ...], _FILLED, BeforeValidator(_sorted)]
_Priorities = Annotated[tuple[Priority, ...], _FILLED, BeforeValidator(_sorted)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Money(_Model):
    """An amount of a currency."""

    amount: Amount
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217 code, such as EUR.", examples=["EUR"])


class _AnyOf(_Model):
    """Whether something is among some values."""

    is_: Literal["any_of", "none_of"] = Field(alias="is")

    def _among(self, found: bool) -> bool:
        return found == (self.is_ == "any_of")


class SubjectCondition(_AnyOf):
    """Whom the follow-up is about."""

    field: Literal["subject"]
    value: _Subjects

    def holds(self, facts: Facts) -> bool:
        """Whether a follow-up meets it."""
        return self._among(facts.subject in self.value)


class KindCondition(_AnyOf):
    """What is to be done."""

    field: Literal["kind"]
    value: _Words

    def holds(self, facts: Facts) -> bool:
        """Whether a follow-up meets it."""
        return self._among(facts.kind in self.value)


class PriorityCondition(_AnyOf):
    """How important it is."""

    field: Literal["priority"]
    value: _Priorities

    def holds(self, facts: Facts) -> bool:
        """Whether a follow-up meets it."""
        return self._among(facts.priority in self.value)


class TagsCondition(_Model):
    """What it is tagged with."""

    field: Literal["tags"]
    is_: Literal["has_any", "has_all", "has_none"] = Field(alias="is")
    value: _Tags

    def holds(self, facts: Facts) -> bool:
        """Whether a follow-up meets it."""
        if self.is_ == "has_all":
            return facts.tags.issuperset(self.value)
        return facts.tags.isdisjoint(self.value) == (self.is_ == "has_none")


class ValueCondition(_Model):
    """What it is worth. One without a value, or with one in another currency, never meets it."""

    field: Literal["value"]
    is_: Literal["at_least", "at_most", "below"] = Field(alias="is")
    value: Money

    def holds(self, facts: Facts) -> bool:
        """Whether a follow-up meets it."""
        if facts.amount is None or facts.currency != self.value.currency:
            return False
        match self.is_:
            case "at_least":
                return facts.amount >= self.value.amount
            case "at_most":
                return facts.amount <= self.value.amount
            case "below":
                return facts.amount < self.value.amount


class TeamCondition(_AnyOf):
    """Whose team its assignee is in: people are in their own, and in that of everyone above them."""

    field: Literal["team"]
    value: _Ids = Field(description="Ids of the people whose teams they are.")

    def holds(self, facts: Facts) -> bool:
        """Whether a follow-up meets it."""
        return self._among(not facts.line.isdisjoint(self.value))


class AssigneeCondition(_AnyOf):
    """Whose it is."""

    field: Literal["assignee"]
    value: _Ids = Field(description="Ids of people.")

    def holds(self, facts: Facts) -> bool:
        """Whether a follow-up meets it."""
        return self._among(facts.assignee_id in self.value)


Condition = Annotated[
    SubjectCondition
    | KindCondition
    | PriorityCondition
    | TagsCondition
    | ValueCondition
    | TeamCondition
    | AssigneeCondition,
    Field(discriminator="field"),
]


class Conditions(_Model):
    """All of the ones, and at least one of the others if there are any. Empty they are for everything."""

    all: tuple[Condition, ...] = Field((), max_length=MOST_CONDITIONS, description="Each must be met.")
    any: tuple[Condition, ...] = Field(
        (), max_length=MOST_CONDITIONS, description="At least one must be met; left out, none is asked for."
    )

    @property
    def are_none(self) -> bool:
        """Whether every follow-up meets them."""
        return not self.all and not self.any

    @property
    def people(self) -> frozenset[int]:
        """Ids of everyone whom they name."""
        named = (each.value for each in (*self.all, *self.any) if each.field in ("team", "assignee"))
        return frozenset(number for value in named for number in value)

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind of follow-up that they name."""
        return frozenset(
            kind for each in (*self.all, *self.any) if isinstance(each, KindCondition) for kind in each.value
        )

    def hold(self, facts: Facts) -> bool:
        """Whether a follow-up meets them."""
        return all(each.holds(facts) for each in self.all) and (
            not self.any or any(each.holds(facts) for each in self.any)
        )

    def stored(self) -> dict[str, object]:
        """As JSON, with nothing that is empty."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Conditional(Protocol):
    """Something that is for the follow-ups that meet its conditions."""

    @property
    def conditions(self) -> Conditions:
        """Which they are."""
        ...


Candidate = TypeVar("Candidate", bound=Conditional)


def chosen(candidates: Iterable[Candidate], facts: Facts) -> Candidate:
    """The first whose conditions a follow-up meets.

    Args:
        candidates: in their order; the last is for everything.
        facts: of the follow-up.
    """
    return next(each for each in candidates if each.conditions.hold(facts))


def never_reached(conditions: Sequence[Conditions]) -> int | None:
    """Place, from 0, of the first one behind another that takes everything; None: each can be reached."""
    return next((place + 1 for place, each in enumerate(conditions[:-1]) if each.are_none), None)
