"""The calendars and policies of a round: established at its start, and written by what the API does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, cast
from zoneinfo import ZoneInfo

from followup_api.audit import Trail
from followup_api.calendars.schemas import CalendarInput
from followup_api.calendars.service import add, replace
from followup_api.organisation import service as organisation
from followup_api.organisation.schemas import OrganisationInput
from followup_api.policies import service as policies
from followup_api.policies.schemas import PolicyInput, Publication
from followup_api.unit_of_work import UnitOfWork
from followup_api.users.service import change_user
from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults.ladders import KEY_ACCOUNTS, LADDERS, MEETINGS, counts
from tests.faults.offices import Office
from tests.faults.people import People
from tests.faults.settings import WRITE

ZONES = {"Berlin": "Europe/Berlin", "New York": "America/New_York", "Night": "Asia/Kolkata"}
CONDITIONS = {
    "key accounts": ("priority", (("high",), ("high", "low"))),
    "meetings": ("kind", (("meeting",), ("meeting", "visit"))),
}
NEWEST = text("SELECT max(id) FROM policy_versions WHERE policy_id = :id")
STANDARD = text("SELECT id FROM policies ORDER BY position DESC LIMIT 1")
OF_STANDARD = text("""
    INSERT INTO policy_versions (policy, version, steps)
    SELECT 'standard', max(version) + 1, CAST(:steps AS jsonb) FROM policy_versions WHERE policy_id = :id
    RETURNING id
