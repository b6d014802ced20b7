"""What a round's calendars and policies said at each moment, from the journal alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults.ladders import LADDERS, Ladder, counts
from tests.faults.offices import ALWAYS, Days, Office, worked_out
from tests.faults.people import People

T = TypeVar("T")
SEEN_AFTER = timedelta(seconds=1)
"""A commit is seen by others a moment after the time that it bears."""

CREATE = """
CREATE TABLE public.fault_settings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject bigint,
    content jsonb NOT NULL
);
CREATE TABLE public.fault_runs (
    follow_up_id bigint NOT NULL,
    run integer NOT NULL,
    policy_version_id bigint NOT NULL,
    began timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (follow_up_id, run)
);
GRANT SELECT, INSERT ON public.fault_settings TO followup_api;
"""

WRITE = text("""
    INSERT INTO public.fault_settings (kind, subject, content)
    VALUES (:kind, :subject, CAST(:content AS jsonb))
""")
READ = text("""
    SELECT kind, subject, content, pg_xact_commit_timestamp(xmin) AS at FROM public.fault_settings
    ORDER BY at, id
""")
RUNS = text("""
    SELECT follow_up_id, run, policy_version_id, began, pg_xact_commit_timestamp(xmin) AS at
    FROM public.fault_runs
