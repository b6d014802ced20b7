"""A sales department's CRM export as input for Followup, and what one sweep must make of it.

The outcome is computed here from scratch, without Followup's code, so that both can be compared.

    python -m tests.support.sales --out DIR [--from EXPORT] [--seed N]

writes `users.csv`, `follow-ups.csv` and `expected.json` to DIR: from data of its own (35 agents
under 6 managers under one admin, some 1,600 open deals, with the blemishes of such exports), or
from an export with `sales_teams.csv` and `sales_pipeline.csv`. The newest deal is due now.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ADMIN = "admin@sales.example"
USER_COLUMNS = ("email", "name", "role", "manager_email", "time_zone", "active")
FOLLOW_UP_COLUMNS = (
    *("external_id", "title", "assignee_email", "due_at", "subject_kind", "subject_external_id"),
    *("subject_name", "subject_url", "notes", "status"),
)


@dataclass(frozen=True)
class Agent:
    """Somebody in the department; `manager` is an e-mail address or empty."""

    email: str
    name: str
    role: str = "employee"
    manager: str = ""
    active: bool = True


@dataclass(frozen=True)
class Deal:
    """An open deal: engaged on a day, with an account that may be missing."""

    number: str
    agent: str
    account: str
    product: str
    engaged: date


@dataclass
class Department:
    """People and open deals, and the moment at which the newest deal is due."""

    people: list[Agent]
    deals: list[Deal]
    now: datetime

    def due_at(self, deal: Deal) -> datetime:
        newest = max(deal.engaged for deal in self.deals)
        return self.now - (newest - deal.engaged)

    def with_everybody_active(self) -> Department:
        """The same before anybody left: follow-ups are given to people who are there."""
        return replace(self, people=[replace(person, active=True) for person in self.people])


@dataclass
class Outcome:
    """What one sweep must make of a department."""

    levels: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    fallbacks: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {name: dict(sorted(counts.items())) for name, counts in vars(self).items()}


def generate(chance: random.Random, now: datetime) -> Department:
    """A department of its own kind, the same for the same seed."""
    admin = Agent(ADMIN, "Ada Admin", "admin")
    managers = [
        Agent(f"manager{i}@sales.example", f"Manager {i}", "manager", ADMIN, active=i != 3) for i in range(6)
    ]
    agents = [
        Agent(
            f"agent{i}@sales.example",
            f"Agent Nº {i}, “{'Jr.' if i % 9 == 0 else 'Sr.'}”",
            manager="" if i % 17 == 5 else managers[i % 6].email,
            active=i % 13 != 7,
        )
        for i in range(35)
    ]
    start = date(2016, 10, 20)
    deals = [
        Deal(
            number=f"{chance.randrange(16**8):08X}{i}",
            agent=chance.choice(agents).email,
            account=chance.choice(["", "Acme Corporation", "Isdom, Inc.", 'The "Best" Ltd', "Ümlaut GmbH"]),
            product=chance.choice(["GTX Basic", "GTXPro", "GTX Pro", "MG Special"]),
            engaged=start + timedelta(days=min(436, round(437 * chance.random() ** 0.2))),
        )
        for i in range(1_589)
    ]
    return Department([admin, *managers, *agents], deals, now)


def read_export(folder: Path, now: datetime) -> Department:
    """A department from an export's `sales_teams.csv` and `sales_pipeline.csv` (stage "Engaging")."""
    teams = list(_rows(folder / "sales_teams.csv"))
    managers = sorted({row["manager"] for row in teams})
    people = [
        Agent(ADMIN, "Ada Admin", "admin"),
        *(Agent(_email(name), name, "manager", ADMIN) for name in managers),
        *(Agent(_email(r["sales_agent"]), r["sales_agent"], manager=_email(r["manager"])) for r in teams),
    ]
    deals = [
        Deal(
            number=row["opportunity_id"],
            agent=_email(row["sales_agent"]),
            account=row["account"],
            product=row["product"],
            engaged=date.fromisoformat(row["engage_date"]),
        )
        for row in _rows(folder / "sales_pipeline.csv")
        if row["deal_stage"] == "Engaging"
    ]
    return Department(people, deals, now)


def expected_outcome(department: Department) -> Outcome:
    """One sweep's result, from the rules as the design words them."""
    people = {person.email: person for person in department.people}
    admins = [person.email for person in department.people if person.role == "admin" and person.active]
    outcome = Outcome()
    for deal in department.deals:
        overdue_hours = (department.now - department.due_at(deal)).total_seconds() / 3600
        if overdue_hours >= 96:
            # Nobody was told before: the assignee hears of it, too.
            assignee = _assignee(people, deal.agent, admins)
            level, told = "admin", {**assignee, **dict.fromkeys(admins, "")}
        elif overdue_hours >= 48:
            manager = _first_active_above(people, deal.agent, admins)
            level, told = "manager", {**_assignee(people, deal.agent, admins), **manager}
        else:
            level, told = "employee", _assignee(people, deal.agent, admins)
        outcome.levels[level] += 1
        outcome.told.update(told.keys())
        outcome.fallbacks.update(fallback for fallback in told.values() if fallback)
    return outcome


def write(department: Department, folder: Path) -> tuple[Path, Path]:
    """Write both CSV files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    users, follow_ups = folder / "users.csv", folder / "follow-ups.csv"
    _write(users, USER_COLUMNS, (user_row(person) for person in department.people))
    _write(follow_ups, FOLLOW_UP_COLUMNS, (follow_up_row(department, deal) for deal in department.deals))
    return users, follow_ups


def _assignee(people: dict[str, Agent], agent: str, admins: list[str]) -> dict[str, str]:
    """{who is told: fallback or nothing}"""
    if people[agent].active:
        return {agent: ""}
    found = _first_active_above(people, agent, admins)
    return {email: fallback or "up_the_line" for email, fallback in found.items()}


def _first_active_above(people: dict[str, Agent], agent: str, admins: list[str]) -> dict[str, str]:
    fallback = ""
    above = people[agent].manager
    while above:
        if people[above].active:
            return {above: fallback}
        fallback = "up_the_line"
        above = people[above].manager
    return dict.fromkeys(admins, "admins")


def user_row(person: Agent) -> Sequence[str]:
    """Somebody as a line of `users.csv`."""
    return (person.email, person.name, person.role, person.manager, "UTC", str(person.active).lower())


def follow_up_row(department: Department, deal: Deal) -> Sequence[str]:
    """A deal as a line of `follow-ups.csv`."""
    subject = ("client", deal.account, deal.account, "") if deal.account else ("", "", "", "")
    title = f"Follow up on {deal.product}"
    due = department.due_at(deal).isoformat()
    return (deal.number, title, deal.agent, due, *subject, "", "open")


def _write(path: Path, columns: Iterable[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _email(name: str) -> str:
    return re.sub(r"[^a-z]+", ".", name.lower()).strip(".") + "@sales.example"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--from", type=Path, dest="export")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    now = datetime.now(UTC)
    department = (
        read_export(arguments.export, now)
        if arguments.export
        else generate(random.Random(arguments.seed), now)
    )
    write(department, arguments.out)
    expected = expected_outcome(department).as_dict()
    (arguments.out / "expected.json").write_text(json.dumps(expected, indent=2))
    print(json.dumps(expected, indent=2))


if __name__ == "__main__":
    main()
