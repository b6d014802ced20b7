"""The demo company as its files describe it, with times relative to now."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

DOMAIN = "larkfield.example"
CRM = f"https://crm.{DOMAIN}"
QUARTER = timedelta(minutes=15)
UNITS = {"h": "hours", "d": "days"}


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who works, or has worked, at the demo company."""

    email: str
    name: str
    role: str
    manager_email: str | None
    time_zone: str
    active: bool
    team: str
    calendar: str | None
    """Its name; None: that of everybody."""


@dataclass(frozen=True)
class DemoSubject:
    """A lead or client."""

    external_id: str
    kind: str
    name: str

    @property
    def url(self) -> str:
        """Their page in the company's CRM."""
        return f"{CRM}/{self.kind}s/{self.external_id}"

    @property
    def phone(self) -> str:
        """A number in London or Leeds that is kept for stories (Ofcom): nobody has it."""
        city = "20 7946" if self.kind == "lead" else "113 496"
        return f"+44 {city} 0{self.external_id[-3:]}"

    @property
    def email(self) -> str:
        """The address that everybody there reads."""
        return f"hello@{re.sub('[^a-z]+', '-', self.name.lower()).strip('-')}.example"


@dataclass(frozen=True)
class DemoFollowUp:
    """A promised call."""

    assignee: str
    due_at: datetime
    subject: DemoSubject
    title: str
    notes: str
    completed_at: datetime | None
    handed_over_by: str | None
    """Whose it was before."""
    kind: str
    priority: str
    tags: list[str]
    value: dict[str, str] | None
    """Amount and currency."""


def people() -> list[DemoPerson]:
    """Everybody, managers before their reports."""
    return [
        DemoPerson(
            email=row["email"],
            name=row["name"],
            role=row["role"],
            manager_email=row["manager_email"] or None,
            time_zone=row["time_zone"],
            active=row["active"] == "true",
            team=row["team"],
            calendar=row["calendar"] or None,
        )
        for row in _rows("people.csv")
    ]


def follow_ups(now: datetime) -> list[DemoFollowUp]:
    """Every follow-up of these days, at every stage around `now`; due at full quarters of an hour."""
    return list(_follow_ups("follow_ups.csv", now))


def past_follow_ups(now: datetime) -> list[DemoFollowUp]:
    """What was done in the months before, in time or late."""
    return list(_follow_ups("history.csv", now))


def _follow_ups(name: str, now: datetime) -> Iterator[DemoFollowUp]:
    subjects = {row["external_id"]: DemoSubject(**row) for row in _rows("subjects.csv")}
    for row in _rows(name):
        yield DemoFollowUp(
            assignee=_email(row["assignee"]),
            due_at=_quarter(now + _offset(row["due"])),
            subject=subjects[row["subject"]],
            title=row["title"],
            notes=row.get("notes", ""),
            completed_at=now + _offset(row["completed"]) if row["completed"] else None,
            handed_over_by=_email(row["handed_over_by"]) if row.get("handed_over_by") else None,
            kind=row["kind"],
            priority=row["priority"],
            tags=row["tags"].split("; ") if row["tags"] else [],
            value=_value(row),
        )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files(__package__) / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _value(row: dict[str, str]) -> dict[str, str] | None:
    if not row["value_amount"]:
        return None
    return {"amount": row["value_amount"], "currency": row["value_currency"]}


def _email(name: str) -> str:
    return f"{name}@{DOMAIN}"


def _offset(text: str) -> timedelta:
    """`-26h`, `+3d`."""
    return timedelta(**{UNITS[text[-1]]: int(text[:-1])})


def _quarter(moment: datetime) -> datetime:
    return moment - (moment - datetime.min.replace(tzinfo=moment.tzinfo)) % QUARTER