""")


def _kept_elsewhere(*_: Any, **__: Any) -> None:
    """The audit log is about requests, and nobody asks for these."""


AUDIT = cast(Trail, _kept_elsewhere)


@dataclass(frozen=True)
class Established:
    """Ids by names."""

    admin: int
    calendars: dict[str, int]
    policies: dict[str, int]


def establish(tx: Transaction, people: People) -> Established:
    """Three calendars and three policies, and who counts by which calendar."""
    admin = people.admins[0]
    standard = tx.execute(STANDARD).scalar_one()
    first = tx.execute(NEWEST, {"id": standard}).scalar_one()
    _note_version(tx, first, standard, "standard")
    steps = json.dumps([rung.written() for rung in LADDERS["quick"]])
    quick = tx.execute(OF_STANDARD, {"id": standard, "steps": steps}).scalar_one()
    _note_version(tx, quick, standard, "quick")
    now = datetime.now(UTC)
    calendars = {}
    for name, zone in ZONES.items():
        office = open_now(zone, now, Random(name))
        calendars[name] = add(tx, AUDIT, _said(name, office)).id
        note(tx, "calendar", calendars[name], office.written())
    established = Established(admin, calendars, {"standard": standard})
    for name, ladder in (("key accounts", next(iter(KEY_ACCOUNTS))), ("meetings", next(iter(MEETINGS)))):
        body = policy_said(established, name, ladder, 0)
        established.policies[name] = policies.make(tx, AUDIT, body, by=admin).id
        publish(UnitOfWork(tx), established, name, ladder, 0)
    order(tx, [established.policies[name] for name in ("key accounts", "meetings", "standard")])
    give_organisation(tx, calendars["Berlin"])
    managers = [id_ for id_, person in people.by_id.items() if person.manager_id is not None]
    give(tx, managers[2], calendars["New York"])
    give(tx, managers[-5], calendars["Night"])
    return established


def open_now(zone: str, now: datetime, rng: Random) -> Office:
    """Open for some hours already, and for some more."""
    local = now.astimezone(ZoneInfo(zone))
    opens = local - timedelta(minutes=rng.randint(60, 240))
    closes = local + timedelta(minutes=rng.randint(60, 300))
    return Office(zone, _minute(opens), _minute(closes))


def any_office(zone: str, now: datetime, rng: Random) -> Office:
    """Open or closed now, perhaps only for a minute, by its hours or by a closed day."""
    local = now.astimezone(ZoneInfo(zone))
    begins = rng.choice((-240, -61, -1, 1, 2, 90))
    opens = local + timedelta(minutes=begins)
    closes = opens + timedelta(minutes=rng.choice((1, 2, 62, 300, 600)))
    other = tuple(day for day in range(1, 8) if day == local.isoweekday() or rng.random() < 0.8)
    closed = tuple(local.date() + timedelta(days=days) for days in (-2, -1, 0, 1, 2) if rng.random() < 0.15)
    return Office(zone, _minute(opens), _minute(closes), other, closed)


def rewrite(tx: Transaction, established: Established, name: str, office: Office) -> None:
    """Write a calendar again."""
    number = established.calendars[name]
    replace(tx, AUDIT, number, _said(name, office), None)
    note(tx, "calendar", number, office.written())


def give(tx: Transaction, person_id: int, calendar_id: int | None) -> None:
    """Give somebody a calendar."""
    change_user(tx, person_id, {"calendar_id": calendar_id})
    note(tx, "person", person_id, {"calendar": calendar_id})


def give_organisation(tx: Transaction, calendar_id: int | None) -> None:
    """Give everybody who has none a calendar."""
    organisation.replace(tx, AUDIT, OrganisationInput(calendar_id=calendar_id))
    note(tx, "organisation", None, {"calendar": calendar_id})


def draft(tx: Transaction, established: Established, name: str, ladder: str, wide: int) -> None:
    """Write what a policy is to be."""
    body = policy_said(established, name, ladder, wide)
    policies.draft(tx, AUDIT, established.policies[name], body, None, by=established.admin)


def publish(
    work: UnitOfWork, established: Established, name: str, ladder: str, wide: int, *, move_open: bool = False
) -> None:
    """Publish what was written."""
    how = Publication(move_open=move_open)
    policies.publish(work, AUDIT, established.policies[name], how, None, by=established.admin)
    policy = established.policies[name]
    version = work.tx.execute(NEWEST, {"id": policy}).scalar_one()
    field, values = CONDITIONS[name]
    calendar = _calendar(established, name)
    full = f"{name}, {ladder}"
    _note_version(work.tx, version, policy, full, calendar=calendar, field=field, values=values[wide])


def order(tx: Transaction, ids: list[int]) -> None:
    """Say in which order policies are tried."""
    policies.order(tx, AUDIT, ids)
    note(tx, "order", None, {"policies": ids})


def policy_said(established: Established, name: str, ladder: str, wide: int) -> PolicyInput:
    """As the API takes it."""
    field, values = CONDITIONS[name]
    rungs = LADDERS[f"{name}, {ladder}"]
    assert counts(rungs)
    return PolicyInput.model_validate(
        {
            "name": name.capitalize(),
            "conditions": {"all": [{"field": field, "is": "any_of", "value": [*values[wide]]}]},
            "calendar_id": _calendar(established, name),
            "steps": [rung.written() for rung in rungs],
        }
    )


def note(tx: Transaction, kind: str, subject: int | None, content: dict[str, Any]) -> None:
    """Keep in the journal what was set, in the same transaction."""
    tx.execute(WRITE, {"kind": kind, "subject": subject, "content": json.dumps(content)})


def _note_version(
    tx: Transaction,
    version: int,
    policy: int,
    ladder: str,
    *,
    calendar: int | None = None,
    field: str | None = None,
    values: Iterable[str] = (),
) -> None:
    said = {"policy": policy, "ladder": ladder, "calendar": calendar, "field": field, "values": [*values]}
    note(tx, "version", version, said)


def _calendar(established: Established, name: str) -> int | None:
    return established.calendars["Night"] if name == "meetings" else None


def _said(name: str, office: Office) -> CalendarInput:
    return CalendarInput.model_validate(
        {
            "name": name,
            "time_zone": office.zone,
            "hours": [
                {
                    "days": [*office.weekdays],
                    "opens": f"{office.opens:%H:%M}",
                    "closes": f"{office.closes:%H:%M}",
                }
            ],
            "days": [{"date": day.isoformat(), "closed": True} for day in office.closed],
        }
    )


def _minute(moment: datetime) -> time:
    return moment.time().replace(second=0, microsecond=0)
