"""One round: work and faults, calm, settling, judgement."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from pathlib import Path
from random import Random

from followup_common.contracts import OutboxTick
from followup_common.messaging.outbox import LONGEST_DELAY, REDRIVE_AFTER
from sqlalchemy import Interval, bindparam, text

from tests.faults import deliveries, digests, evidence, reach, webhooks
from tests.faults.injection import Injection, Planned
from tests.faults.server_faults import calm
from tests.faults.system import SCHEDULERS, Hosts, System
from tests.faults.verdict import LEFT, Verdict, judge
from tests.support.waiting import eventually

SETTLE_SECONDS = 240
"""How long a round may settle without progress: a queue that faults have filled takes minutes to empty."""
SWEEP_EVERY = 5
"""While a round settles: with each so many ticks, so that there is time in which none goes on."""
SECONDS_PER_FAULT = 1.6
"""How long a fault takes on the whole, for the span in which follow-ups come due."""
ALL_STEPS = timedelta(seconds=16)
"""From the last change of a near due time to the last of its steps."""

HASTEN = text("""
    UPDATE outbox SET available_at = now()
    WHERE handled_at IS NULL AND failed_at IS NULL
        AND available_at BETWEEN now() + interval '4 seconds' AND now() + :longest
""").bindparams(bindparam("longest", LONGEST_DELAY + REDRIVE_AFTER, Interval))
"""What waits for its next redrive goes at once: nobody has hours. What is further ahead than any event is
ever held back was written while the clock was ahead, and is left to the redrive, which has to know it."""

BACK_SINCE_A_MINUTE = text("""
    UPDATE absences SET ended_at = ended_at - interval '2 minutes'
    WHERE returned_at IS NULL AND ended_at BETWEEN now() - interval '1 minute' AND now() + interval '1 minute'
""")
"""Who came back is told what they missed after a minute, when nothing of before is under way any more."""

Report = Callable[[str], None]


@dataclass
class Outcome:
    """What came of a round."""

    follow_ups: int
    faults: Counter[str]
    missed: Counter[str]
    actions: Counter[str]
    exits: Counter[str]
    verdict: Verdict
    settle_seconds: float


def run_round(
    hosts: Hosts, folder: Path, seed: str, follow_ups: int, planned: Sequence[Planned], report: Report
) -> Outcome:
    """Play one round and judge it."""
    beside = sum(each.fault.lane == "mail" for each in planned)
    span = timedelta(seconds=(len(planned) - beside) * SECONDS_PER_FAULT)
    with System(hosts, folder, seed, follow_ups, span) as system:
        system.start()
        eventually(lambda: _goes_on(system), 60, what="the first announcement, and the first minute")
        injection = Injection(system, planned, report)
        injection.run()
        system.workload.stop()
        system.editors.stop()
        for scheduler in SCHEDULERS:
            system.fleet.hold(scheduler)  # no sweep of theirs may begin under the eyes of the judge
        calm(system)
        system.editors.leave(Random(seed))
        eventually(system.workload.let_go, 60, what="nobody has anything any more")
        report("  settling")
        settle_seconds = _settle(system)
        _let_every_step_come(system, span)
        system.workload.sweep()
        _settle(system)
        with system.owner.transaction() as tx:
            tx.execute(text("ANALYZE"))  # without it, a plan for tables that were small once never ended
            verdict = judge(tx, system.people, system.arrived)
            if not verdict.clean:
                evidence.keep(tx, folder / "tables")
        return Outcome(
            follow_ups,
            injection.injected,
            injection.missed,
            system.workload.done + system.editors.done,
            system.fleet.exits,
            verdict,
            settle_seconds,
        )


def _goes_on(system: System) -> bool:
    """Whether somebody was told, and the escalator knows what time it was before any clock jumps."""
    goes_on = text("SELECT EXISTS (SELECT FROM activities) AND EXISTS (SELECT FROM slow_clock)")
    with system.owner.transaction() as tx:
        return bool(tx.execute(goes_on).scalar())


def _settle(system: System) -> float:
    """Let ticks and sweeps go on until nothing is left, or it gets no less; returns how long it took."""
    started = progress = time.monotonic()
    fewest: float = inf
    for look in itertools.count(1):
        waiting = system.on_its_way()
        with system.owner.transaction() as tx:
            if not (left := tx.execute(LEFT).scalar_one()):
                break
            if waiting + left < fewest:  # queues empty first, and thousands of mails go one by one
                fewest, progress = waiting + left, time.monotonic()
            if time.monotonic() - progress > SETTLE_SECONDS:
                break
            if not waiting:  # else copies of it would come faster than they are taken
                tx.execute(HASTEN)
                tx.execute(BACK_SINCE_A_MINUTE)
            digests.hasten_in(tx)
            reach.hasten_in(tx)
            deliveries.hasten_in(tx)
            webhooks.hasten_in(tx)
        system.workload.tick(OutboxTick())
        if look % SWEEP_EVERY == 0:  # a reassignment may wait for a step that a sweep has to take
            system.workload.sweep()
        time.sleep(1)
    return time.monotonic() - started


def _let_every_step_come(system: System, span: timedelta) -> None:
    """Wait until nothing is due and no near step is left: what is expected is certain then."""
    to_come = text("SELECT EXISTS (SELECT FROM escalation_states WHERE wake_at < now() + :near)")

    def all_came() -> bool:
        system.workload.sweep()
        with system.owner.transaction() as tx:
            return not tx.execute(to_come, {"near": span + ALL_STEPS}).scalar()

    with suppress(AssertionError):  # then they are lost, and the verdict says so
        eventually(all_came, (span + ALL_STEPS).total_seconds() + 60, interval=2)
