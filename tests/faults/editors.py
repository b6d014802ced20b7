"""Admins who change by what everything goes while things fail, by the API's verbs and role."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

from followup_api.problems import Problem
from followup_api.unit_of_work import UnitOfWork
from followup_common.db import Database, Transaction
from followup_common.messaging import outbox
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.faults import established as work
from tests.faults import staff
from tests.faults.established import ZONES, Established
from tests.faults.ladders import AT_THE_END, KEY_ACCOUNTS, MEETINGS
from tests.faults.people import People
from tests.faults.workload import LONGEST_ACTION
from tests.support.waiting import eventually

SOURCE = "followup/api"
PAUSE = 0.5
LADDERS = {"key accounts": KEY_ACCOUNTS, "meetings": MEETINGS}
REDRIVE_AFTER = timedelta(seconds=2)
AWAY = (SQLAlchemyError, PoolTimeoutError)


class Editors:
    """Admins, each with an eye on something: calendars, policies, absences, or who works on what. Each begins
    when a fault asks for it.

    Args:
        database_url: as the role of the API.
        people: who gets other calendars.
        established: what there is to edit.
    """

    def __init__(
        self,
        database_url: str,
        people: People,
        established: Established,
    ) -> None:
        self.done: Counter[str] = Counter()
        self._database = Database(database_url, application_name="followup-faults-editors")
        self._people = people
        self._established = established
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def edit_calendars(self, rng: Random) -> None:
        """Begin to edit calendars, and whose they are."""
        self._start(self._edit_one, rng)

    def publish_policies(self, rng: Random) -> None:
        """Begin to publish policies for open follow-ups too, and to order them."""
        self._start(self._publish_one, rng)

    def let_people_be_away(self, rng: Random) -> None:
        """Begin to plan absences, to change and to end them."""
        self._start(lambda tx, rng: staff.be_away(tx, self._people, rng), rng)

    def hand_work_over(self, rng: Random) -> None:
        """Begin to hand work over, to give it back, and to deactivate people."""
        self._start(self._hand_over_one, rng)

    def stop(self) -> None:
        """Nobody edits any more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(LONGEST_ACTION)

    def leave(self, rng: Random) -> None:
        """Open every calendar, let everybody come back, and publish what has no step that comes while the
        round is judged."""

        def last(tx: Transaction) -> str:
            for name, zone in ZONES.items():
                work.rewrite(tx, self._established, name, work.open_now(zone, datetime.now(UTC), rng))
            for name in LADDERS:
                self._write(tx, name, AT_THE_END, 0)
            staff.all_return(tx)
            return "edited and published at the end"

        eventually(lambda: self._try(last), 60, what="the last edits are committed")

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _start(self, edit: Callable[[Transaction, Random], str], rng: Random) -> None:
        def work() -> None:
            while not self._stopping.wait(PAUSE):
                self._try(lambda tx: edit(tx, rng))

        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _try(self, edit: Callable[[Transaction], str]) -> bool:
        """Whether it is known to have been done."""
        with suppress(*AWAY, Problem):
            with self._database.transaction() as tx:
                name = edit(tx)
            self.done[name] += 1
            return True
        return False

    def _edit_one(self, tx: Transaction, rng: Random) -> str:
        known = self._established.calendars
        which = rng.choices(("hours", "person", "organisation"), (6, 3, 1))[0]
        calendar = rng.choice((*known.values(), None))
        if which == "person":
            work.give(tx, rng.choice([*self._people.by_id]), calendar)
        elif which == "organisation":
            work.give_organisation(tx, calendar)
        else:
            name = rng.choice([*known])
            work.rewrite(tx, self._established, name, work.any_office(ZONES[name], datetime.now(UTC), rng))
        return f"edited: {which}"

    def _hand_over_one(self, tx: Transaction, rng: Random) -> str:
        unit = UnitOfWork(tx)
        does = staff.leave if rng.random() < 0.3 else staff.hand_over
        name = does(unit, self._people, rng)
        outbox.store(tx, unit.events, source=SOURCE, redrive_after=REDRIVE_AFTER)
        return name

    def _publish_one(self, tx: Transaction, rng: Random) -> str:
        first, second = (self._established.policies[name] for name in LADDERS)
        if rng.random() < 0.2:
            ids = [first, second] if rng.random() < 0.5 else [second, first]
            work.order(tx, [*ids, self._established.policies["standard"]])
            return "ordered"
        name = rng.choice([*LADDERS])
        self._write(tx, name, rng.choice([*LADDERS[name]]), rng.randint(0, 1))
        return "published"

    def _write(self, tx: Transaction, name: str, ladder: str, wide: int) -> None:
        unit = UnitOfWork(tx)
        work.draft(tx, self._established, name, ladder, wide)
        work.publish(unit, self._established, name, ladder, wide, move_open=True)
        # It is sent by the redrive: as if the API had died after its commit, which is the harder case.
        outbox.store(tx, unit.events, source=SOURCE, redrive_after=REDRIVE_AFTER)
