"""A sales department under three policies and two calendars: whom each step tells equals a plain computation.

With `FOLLOWUP_TEST_SALES_EXPORT` naming a folder with a CRM's `sales_teams.csv` and `sales_pipeline.csv`, it
is that department; else one of its own (`tests/support/sales.py`).
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.naive_hours import Office, after_working, after_working_days
from tests.support.sales import (
    ADMIN,
    FOLLOW_UP_COLUMNS,
    USER_COLUMNS,
    Deal,
    Department,
    generate,
    read_export,
)
from tests.support.sales import (
    follow_up_row as line_of_deal,
)
from tests.support.sales import (
    user_row as line_of_person,
)

from .conftest import Person, World
from .pipelines import swept

HOUR, FORTNIGHT = timedelta(hours=1), timedelta(days=14)
BERLIN = Office(
    "Europe/Berlin",
    ((time(9), time(12, 30)), (time(13, 30), time(17))),
    closed=frozenset({date(2026, 5, 1), date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1)}),
)
NEW_YORK = Office(
    "America/New_York",
    ((time(8, 30), time(16, 30)),),
    weekdays=frozenset({0, 1, 2, 3, 4, 5}),
    closed=frozenset({date(2026, 7, 3), date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1)}),
)
OFFICES = {"Berlin": BERLIN, "New York": NEW_YORK}
DEAR = 4_000


Told = tuple[str, int, str]
"""A policy, the number of its step, and the address of somebody who is told."""


class Rung(NamedTuple):
    """A step as the computation here takes it: when, whom, how it is written, and its severity."""

    unit: str
    length: float
    audience: tuple[str, ...]
    severity: str

    def written(self) -> dict[str, Any]:
        """As the API takes it."""
        when = int(self.length) if self.unit == "working_days" else f"PT{self.length:g}H"
        label = f"{self.unit} {self.length:g}"
        return {
            self.unit: when,
            "audience": list(self.audience),
            "label": label,
            "severity": self.severity,
        }


LADDERS = {
    "Dear": [
        Rung("after", 0, ("assignee",), "overdue"),
        Rung("working", 40, ("manager", "assignee"), "escalated"),
        Rung("working", 350.5, ("manager",), "escalated"),
        Rung("working", 900, ("admins",), "breach"),
    ],
    "Far": [
        Rung("after", 0, ("assignee",), "overdue"),
        Rung("working_days", 3, ("manager",), "escalated"),
        Rung("working_days", 70, ("manager", "assignee"), "escalated"),
        Rung("working_days", 160, ("admins", "manager"), "breach"),
    ],
    "standard": [
        Rung("after", 0, ("assignee",), "overdue"),
        Rung("after", 48, ("manager", "assignee"), "escalated"),
        Rung("after", 96, ("admins",), "breach"),
    ],
}


def amount(deal: Deal) -> int:
    """What a deal is worth, by its product."""
    return sum(map(ord, deal.product)) * 37 % 9_000


class Computed:
    """Who is told what, computed the plain way."""

    def __init__(self, department: Department) -> None:
        self.department = department
        self.people = {person.email: person for person in department.people}
        self.admins = [each.email for each in department.people if each.role == "admin" and each.active]
        managers = sorted(each.email for each in department.people if each.role == "manager")
        self.offices = {email: list(OFFICES)[number % 2] for number, email in enumerate(managers)}
        self.far = [email for number, email in enumerate(managers) if number % 3 == 0]

    def policy(self, deal: Deal) -> str:
        """Its name: dear deals first, then those of some managers."""
        if amount(deal) >= DEAR:
            return "Dear"
        return "Far" if self.people[deal.agent].manager in self.far else "standard"

    def steps(self, deal: Deal) -> list[datetime]:
        """When each step comes; none before the one above it."""
        due, policy = self.department.due_at(deal), self.policy(deal)
        office = BERLIN if policy == "Dear" else self._office(deal)
        found: list[datetime] = []
        for rung in LADDERS[policy]:
            at = _at(rung, due, office)
            found.append(max([at, *found]))
        return found

    def told(self, deal: Deal, step: int, *, first: bool = False) -> Iterator[str]:
        """Everyone whom a step tells, by e-mail address; the first one told tells the assignee too, where
        one above it would have."""
        found: dict[str, None] = {}
        ladder = LADDERS[self.policy(deal)]
        late = first and any("assignee" in rung.audience for rung in ladder[:step])
        for audience in (*ladder[step - 1].audience, *(["assignee"] if late else [])):
            if audience == "admins":
                found |= dict.fromkeys(self.admins)
            else:
                found |= dict.fromkeys(self._up(deal.agent, 1 if audience == "manager" else 0))
        yield from found

    def first_told(self, steps: Mapping[str, list[datetime]], now: datetime) -> Counter[Told]:
        """Who is told what by the first sweep of all, with the steps of each deal by its number."""
        return Counter(
            (self.policy(deal), reached, email)
            for deal in self.department.deals
            if (reached := _reached(steps[deal.number], now))
            for email in self.told(deal, reached, first=True)
        )

    def _office(self, deal: Deal) -> Office | None:
        name = self.offices.get(self.people[deal.agent].manager)
        return OFFICES[name] if name else None

    def _up(self, email: str, height: int) -> list[str]:
        """The first active person at this height or above it; else the admins."""
        while email:
            if height <= 0 and self.people[email].active:
                return [email]
            email, height = self.people[email].manager, height - 1
        return self.admins


def _reached(steps: Iterable[datetime], now: datetime) -> int:
    """The number of the last step that has come; 0: none."""
    return sum(at <= now for at in steps)


def _at(rung: Rung, due: datetime, office: Office | None) -> datetime:
    if rung.unit == "working_days":
        days = int(rung.length)
        return after_working_days(office, due, days) if office else due + timedelta(days=days)
    length = timedelta(hours=rung.length)
    return after_working(office, due, length) if office and rung.unit == "working" else due + length


@pytest.fixture
def department() -> Department:
    now = datetime.now(UTC)
    folder = os.environ.get("FOLLOWUP_TEST_SALES_EXPORT")
    return read_export(Path(folder), now) if folder else generate(random.Random(3), now)


@pytest.fixture
def ada(world: World) -> Person:
    return world.person("Ada Admin", "admin", email=ADMIN)


def call(world: World, who: Person, method: str, path: str, **more: Any) -> Any:
    answer = world.client(who).request(method, f"/api/v1{path}", **more)
    assert answer.is_success, answer.text
    return answer.json()


def import_lines(world: World, who: Person, kind: str, columns: Any, rows: Any) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([columns, *rows])
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    done = call(world, who, "POST", f"/imports/{kind}", content=file.getvalue().encode(), headers=headers)
    assert done["errors"] == []


def set_up(world: World, ada: Person, computed: Computed) -> None:
    """Import the department, give managers their calendars, publish the policies; then some people leave."""
    department = computed.department
    before = department.with_everybody_active()
    import_lines(world, ada, "users", USER_COLUMNS, map(line_of_person, before.people))
    ids = {row.email: row.id for row in world.execute("SELECT id, email FROM users")}
    calendars = {name: _add_calendar(world, ada, name, office) for name, office in OFFICES.items()}
    for email, name in computed.offices.items():
        call(world, ada, "PATCH", f"/users/{ids[email]}", json={"calendar_id": calendars[name]})
    dear = {"field": "value", "is": "at_least", "value": {"amount": f"{DEAR}.00", "currency": "USD"}}
    far = {"field": "team", "is": "any_of", "value": [ids[email] for email in computed.far]}
    _publish(world, ada, "Dear", [dear], calendars["Berlin"])
    _publish(world, ada, "Far", [far], None)
    columns = (*FOLLOW_UP_COLUMNS, "value_amount", "value_currency")
    rows = [(*line_of_deal(department, deal), amount(deal), "USD") for deal in department.deals]
    import_lines(world, ada, "follow-ups", columns, rows)
    leaving = "users?open_work=stays"
    import_lines(world, ada, leaving, USER_COLUMNS, map(line_of_person, department.people))


def _add_calendar(world: World, ada: Person, name: str, office: Office) -> int:
    ranges = [
        {"days": [day + 1 for day in sorted(office.weekdays)], "opens": f"{a:%H:%M}", "closes": f"{b:%H:%M}"}
        for a, b in office.hours
    ]
    days = [{"date": day.isoformat(), "closed": True} for day in sorted(office.closed)]
    body = {"name": name, "time_zone": office.zone, "hours": ranges, "days": days}
    added: int = call(world, ada, "POST", "/calendars", json=body)["id"]
    return added


def _publish(world: World, ada: Person, name: str, conditions: list[Any], calendar_id: int | None) -> None:
    steps = [rung.written() for rung in LADDERS[name]]
    body = {"name": name, "conditions": {"all": conditions}, "calendar_id": calendar_id, "steps": steps}
    made = call(world, ada, "POST", "/policies", json=body)
    call(world, ada, "POST", f"/policies/{made['id']}/publish", json={})


def test_counts_per_step_and_person_equal_a_plain_computation(
    world: World, ada: Person, department: Department
) -> None:
    computed = Computed(department)
    set_up(world, ada, computed)
    at_once = call(world, ada, "POST", "/policies/simulate", json={"window": "now"})
    swept(world)
    [(now,)] = world.execute("SELECT started_at FROM sweeps")
    steps = {deal.number: computed.steps(deal) for deal in department.deals}

    expected = computed.first_told(steps, now)
    _compare(world, at_once, computed.first_told(steps, datetime.fromisoformat(at_once["until"])))
    told = world.execute(
        "SELECT v.policy, n.step, u.email, count(*) AS number FROM notifications n "
        "JOIN policy_versions v ON v.id = n.policy_version_id JOIN users u ON u.id = n.user_id "
        "WHERE n.step > 0 GROUP BY 1, 2, 3"
    )
    assert {(row.policy, row.step, row.email): row.number for row in told} == dict(expected)
    assert {policy for policy, _, _ in expected} == set(LADDERS)
    assert len({(policy, step) for policy, step, _ in expected}) >= 9

    reached = {deal.number: _reached(steps[deal.number], now) for deal in department.deals}
    found = call(world, ada, "POST", "/policies/simulate", json={"window": "next_14_days"})
    since, until = (datetime.fromisoformat(found[name]) for name in ("since", "until"))
    coming = Counter(
        (computed.policy(deal), step, email)
        for deal in department.deals
        for step, at in enumerate(steps[deal.number], 1)
        if step > reached[deal.number] and since < at <= until
        for email in computed.told(deal, step)
    )
    _compare(world, found, coming)
    assert found["uncounted"] == 0
    print(f"{sum(expected.values())} told, {sum(coming.values())} to come")


def _compare(world: World, found: dict[str, Any], coming: Counter[tuple[str, int, str]]) -> None:
    by_step: Counter[tuple[str, int]] = Counter()
    by_person: Counter[int] = Counter()
    ids = {row.email: row.id for row in world.execute("SELECT id, email FROM users")}
    for (policy, step, email), number in coming.items():
        by_step[policy, step] += number
        by_person[ids[email]] += number
    assert {(each["policy"], each["step"]): each["count"] for each in found["by_step"]} == dict(by_step)
    assert {each["user"]["id"]: each["count"] for each in found["by_person"]} == dict(by_person)