""")


class Facts(NamedTuple):
    """What conditions ask of a follow-up."""

    kind: str = "task"
    priority: str = "normal"


PLAIN = Facts()
"""Those of most: no policy of their own is for them."""


@dataclass(frozen=True)
class Version:
    """A version of a policy."""

    id: int
    policy: int
    ladder: Ladder
    calendar: int | None = None
    field: str | None = None
    values: tuple[str, ...] = ()

    def is_for(self, facts: Facts) -> bool:
        """Whether its conditions are met."""
        return self.field is None or getattr(facts, self.field) in self.values


@dataclass
class Timeline(Generic[T]):
    """The values that something had, and since when."""

    since: list[datetime] = field(default_factory=list)
    values: list[T] = field(default_factory=list)

    def add(self, since: datetime, value: T) -> None:
        """The next one."""
        self.since.append(since)
        self.values.append(value)

    def at(self, moment: datetime) -> T:
        """The value at a moment."""
        return self.values[max(bisect_right(self.since, moment) - 1, 0)]

    def during(self, begins: datetime, ends: datetime) -> list[T]:
        """All values that it had in some time."""
        first = max(bisect_right(self.since, begins) - 1, 0)
        return self.values[first : max(bisect_right(self.since, ends), first + 1)]


class RunBegan(NamedTuple):
    """Which version a run is on, and the transaction in which it began."""

    version: Version
    begins: datetime
    ends: datetime


@dataclass
class Settings:
    """Everything that was set, at each moment."""

    people: People
    offices: dict[int, Timeline[Office]] = field(default_factory=lambda: defaultdict(Timeline))
    given: dict[int, Timeline[int | None]] = field(default_factory=lambda: defaultdict(Timeline))
    organisation: Timeline[int | None] = field(default_factory=Timeline)
    versions: dict[int, Version] = field(default_factory=dict)
    published: dict[int, Timeline[Version]] = field(default_factory=lambda: defaultdict(Timeline))
    order: Timeline[list[int]] = field(default_factory=Timeline)
    staff: Timeline[People] = field(default_factory=Timeline)
    """Who was there."""

    @classmethod
    def read(cls, tx: Transaction, people: People) -> Settings:
        """What the journal has."""
        found = cls(people)
        found.staff.add(datetime.min.replace(tzinfo=UTC), people)
        for row in tx.execute(READ):
            found._add(row.kind, row.subject, row.content, row.at)
        return found

    def _add(self, kind: str, subject: int, content: dict[str, Any], at: datetime) -> None:
        match kind:
            case "calendar":
                self.offices[subject].add(at, Office.read(content))
            case "person":
                self.given[subject].add(at, content["calendar"])
            case "organisation":
                self.organisation.add(at, content["calendar"])
            case "away":
                away = {"away": content["away"], "substitute_id": content["substitute"]}
                self.staff.add(at, self.staff.values[-1].changed(subject, **away))
            case "active":
                self.staff.add(at, self.staff.values[-1].changed(subject, active=content["active"]))
            case "order":
                self.order.add(at, content["policies"])
            case "version":
                version = Version(
                    id=subject,
                    policy=content["policy"],
                    ladder=LADDERS[content["ladder"]],
                    calendar=content["calendar"],
                    field=content["field"],
                    values=tuple(content["values"]),
                )
                self.versions[subject] = version
                self.published[version.policy].add(at, version)

    @property
    def founded(self) -> datetime:
        """When the round's first settings were made, all at once."""
        return self.order.since[0]

    def days(self, version: Version, assignee_id: int, begins: datetime, ends: datetime) -> list[Days]:
        """By which hours a version counted for somebody in some time."""
        if not counts(version.ladder):
            return [ALWAYS]
        if version.calendar is not None:
            return self._hours({version.calendar}, begins, ends)
        return self.own_days(assignee_id, begins, ends)

    def own_days(self, person_id: int, begins: datetime, ends: datetime) -> list[Days]:
        """The hours of a person in some time."""
        ids = {self._calendar(person_id, moment) for moment in self._moments(person_id, begins, ends)}
        return self._hours(ids, begins, ends)

    def staff_in(self, begins: datetime, ends: datetime) -> list[People]:
        """Everybody, as they were in some time."""
        return self.staff.during(begins - SEEN_AFTER, ends)

    def choices(self, facts: Facts, begins: datetime, ends: datetime) -> set[int]:
        """The versions that a follow-up may have got in some time."""
        changes = [*self.order.since, *(at for line in self.published.values() for at in line.since)]
        early = begins - SEEN_AFTER
        return {self.choice(facts, at).id for at in (early, *(at for at in changes if early < at <= ends))}

    def choice(self, facts: Facts, moment: datetime) -> Version:
        """The version that a follow-up gets."""
        for policy in self.order.at(moment):
            line = self.published[policy]
            if line.since[0] <= moment or policy == self.order.at(moment)[-1]:
                version = line.at(moment)
                if version.is_for(facts):
                    return version
        raise AssertionError("the last policy is for everything")

    def _hours(self, ids: set[int | None], begins: datetime, ends: datetime) -> list[Days]:
        found: list[Days] = [ALWAYS] if None in ids else []
        for number in ids - {None}:
            assert number is not None
            offices = self.offices[number].during(begins - SEEN_AFTER, ends)
            found += [worked_out(office, self._today) for office in dict.fromkeys(offices)]
        return found

    @property
    def _today(self) -> date:
        return self.founded.date()

    def _line(self, person_id: int) -> list[int]:
        line: list[int] = []
        above: int | None = person_id
        while above is not None:
            line.append(above)
            above = self.people.by_id[above].manager_id
        return line

    def _moments(self, person_id: int, begins: datetime, ends: datetime) -> list[datetime]:
        early = begins - SEEN_AFTER
        lines = [self.given[each] for each in self._line(person_id) if each in self.given]
        changes = [at for line in (*lines, self.organisation) for at in line.since]
        return [early, *(at for at in changes if early < at <= ends)]

    def _calendar(self, person_id: int, moment: datetime) -> int | None:
        for each in self._line(person_id):
            line = self.given.get(each)
            if line and line.since[0] <= moment and (own := line.at(moment)) is not None:
                return own
        return self.organisation.at(moment)


def read_runs(tx: Transaction, settings: Settings) -> dict[int, dict[int, RunBegan]]:
    """Which version each run of each follow-up is on."""
    found: dict[int, dict[int, RunBegan]] = defaultdict(dict)
    for row in tx.execute(RUNS):
        version = settings.versions[row.policy_version_id]
        found[row.follow_up_id][row.run] = RunBegan(version, row.began, row.at)
    return found
