"""What a follow-up is beside its text: its kind, its priority, its tags and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

from followup_common.amounts import Amount
from followup_common.currencies import CURRENCIES
from followup_common.db.tables import follow_ups
from followup_common.policy.conditions import Priority
from followup_common.tags import LONGEST, MOST_TAGS, tag, together
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic.config import JsonDict
from sqlalchemy import ColumnElement, Text, case, cast, func, literal, literal_column
from sqlalchemy.dialects import postgresql

from followup_api.followups.held_filters import HeldBy, is_held
from followup_api.schemas import UNTURNED, Input, Schema, examples, storable
from followup_api.visible import seen

f = follow_ups.c
DEFAULT_KIND = "task"
DEFAULT_OUTCOME = "done"


def known_currency(value: str) -> str:
    """Refuse a code of no currency.

    Raises:
        ValueError: it is none.
    """
    if value not in CURRENCIES:
        raise ValueError("is no currency: write its code of ISO 4217 in capital letters, such as EUR")
    return value


_TEXT = (AfterValidator(storable), AfterValidator(seen), UNTURNED)
KindName = Annotated[str, StringConstraints(min_length=1, max_length=50), *_TEXT]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=200), *_TEXT, AfterValidator(tag)]
Tags = Annotated[list[Tag], Field(max_length=100), AfterValidator(together)]
Currency = Annotated[
    str,
    StringConstraints(min_length=3, max_length=3, pattern="^[A-Z]{3}$"),
    AfterValidator(known_currency),
    Field(description="Code of ISO 4217.", examples=["EUR"]),
]
KIND = "Name of one of `GET /follow-up-kinds`."
TAGS = (
    f"Kept in lower case, each once and in order; at most {MOST_TAGS}, of at most {LONGEST} characters, "
    "without commas and semicolons."
)
EXAMPLE_VALUE: JsonDict = {"amount": "1200.00", "currency": "EUR"}


class Value(Input, json_schema_extra=examples(EXAMPLE_VALUE)):
    """What a follow-up is worth."""

    amount: Amount
    currency: Currency


class NewFacts(Input):
    """What a new follow-up is beside its text."""

    kind: KindName = Field(DEFAULT_KIND, description=f"What is to be done. {KIND}")
    priority: Priority = "normal"
    tags: Tags = Field(default_factory=list, description=TAGS)
    value: Value | None = Field(None, description="What it is worth.")


class ValueShown(Schema, json_schema_extra=examples(EXAMPLE_VALUE)):
    """What a follow-up is worth."""

    amount: str = Field(description="With two decimals.")
    currency: str


class FactFilters(Schema):
    """What lists of follow-ups can be narrowed to beside whose they are."""

    kind: KindName | None = Field(None, description="Only those of this kind, by its name.")
    priority: Priority | None = Field(None, description="Only those of this priority.")
    tag: Tag | None = Field(None, description="Only those with this tag.")
    value_from: Amount | None = Field(None, description="Only those worth at least this; needs `currency`.")
    value_to: Amount | None = Field(None, description="Only those worth at most this; needs `currency`.")
    currency: Currency | None = Field(
        None, validate_default=True, description="Only those with a value in this currency."
    )

    held: HeldBy | None = Field(
        None,
        description="Only those that wait (`waiting`), that somebody snoozes (`snoozed`), or that somebody "
        "has (`acknowledged`), now.",
    )

    @field_validator("value_to")
    @classmethod
    def _not_below(cls, most: Decimal | None, given: ValidationInfo) -> Decimal | None:
        least = given.data.get("value_from")
        if most is not None and least is not None and most < least:
            raise ValueError(f"lies below value_from, {least}: swap the two")
        return most

    @field_validator("currency")
    @classmethod
    def _of_amounts(cls, currency: str | None, given: ValidationInfo) -> str | None:
        amounts = (given.data.get("value_from"), given.data.get("value_to"))
        if currency is None and amounts != (None, None):
            raise ValueError("is missing: amounts are compared in one currency, so name it, such as EUR")
        return currency


VALUE: ColumnElement[Any] = case(
    (
        f.value_amount.is_not(None),
        func.jsonb_build_object("amount", cast(f.value_amount, Text), "currency", f.value_currency),
    )
)
"""SQL of a `ValueShown`."""


def conditions(filters: FactFilters) -> Iterator[ColumnElement[bool]]:
    """SQL that holds for what filters leave. Partial indexes serve those whose conditions it says.

    What is asked for is in the statement: PostgreSQL plans for it, and a visit may be as rare as a call is
    common. With bind parameters it takes to one plan for all values, which for rare ones reads everything.
    """
    if filters.kind is not None:
        yield f.kind == _said(filters.kind)
    if filters.priority is not None:
        yield f.priority == literal_column(f"'{filters.priority}'")
    if filters.tag is not None:
        yield f.tags.contains(postgresql.array([_said(filters.tag)]))
        yield f.tags != literal_column("'{}'::text[]")
    if filters.currency is not None:
        yield f.value_currency == _said(filters.currency)
        yield f.value_amount.is_not(None)
    if filters.value_from is not None:
        yield f.value_amount >= _said(filters.value_from)
    if filters.value_to is not None:
        yield f.value_amount <= _said(filters.value_to)
    if filters.held is not None:
        yield is_held(filters.held)


def _said(value: str | Decimal) -> ColumnElement[Any]:
    """A value that is part of the statement itself, quoted by SQLAlchemy."""
    return literal(value, literal_execute=True)


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a follow-up by the columns that keep them: an amount and its currency have one each."""
    kept = {name: value for name, value in values.items() if name != "value"}
    if "value" in values:
        value = values["value"]
        kept["value_amount"] = value and Decimal(value["amount"])
        kept["value_currency"] = value and value["currency"]
    return kept


def value_of(amount: object, currency: str | None) -> dict[str, str] | None:
    """A value as the API shows it, from its columns."""
    return None if currency is None else {"amount": f"{Decimal(str(amount)):.2f}", "currency": currency}


def retagged(tags: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Tags after some were added and others removed, in their order; what is removed is not added."""
    return sorted({*tags, *add} - {*remove})
