"""People."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, model_validator
from pydantic.config import JsonDict

from followup_api.auth.common_passwords import is_common
from followup_api.auth.passwords import MAX_LENGTH, MIN_LENGTH, prepared
from followup_api.pagination import PageQuery
from followup_api.roles import Role
from followup_api.schemas import Changes, Id, Input, Line, Schema, Search, examples, storable, unchanged
from followup_api.time_zones import canonical

ADA: JsonDict = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "role": "manager",
    "manager_id": 7,
    "active": True,
    "time_zone": "Europe/London",
    "calendar_id": None,
}


def email_address(value: str) -> str:
    """Check the shape of an e-mail address.

    Raises:
        ValueError: no mail could get there.
    """
    name, at, domain = value.rpartition("@")
    if not (name and at and domain) or "@" in name or not value.isprintable() or " " in value:
        raise ValueError("is not an e-mail address: use one such as ada@example.com")
    return value


def not_common(value: SecretStr) -> SecretStr:
    """Refuse the passwords that everybody tries first.

    Raises:
        ValueError: it is one of them.
    """
    if is_common(value.get_secret_value()):
        raise ValueError(
            "is one of the most used passwords, or nearly one: choose another, such as four words that have "
            "nothing to do with each other"
        )
    return value


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(email_address),
    AfterValidator(storable),
]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(canonical)]
Password = Annotated[
    SecretStr,
    Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH),
    AfterValidator(not_common),
    BeforeValidator(lambda value: prepared(value) if isinstance(value, str) else value),
]
"""A new one, as passwords are compared; an old one may be shorter, or have become common."""


USER_EXAMPLE: JsonDict = {
    "id": 42,
    **ADA,
    "reports": 5,
    "is_person": True,
    "version": 3,
    "etag": '"3-5d41402a"',
}


class User(Schema, json_schema_extra=examples(USER_EXAMPLE)):
    """A person."""

    id: int
    email: str
    name: str
    role: Role
    manager_id: int | None = Field(description="The person they report to.")
    active: bool = Field(description="Inactive people cannot log in and are told nothing.")
    time_zone: str = Field(
        description="IANA name; decides which day is today for them. A name of old, such as `US/Eastern`, "
        "becomes that of today."
    )
    calendar_id: int | None = Field(
        description="The calendar by which working time counts for them; null: that of the nearest manager "
        "who has one, else the organisation's."
    )
    reports: int = Field(
        description="How many people report to them directly. Somebody with reports sees their follow-ups "
        "whatever their own role; while they are inactive the next active one above is told in their place."
    )
    is_person: bool = Field(
        description="False: an account that commands use, such as that of `followup run`. It gets no "
        "follow-ups and no invitation, stands in for nobody, and is told only where no person is an admin. "
        "A password makes it a person."
    )
    version: int = Field(description="Counts changes.")
    etag: str = Field(description="For `If-Match`: the same as the header `ETag` of a single person.")


NEW_USER_EXAMPLE: JsonDict = {**ADA, "password": "correct horse battery staple"}


class NewUser(Input, json_schema_extra=examples(NEW_USER_EXAMPLE)):
    """A person to add."""

    email: Email = Field(description="Unique, whatever its case.")
    name: Line
    role: Role = "employee"
    manager_id: Id | None = None
    active: bool = True
    time_zone: TimeZone = "UTC"
    calendar_id: Id | None = Field(None, description="Of a calendar that is in use.")
    password: Password | None = Field(None, description="Without one they can only use API tokens.")


class OpenWork(Input, json_schema_extra=examples({"hand_over_to": 7}, {"stays": True})):
    """What becomes of the open follow-ups of somebody who is deactivated: one of the two."""

    hand_over_to: Id | None = Field(
        None,
        description="All of them go to this person for good; null: to the manager of who is deactivated.",
    )
    stays: bool = Field(False, description="They stay theirs; the next active person above them is told.")

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if self.stays == ("hand_over_to" in self.model_fields_set):
            raise ValueError(
                "open_work says one of the two: hand_over_to with the id of a person (null: their manager), "
                "or stays: true"
            )
        return self


USER_CHANGES_EXAMPLE: JsonDict = {"role": "manager", "manager_id": None}


class UserChanges(Changes, json_schema_extra=examples(USER_CHANGES_EXAMPLE)):
    """What to change about a person; what is absent stays."""

    email: Email = Field(default_factory=unchanged)
    name: Line = Field(default_factory=unchanged)
    role: Role = Field(default_factory=unchanged)
    manager_id: Id | None = Field(default_factory=unchanged, description="Null: reports to nobody.")
    active: bool = Field(default_factory=unchanged)
    time_zone: TimeZone = Field(default_factory=unchanged)
    calendar_id: Id | None = Field(
        default_factory=unchanged,
        description="Of a calendar that is in use; null: as their managers. Open follow-ups that count by it "
        "are placed again.",
    )
    password: Password = Field(default_factory=unchanged, description="Ends the person's other sessions.")
    open_work: OpenWork | None = Field(
        default_factory=unchanged,
        description="With `active: false`: what becomes of their open follow-ups. It has to be said where "
        "there are any (409). `GET /users?has_open_work=true&active=false` finds those whose stayed theirs.",
    )


class UserQuery(PageQuery):
    """Which people to list."""

    q: Search | None = Field(
        None,
        description="Words, each of which is found in the name or the e-mail address: as for follow-ups.",
    )
    role: Role | None = None
    active: bool | None = None
    manager_id: Id | None = Field(None, description="People who report to this person directly.")
    has_open_work: bool | None = Field(None, description="Whether open follow-ups are theirs.")
