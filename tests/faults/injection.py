"""Faults by name, and the plan of a round: which come when, from the seed alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Literal

from tests.faults.system import System

Inject = Callable[[System, Random], None]
Lane = Literal["round", "services", "servers", "mail"]
"""Faults of one lane come one after another; services, servers and mail go on side by side. Those of the
round come before all others, and last until its end."""


class Missed(Exception):
    """The fault did not happen, for example because nobody came past the fault point in time."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault."""

    kind: str
    lane: Lane
    inject: Inject


def fault(lane: Lane) -> Callable[[Inject], Fault]:
    """Declare a function as a kind of fault; its name is the kind's."""

    def declare(inject: Inject) -> Fault:
        return Fault(inject.__name__, lane, inject)

    return declare


def kinds_of(*modules: ModuleType) -> dict[str, Fault]:
    """The faults that modules declare, by their kind."""
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Fault)]
    return {fault.kind: fault for fault in found}


@dataclass(frozen=True)
class Planned:
    """A fault of a plan, the pause before it, and the seed of what it leaves to chance."""

    fault: Fault
    pause: float
    seed: str


def plan(seed: int, faults: Sequence[Fault], rounds: int, per_round: int) -> list[list[Planned]]:
    """Which faults come in each round: decks of all kinds, shuffled, so that every kind has its turn."""
    rng = Random(f"{seed}-plan")
    in_turn = _decks(rng, faults)
    return [
        [Planned(next(in_turn), rng.uniform(0, 1), f"{seed}-{number}-{place}") for place in range(per_round)]
        for number in range(rounds)
    ]


def _decks(rng: Random, faults: Sequence[Fault]) -> Iterator[Fault]:
    while True:
        yield from rng.sample(faults, k=len(faults))


@dataclass
class Injection:
    """Carries out a plan: what lasts for the round, then the other lanes at once."""

    system: System
    planned: Sequence[Planned]
    report: Callable[[str], None]
    injected: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Inject everything; returns when the last fault is over that does not last for the round."""
        self._run_lane("round")
        lanes = [
            threading.Thread(target=self._run_lane, args=(lane,), name=lane, daemon=True)
            for lane in ("services", "servers", "mail")
        ]
        for thread in lanes:
            thread.start()
        for thread in lanes:
            thread.join()

    def _run_lane(self, lane: Lane) -> None:
        for planned in self.planned:
            if planned.fault.lane == lane:
                time.sleep(planned.pause)
                self._inject(planned)

    def _inject(self, planned: Planned) -> None:
        kind = planned.fault.kind
        started = time.monotonic()
        try:
            planned.fault.inject(self.system, Random(planned.seed))
        except Exception as error:  # noqa: BLE001 - another fault can get in the way of any part of this one
            self.missed[kind] += 1
            self.report(f"  missed {kind}: {error!r:.200}")
        else:
            self.injected[kind] += 1
            self.report(f"  {kind} ({time.monotonic() - started:.1f} s)")
